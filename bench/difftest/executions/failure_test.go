package executions

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/bench/difftest/warehouse"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// failure is a rule on which executions do not agree.
type failure struct {
	*question
	want    []string // what the oracle selects
	dissent []string // what others say, a line each
	names   []string // of the others
}

func (f *failure) add(name, text string) {
	f.dissent = append(f.dissent, fmt.Sprintf("%s %s", name, text))
	f.names = append(f.names, name)
}

// compare adds a line if an execution's answer is another than the oracle's.
func (f *failure) compare(name string, got []string) {
	if !slices.Equal(got, f.want) {
		f.add(name, fmt.Sprintf("selects %d customers, the oracle %d; only %s: %s; only the oracle: %s",
			len(got), len(f.want), name, someOf(minus(got, f.want)), someOf(minus(f.want, got))))
	}
}

// minus returns the keys of a that b lacks.
func minus(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(key string) bool { return slices.Contains(b, key) })
}

// someOf shows the first of some keys.
func someOf(keys []string) string {
	const shown = 8
	if len(keys) > shown {
		return fmt.Sprintf("%q and %d more", keys[:shown], len(keys)-shown)
	}
	return fmt.Sprintf("%q", keys)
}

// executionOf names the execution that runs a dialect.
var executionOf = map[sqlgen.Dialect]string{
	sqlgen.DuckDB: (*duckDB).name(nil), sqlgen.Postgres: (*postgreSQL).name(nil), sqlgen.Databricks: (*spark).name(nil),
}

// String is all that one needs to follow what went wrong.
func (f *failure) String() string { return f.text(f.Case.String()) }

// short is String without the data.
func (f *failure) short() string {
	return f.text(fmt.Sprintf("rule %s\nas_of %s in %s\n", f.Rule, f.AsOf.Format(time.RFC3339Nano), f.Table.Schema.Timezone))
}

func (f *failure) text(about string) string {
	var b strings.Builder
	for _, line := range f.dissent {
		b.WriteString(line + "\n")
	}
	b.WriteString(about)
	ofRefreshed := func(name string) bool { return strings.HasPrefix(name, (*refreshedIndex).name(nil)) }
	if slices.ContainsFunc(f.names, ofRefreshed) {
		fmt.Fprintf(&b, "\n%s:\n%s\n", (*refreshedIndex).name(nil), f.world.refreshed)
	}
	for _, dialect := range sqlgen.Dialects() {
		if !slices.Contains(f.names, executionOf[dialect]) {
			continue
		}
		text, err := f.sqlFor(dialect)
		if err != nil {
			text = err.Error()
		}
		fmt.Fprintf(&b, "\n%s:\n%s\n", dialect, text)
	}
	return b.String()
}

// shrinkTime is how long a failure is made smaller.
const shrinkTime = 90 * time.Second

// shrink makes the rule and the data of a failure small and returns what is left
// as an error.
func (w *worker) shrink(ctx context.Context, seed uint64, first *failure) error {
	smallest := first
	made := first.world
	deadline := time.Now().Add(shrinkTime)
	w.tally = newTally() // what is asked from here on is no new rule
	oracle.Shrink(first.Case, func(c *oracle.Case) bool {
		if time.Now().After(deadline) {
			return false
		}
		if c.Table != made.Data {
			layout, err := warehouse.Random(seed, c.Table)
			if err != nil {
				return false
			}
			if made, err = w.enter(ctx, seed, layout); err != nil {
				return false
			}
		}
		over := *c
		over.Table = made.Data
		f, err := w.compare(ctx, made, &over)
		if err != nil || f == nil {
			return false
		}
		smallest = f
		return true
	})
	return fmt.Errorf("executions do not agree, first on:\nrule %s\nmade smaller:\n%s", first.Rule, smallest)
}
