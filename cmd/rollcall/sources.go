package main

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/federate/source"
)

// sourceHelp is what every command with -s says about it.
const sourceHelp = `SOURCE is a folder of files, or a database:

  PATH, file://…      a folder laid out as <schema>/<table>.parquet, .csv or
                      .ndjson, or <schema>/<table>/ with part files
  databricks://HOST/HTTP_PATH?catalog=…&schema=…
                      a SQL warehouse of Databricks. What is left out, and how to
                      log in, comes from DATABRICKS_HOST, DATABRICKS_HTTP_PATH,
                      DATABRICKS_TOKEN, or DATABRICKS_CLIENT_ID and
                      DATABRICKS_CLIENT_SECRET, or from a profile of
                      ~/.databrickscfg; "databricks://" alone takes all from there
  postgres://USER@HOST:PORT/DATABASE
                      a PostgreSQL server; the password comes from PGPASSWORD or
                      ~/.pgpass

NAME=SOURCE, as often as needed, gives the source that a configuration calls NAME
in "connection"; a folder whose own name has a "=" is written ./NAME=VALUE. A
database is read in one state of all its tables. Secrets do not belong on command
lines, and are never printed.`

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

// schemeText is what the scheme of a URI looks like. One with a slash too few is
// one, too: as a path it would be repeated in an error, with the password that it may hold.
var schemeText = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+-]*$`)

// schemeOf returns the kind of source that a location names, "file" for a path.
func schemeOf(location string) string {
	if scheme, _, ok := strings.Cut(location, ":/"); ok && schemeText.MatchString(scheme) {
		return scheme
	}
	return "file"
}

// opener opens a source of one kind.
type opener func(ctx context.Context, location string) (source.Source, error)

// openFolder opens a folder of files.
func openFolder(_ context.Context, location string) (source.Source, error) {
	return files.Open(location)
}

// openerOf returns what opens a source on a command line.
func openerOf(location string) (opener, error) {
	scheme := schemeOf(location)
	if open := openers[scheme]; open != nil {
		return open, nil
	}
	return nil, usagef("sources of kind %q are not known; expected a folder, or one of %s",
		scheme, strings.Join(slices.Sorted(maps.Keys(openers)), "://, ")+"://")
}

// areFolders reports whether all of the given sources are folders of files.
func areFolders(given []string) bool {
	return !slices.ContainsFunc(given, func(g string) bool {
		_, location := splitLocation(g)
		return schemeOf(location) != "file"
	})
}

// openSources opens the sources that a command line names, as one.
func openSources(ctx context.Context, given []string) (source.Source, error) {
	opened := map[string]source.Source{}
	for _, g := range given {
		name, src, err := openSource(ctx, g, opened)
		if err != nil {
			return nil, joinClose(err, source.NewNamed(opened))
		}
		opened[name] = src
	}
	if len(opened) == 1 && opened[""] != nil {
		return opened[""], nil // serves every connection
	}
	return source.NewNamed(opened), nil
}

// openSource opens one source of a command line, beside those that are open.
func openSource(ctx context.Context, given string, opened map[string]source.Source) (name string, src source.Source, err error) {
	name, location := splitLocation(given)
	if _, twice := opened[name]; twice && name == "" {
		return "", nil, usagef("-s is given twice without a name: several sources are told apart as -s NAME=SOURCE")
	} else if twice {
		return "", nil, usagef("-s %s=… is given twice", name)
	}
	open, err := openerOf(location)
	if err != nil {
		return "", nil, err
	}
	src, err = open(ctx, location)
	return name, src, err
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
