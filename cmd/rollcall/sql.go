package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

func (a *app) sqlCommand() *cobra.Command {
	var where placeFlags
	var dialect string
	var count bool
	cmd := &cobra.Command{
		Use:   "sql SNAP RULE --dialect NAME",
		Short: "A rule as one SQL statement over the source's tables",
		Long: `Prints the statement that selects the same customers from the tables that the
snapshot was built from, with every window resolved at --as-of: their keys, or
with --count how many they are. What a dialect cannot express exactly is an error
(UNSUPPORTED_IN_DIALECT), never another answer.

With -c parent.yml and -s SOURCE in place of SNAP it is the statement that the
source itself would run: in its dialect, over its tables at the versions that they
have now. With --dialect, which a folder of files needs, it is one over the tables as
they are whenever it runs.

With --format json the object has "rule", "dialect", "as_of", "timezone", "source"
(as count has it, of a statement that the source would run), "sql" and "warnings".

` + ruleHelp + `

` + sourceHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			if dialect == "" && (!where.inPlace() || areFolders(where.sources)) {
				return usagef("sql needs --dialect, one of %s", dialectNames())
			}
			from := targetFlags{config: where.config, sources: where.sources}
			switch {
			case !where.inPlace():
				from.snapshot = args[0]
			case dialect == "":
				return a.sqlInPlace(cmd.Context(), &where, args, count)
			}
			return a.sql(cmd.Context(), &from, args[len(args)-1], sqlgen.Dialect(dialect), count)
		},
	}
	where.add(cmd, "RULE")
	a.segmentsFlag(cmd)
	cmd.Flags().StringVar(&dialect, "dialect", "", "dialect of SQL: "+dialectNames()+" (default with -s: the source's, at the versions of its tables)")
	cmd.Flags().BoolVar(&count, "count", false, "count the customers instead of listing their keys")
	return cmd
}

// dialectNames lists the dialects for people.
func dialectNames() string {
	var names []string
	for _, d := range sqlgen.Dialects() {
		names = append(names, string(d))
	}
	return strings.Join(names, ", ")
}

// sqlJSON is the object that sql prints.
type sqlJSON struct {
	Rule     string          `json:"rule"` // canonical text
	Dialect  string          `json:"dialect"`
	AsOf     string          `json:"as_of"`
	Timezone string          `json:"timezone"`
	Source   *ask.SourceJSON `json:"source,omitempty"` // of whose tables the versions are
	SQL      string          `json:"sql"`
	Warnings []string        `json:"warnings"`
}

func (a *app) sql(ctx context.Context, where *targetFlags, arg string, dialect sqlgen.Dialect, count bool) error {
	if dialect != "" && !isDialect(dialect) {
		return usagef("--dialect is %q, expected one of %s", dialect, dialectNames())
	}
	given, err := a.readRule(arg)
	if err != nil {
		return err
	}
	t, err := a.target(ctx, where)
	if err != nil {
		return err
	}
	if t.layout == nil {
		return usagef("the snapshot %s does not say where its tables are: it was built by an older version; build it again, or give -c parent.yml and -s SOURCE", where.snapshot)
	}
	checked, err := a.checkRule(given, t)
	if err != nil {
		return err
	}
	asOf, err := a.asOfIn(checked.Location)
	if err != nil {
		return err
	}
	var options []sqlgen.Option
	if count {
		options = append(options, sqlgen.Count())
	}
	text, err := sqlgen.Generate(dialect, checked, t.layout, asOf, options...)
	if err != nil {
		return err
	}
	return a.printSQL(&sqlJSON{
		Rule: checked.String(), Dialect: string(dialect), AsOf: ask.TimeText(asOf.In(checked.Location)),
		Timezone: t.schema.Timezone, SQL: text, Warnings: checked.Warnings().Lines(),
	})
}

// sqlInPlace prints the statement that a source would run.
func (a *app) sqlInPlace(ctx context.Context, where *placeFlags, args []string, count bool) error {
	opened, err := a.ask(ctx, where, args)
	if err != nil {
		return err
	}
	return a.closing(opened, func() error {
		q, ok := opened.Asker.(*ask.InPlace)
		if !ok {
			return ask.ErrNoSQLEngine
		}
		generate := federate.SQL
		if count {
			generate = federate.CountSQL
		}
		text, err := generate(ctx, q.Place.Place, q.Checked, q.AsOf)
		if err != nil {
			return err
		}
		source, err := q.Place.Describe(ctx)
		if err != nil {
			return err
		}
		return a.printSQL(&sqlJSON{
			Rule: q.Checked.String(), Dialect: q.Place.Engine.Dialect(), AsOf: ask.TimeText(q.AsOf.In(q.Location())),
			Timezone: q.Schema().Timezone, Source: source, SQL: text, Warnings: q.Checked.Warnings().Lines(),
		})
	})
}

// printSQL prints a statement.
func (a *app) printSQL(s *sqlJSON) error {
	if a.json() {
		return a.printJSON(s)
	}
	a.warn(s.Warnings)
	return a.printf("%s\n", strings.TrimRight(s.SQL, "\n"))
}

func isDialect(d sqlgen.Dialect) bool {
	for _, known := range sqlgen.Dialects() {
		if d == known {
			return true
		}
	}
	return false
}
