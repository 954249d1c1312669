package main

import (
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/federate/source"
)

// sourceHelp is what every command with -s says about it.
const sourceHelp = `SOURCE is a folder (a path, or file://…) laid out as <schema>/<table>.parquet,
.csv or .ndjson, or <schema>/<table>/ with part files. NAME=SOURCE, as often as
needed, gives the source that a configuration calls NAME in "connection"; a
folder whose own name has a "=" is written ./NAME=VALUE.`

// sourceFlag adds -s to a command.
func sourceFlag(cmd *cobra.Command, locations *[]string) {
	cmd.Flags().StringArrayVarP(locations, "source", "s", nil, "source of the tables, SOURCE or NAME=SOURCE; may be repeated")
}

// namedLocation is NAME=SOURCE on a command line. A path that has a slash before
// its "=" is no name.
var namedLocation = regexp.MustCompile(`^([A-Za-z0-9_.-]+)=(.+)$`)

// splitLocation returns the name, which may be empty, and the location of a
// source on a command line.
func splitLocation(given string) (name, location string) {
	if m := namedLocation.FindStringSubmatch(given); m != nil {
		return m[1], m[2]
	}
	return "", given
}

// checkScheme refuses the kinds of sources that are to come.
func checkScheme(given string) error {
	_, location := splitLocation(given)
	if scheme, _, ok := strings.Cut(location, "://"); ok && scheme != "file" {
		return usagef("sources of kind %q are not in this version of rollcall; give a folder of Parquet, CSV or NDJSON files", scheme)
	}
	return nil
}

// openSources opens the sources that a command line names, as one.
func openSources(given []string) (source.Source, error) {
	opened := map[string]source.Source{}
	fail := func(err error) (source.Source, error) {
		return nil, joinClose(err, source.NewNamed(opened))
	}
	for _, g := range given {
		if err := checkScheme(g); err != nil {
			return fail(err)
		}
		name, location := splitLocation(g)
		if _, twice := opened[name]; twice && name == "" {
			return fail(usagef("-s is given twice without a name: several sources are told apart as -s NAME=SOURCE"))
		} else if twice {
			return fail(usagef("-s %s=… is given twice", name))
		}
		src, err := files.Open(location)
		if err != nil {
			return fail(err)
		}
		opened[name] = src
	}
	if len(opened) == 1 && opened[""] != nil {
		return opened[""], nil // serves every connection
	}
	return source.NewNamed(opened), nil
}

// readParent reads a parent segment file, in any form.
func readParent(path string) (*model.ParentSegment, error) {
	data, err := readFile(path, model.MaxConfigBytes)
	if err != nil {
		return nil, err
	}
	return model.Parse(path, data)
}

// readFile reads a file of at most limit bytes, and one byte more of a longer
// one, for its parser to refuse.
func readFile(path string, limit int64) (data []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return io.ReadAll(io.LimitReader(f, limit+1))
}

// asOfIn returns the as_of asked for, a date in the given time zone; without
// one, now.
func (a *app) asOfIn(loc *time.Location) (time.Time, error) {
	if a.asOf == "" {
		return time.Now(), nil
	}
	asOf, err := window.ParseAsOf(a.asOf, loc)
	if err != nil {
		return time.Time{}, usagef("--as-of: %w", err)
	}
	return asOf, nil
}

// asOfOf is asOfIn the time zone of a parent segment.
func (a *app) asOfOf(p *model.ParentSegment) (time.Time, error) {
	loc, err := window.LoadLocation(p.Timezone)
	if err != nil {
		return time.Time{}, err
	}
	return a.asOfIn(loc)
}
