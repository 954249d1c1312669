package suite

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/bench/workload"
)

// suites are the suites of queries, in the order in which they are listed.
var suites = []struct {
	name string
	load func(ctx context.Context, d *workload.Dataset, asOf time.Time) ([]Query, error)
}{
	{"audience", fixed(audience)},
	{"attributes", loadAttributes},
	{"recency", fixed(recency)},
	{"frequency", fixed(frequency)},
	{"random", loadRandom},
}

// Names returns the names of the suites that Load knows, in the order in which
// they are best run. The caller may change the slice.
func Names() []string {
	var names []string
	for _, s := range suites {
		names = append(names, s.name)
	}
	return names
}

// fixed loads a suite that no data set changes.
func fixed(questions func(asOf time.Time) []question) func(context.Context, *workload.Dataset, time.Time) ([]Query, error) {
	return func(_ context.Context, _ *workload.Dataset, asOf time.Time) ([]Query, error) {
		return written(questions(asOf), asOf), nil
	}
}

// Load returns the queries of a suite over a data set, whose files it may read.
// They look from asOf, which is workload.End but where days were appended; some
// of recency look from a time before it, and random from times of its own. They
// are the same at every call with the same arguments. The error of an unknown
// name lists the known ones; any other says which file could not be read, or is
// ctx's.
func Load(ctx context.Context, name string, d *workload.Dataset, asOf time.Time) ([]Query, error) {
	// Statements have whole seconds, and are written in UTC.
	if asOf = asOf.UTC(); asOf.Nanosecond() != 0 {
		return nil, fmt.Errorf("suite %s as of %s: a whole second is expected", name, asOf.Format(time.RFC3339Nano))
	}
	for _, s := range suites {
		if s.name != name {
			continue
		}
		queries, err := s.load(ctx, d, asOf)
		if err != nil {
			return nil, fmt.Errorf("suite %s: %w", name, err)
		}
		return queries, nil
	}
	return nil, fmt.Errorf("there is no suite %q; there are %s", name, strings.Join(Names(), ", "))
}

// question is a query whose SQL is written by hand: sql says it in a language.
type question struct {
	id, rule string
	asOf     time.Time // zero: that of the suite
	bare     string
	aim      time.Duration // at AimCustomers; 0: none
	sql      func(l *language) string
}

// written returns questions as queries, with their SQL in every dialect. Those
// without an as_of of their own get asOf.
func written(questions []question, asOf time.Time) []Query {
	var queries []Query
	for _, q := range questions {
		from := q.asOf
		if from.IsZero() {
			from = asOf
		}
		texts := map[Dialect]string{}
		for _, l := range languages {
			texts[l.dialect] = q.sql(l)
		}
		queries = append(queries, Query{ID: q.id, Rule: q.rule, AsOf: from, SQL: texts, Bare: q.bare, Aim: q.aim})
	}
	return slices.Clip(queries)
}
