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
	load func(ctx context.Context, d *workload.Dataset) ([]Query, error)
}{
	{"audience", func(context.Context, *workload.Dataset) ([]Query, error) { return written(audience()), nil }},
	{"attributes", loadAttributes},
	{"recency", func(context.Context, *workload.Dataset) ([]Query, error) { return written(recency()), nil }},
	{"frequency", func(context.Context, *workload.Dataset) ([]Query, error) { return written(frequency()), nil }},
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

// Load returns the queries of a suite over a data set, whose files it may read.
// They are the same at every call. The error of an unknown name lists the known
// ones; any other says which file could not be read.
func Load(name string, d *workload.Dataset) ([]Query, error) {
	for _, s := range suites {
		if s.name != name {
			continue
		}
		queries, err := s.load(context.Background(), d)
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
	asOf     time.Time // zero: workload.End
	bare     string
	sql      func(l *language) string
}

// written returns questions as queries, with their SQL in every dialect.
func written(questions []question) []Query {
	var queries []Query
	for _, q := range questions {
		asOf := q.asOf
		if asOf.IsZero() {
			asOf = workload.End
		}
		texts := map[Dialect]string{}
		for _, l := range languages {
			texts[l.dialect] = q.sql(l)
		}
		queries = append(queries, Query{ID: q.id, Rule: q.rule, AsOf: asOf, SQL: texts, Bare: q.bare})
	}
	return slices.Clip(queries)
}
