package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

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

With -c parent.yml and -s SOURCE in place of SNAP the tables are looked up without
a snapshot. The dialect is that of the source then, unless --dialect names another;
a folder of files has none of its own.

With --format json the object has "rule", "dialect", "as_of", "timezone", "sql" and
"warnings".

` + ruleHelp + `

` + sourceHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			if dialect == "" && (!where.inPlace() || areFolders(where.sources)) {
				return usagef("sql needs --dialect, one of %s", dialectNames())
			}
			from := targetFlags{config: where.config, sources: where.sources}
			if !where.inPlace() {
				from.snapshot = args[0]
			}
			return a.sql(cmd.Context(), &from, args[len(args)-1], sqlgen.Dialect(dialect), count)
		},
	}
	where.add(cmd, "RULE")
	a.segmentsFlag(cmd)
	cmd.Flags().StringVar(&dialect, "dialect", "", "dialect of SQL: "+dialectNames()+" (default with -s: the source's)")
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
	Rule     string   `json:"rule"` // canonical text
	Dialect  string   `json:"dialect"`
	AsOf     string   `json:"as_of"`
	Timezone string   `json:"timezone"`
	SQL      string   `json:"sql"`
	Warnings []string `json:"warnings"`
}

func (a *app) sql(ctx context.Context, where *targetFlags, arg string, dialect sqlgen.Dialect, count bool) error {
	if dialect != "" && !isDialect(dialect) {
		return usagef("--dialect is %q, expected one of %s", dialect, dialectNames())
	}
	given, err := readRule(arg)
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
	if dialect == "" {
		if dialect = t.dialect; dialect == "" {
			return usagef("sql needs --dialect, one of %s: the source has none of its own", dialectNames())
		}
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
	if a.json() {
		return a.printJSON(sqlJSON{
			Rule: checked.String(), Dialect: string(dialect), AsOf: timeText(asOf.In(checked.Location)),
			Timezone: t.schema.Timezone, SQL: text, Warnings: checked.Warnings().Lines(),
		})
	}
	a.warn(checked.Warnings().Lines())
	return a.printf("%s\n", strings.TrimRight(text, "\n"))
}

func isDialect(d sqlgen.Dialect) bool {
	for _, known := range sqlgen.Dialects() {
		if d == known {
			return true
		}
	}
	return false
}
