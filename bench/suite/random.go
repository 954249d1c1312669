package suite

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/rollcall-db/rollcall/bench/workload"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
	"github.com/rollcall-db/rollcall/ingest"
)

// What suite random is made of.
const (
	randomRules = 500
	randomSeed  = 5
	randomDepth = 3 // the deepest nesting of groups
)

// loadRandom makes rules with values of the data set's first customers, and their
// SQL for the dialects that federate/sqlgen knows.
func loadRandom(ctx context.Context, d *workload.Dataset, _ time.Time) (queries []Query, err error) {
	src, err := files.Open(d.Dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	path := d.ParentFile()
	config, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	parent, err := model.Parse(path, config)
	if err != nil {
		return nil, err
	}
	schema, layout, err := ingest.Resolve(ctx, parent, src, workload.End)
	if err != nil {
		return nil, err
	}
	table, err := readTable(ctx, d.Dir, src, schema, layout)
	if err != nil {
		return nil, err
	}
	return randomQueries(ctx, table, layout)
}

// randomQueries makes the queries over a sample of the data.
func randomQueries(ctx context.Context, table *oracle.Table, layout *model.Layout) ([]Query, error) {
	layouts := map[Dialect]*model.Layout{}
	for _, d := range sqlgen.Dialects() {
		layouts[Dialect(d)] = viewLayout(Dialect(d), layout)
	}
	rng := rand.New(rand.NewPCG(randomSeed, 0))
	var queries []Query
	for len(queries) < randomRules {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c := oracle.RandomCase(rng, table, rng.IntN(randomDepth+1))
		parsed, err := rule.Parse(c.Rule)
		if err != nil {
			return nil, fmt.Errorf("rule %s: %w", c.Rule, err)
		}
		checked, err := rule.Check(parsed, table.Schema, nil)
		var problem *rule.Error
		switch {
		case errors.As(err, &problem) && problem.Code == rule.UnknownSegment:
			continue // a rule of the suite stands alone
		case err != nil:
			return nil, fmt.Errorf("rule %s: %w", c.Rule, err)
		}
		q := Query{ID: fmt.Sprintf("R%03d", len(queries)+1), Rule: parsed.String(), AsOf: c.AsOf, SQL: map[Dialect]string{}}
		for d, layout := range layouts {
			text, err := sqlgen.Generate(sqlgen.Dialect(d), checked, layout, c.AsOf)
			var unsupported *sqlgen.UnsupportedError
			switch {
			case errors.As(err, &unsupported):
			case err != nil:
				return nil, fmt.Errorf("rule %s: %w", q.Rule, err)
			default:
				q.SQL[d] = text
			}
		}
		queries = append(queries, q)
	}
	return queries, nil
}
