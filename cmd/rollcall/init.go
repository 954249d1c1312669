package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/engine/model"
)

func (a *app) initCommand() *cobra.Command {
	var sources []string
	var out string
	cmd := &cobra.Command{
		Use:   "init -s SOURCE [DATABASE.TABLE …]",
		Short: "Write a parent segment file to start from, guessed from a source's tables",
		Long: `Looks at the tables of a source and writes a parent segment file in the book form
that "rollcall build" takes as it is. What it guesses it explains in comments:

  the master table  has a key that is unique and never NULL; of several tables
                    the one that others refer to and that is called like a table
                    of customers
  attributes        of tables where that key is unique, too
  behaviors         of tables where it repeats, with the column that is likeliest
                    to be the events' time
  left out          every other table, with the reason

Keys that the source declares (primary, unique, foreign) come first. Whether they
are unique is counted all the same: by the source, where it is a database, else
they are read. With tables named, only these are looked at, and the first is the
master table.

With --format json the object has "path" or "config", "master_table", "key_column",
"attributes", "behaviors" (how many) and "left_out" (each "table", "reason").

` + sourceHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(sources) == 0 {
				return usagef("init needs -s SOURCE")
			}
			return a.init(cmd.Context(), sources, args, out)
		},
	}
	sourceFlag(cmd, &sources)
	cmd.Flags().StringVarP(&out, "out", "o", "", "file to write, which must not exist (default stdout)")
	return cmd
}

// initJSON is the object that init prints.
type initJSON struct {
	Path       string         `json:"path,omitempty"` // of the file written; without one the file is Config
	Config     string         `json:"config,omitempty"`
	Master     string         `json:"master_table"`
	KeyColumn  string         `json:"key_column"`
	Attributes int            `json:"attributes"` // one by one, without the columns of the master table
	Behaviors  int            `json:"behaviors"`
	LeftOut    []leftOutTable `json:"left_out"`
}

func (a *app) init(ctx context.Context, sources, tables []string, out string) (err error) {
	if out != "" {
		if _, err := os.Lstat(out); err == nil {
			return usagef("%s exists; init writes a new file", out)
		}
	}
	src, err := openSources(ctx, sources)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	bar := a.newProgress()
	d, err := newGuesser(src, bar).draft(ctx, tables)
	bar.done()
	if err != nil {
		return err
	}
	text := d.append(nil, src.URI())
	if err := checkDraft(ctx, src, text); err != nil {
		return err
	}
	return a.printDraft(d, text, out)
}

func (a *app) printDraft(d *draft, text []byte, out string) error {
	if out != "" {
		if err := writeNew(out, text); err != nil {
			return err
		}
	}
	p := d.parent
	if a.json() {
		result := initJSON{
			Path: out, Master: tableName(p.Master.Table), KeyColumn: p.Master.KeyColumn,
			Attributes: len(p.Attributes), Behaviors: len(p.Behaviors), LeftOut: d.leftOut,
		}
		if out == "" {
			result.Config = string(text)
		}
		return a.printJSON(result)
	}
	if out == "" {
		return a.printf("%s", text)
	}
	return a.printf("%s: customers are in %s, by %s; %s, %s, %s left out. The comments in the file say why.\n",
		out, tableName(p.Master.Table), p.Master.KeyColumn, wording.Plural(len(p.Attributes), "attribute of other tables", "attributes of other tables"),
		wording.Plural(len(p.Behaviors), "behavior", "behaviors"), wording.Plural(len(d.leftOut), "table", "tables"))
}

// writeNew writes a file that does not exist, whole or not at all.
func writeNew(path string, data []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// tableName names a table for people, with its connection where it has one.
func tableName(ref model.TableRef) string {
	if ref.Connection != "" {
		return ref.Connection + ":" + ref.String()
	}
	return ref.String()
}

// parseTable reads a table's name of a command line, among those there are.
func parseTable(name string, there []model.TableRef) (model.TableRef, error) {
	for _, ref := range there {
		if tableName(ref) == name {
			return ref, nil
		}
	}
	connection, rest, ok := strings.Cut(name, ":")
	if !ok {
		connection, rest = "", name
	}
	ref := model.TableRef{Connection: connection}
	parts := strings.Split(rest, ".")
	switch len(parts) {
	case 1:
		ref.Table = parts[0]
	case 2:
		ref.Schema, ref.Table = parts[0], parts[1]
	case 3:
		ref.Catalog, ref.Schema, ref.Table = parts[0], parts[1], parts[2]
	default:
		return ref, usagef("%q is no name of a table, expected DATABASE.TABLE", name)
	}
	if ref.Table == "" {
		return ref, usagef("%q is no name of a table, expected DATABASE.TABLE", name)
	}
	return ref, nil
}

// leftOutTable is a table that a draft does not use.
type leftOutTable struct {
	Table  string `json:"table"`
	Reason string `json:"reason"`
}

func (t leftOutTable) String() string { return fmt.Sprintf("%s: %s", t.Table, t.Reason) }
