package measure

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/suite"
)

// ErrDiffer is what errors wrap that say that engines gave different answers.
var ErrDiffer = errors.New("the engines differ")

// Progress is told what is being done, and how many of the things to do are
// done; a total of -1 is unknown.
type Progress func(what string, done, total int)

// Comparison is what comparing the answers of engines found.
type Comparison struct {
	Compared    int // queries that engines of two programs answered
	Differences []Difference
	NotCompared []NotCompared
}

// NotCompared is a query whose answer no second program confirmed.
type NotCompared struct {
	Suite   string   `json:"suite"`
	Query   string   `json:"query"`
	Rule    string   `json:"rule"`
	Engines []string `json:"engines"` // that answered it
	// Reasons are those of the engines that did not.
	Reasons []string `json:"reasons,omitempty"`
}

// Err returns an error that wraps ErrDiffer where there are differences, nil
// otherwise.
func (c *Comparison) Err() error {
	if len(c.Differences) == 0 {
		return nil
	}
	texts := make([]string, len(c.Differences))
	for i := range c.Differences {
		texts[i] = c.Differences[i].String()
	}
	return fmt.Errorf("%w:\n%s", ErrDiffer, strings.Join(texts, "\n"))
}

// Compare asks every engine for the customers that each query of a suite
// selects, and holds each set against that of the first engine which can answer.
// An engine's count must be the size of its own set, too. It returns an error
// where an engine fails, not where engines differ. Two engines' keys of one query
// are in memory at a time.
func Compare(ctx context.Context, name string, queries []suite.Query, engines []contender.Engine, progress Progress) (*Comparison, error) {
	c := &Comparison{}
	for i := range queries {
		progress("comparing "+name, i, len(queries))
		if err := c.query(ctx, name, &queries[i], engines); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// query compares the answers to one query.
func (c *Comparison) query(ctx context.Context, name string, q *suite.Query, engines []contender.Engine) error {
	var first *members
	var answered, reasons []string
	programs := map[string]bool{}
	for _, e := range engines {
		m, err := ask(ctx, e, q)
		if errors.Is(err, contender.ErrUnsupported) {
			reasons = append(reasons, err.Error())
			continue
		}
		if err != nil {
			return asking(q, err)
		}
		answered = append(answered, e.Name())
		programs[program(e)] = true
		if m.count != int64(len(m.keys)) {
			c.Differences = append(c.Differences, miscount(q, m))
		}
		if first == nil {
			first = m
		} else if d, same := differ(q, first, m); !same {
			c.Differences = append(c.Differences, d)
		}
	}
	if len(programs) > 1 {
		c.Compared++
	} else {
		c.NotCompared = append(c.NotCompared, NotCompared{Suite: name, Query: q.ID, Rule: q.Rule, Engines: answered, Reasons: reasons})
	}
	return nil
}

// program names what an engine is a variant of.
func program(e contender.Engine) string {
	name, _, _ := strings.Cut(e.Name(), "-")
	return name
}

// members are the customers that an engine says a query selects.
type members struct {
	engine string
	count  int64   // as Count says
	keys   []int64 // ascending, as Keys says
}

// ask asks an engine for a query's members.
func ask(ctx context.Context, e contender.Engine, q *suite.Query) (m *members, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p, err := e.Prepare(ctx, q)
	if err != nil {
		return nil, err
	}
	defer func() {
		if cerr := p.Close(); cerr != nil {
			err = errors.Join(err, cerr)
		}
	}()
	count, _, err := p.Count(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := p.Keys(ctx)
	if err != nil {
		return nil, err
	}
	for i := 1; i < len(keys); i++ {
		if keys[i-1] >= keys[i] {
			return nil, fmt.Errorf("%s: key %d stands before %d, expected each key once and ascending", e.Name(), keys[i-1], keys[i])
		}
	}
	return &members{engine: e.Name(), count: count, keys: keys}, nil
}

// asking says on which query an engine failed, where the engine has not said so:
// engines name themselves and, as a rule, the query.
func asking(q *suite.Query, err error) error {
	if strings.Contains(err.Error(), "query "+q.ID) {
		return err
	}
	return fmt.Errorf("query %s: %w", q.ID, err)
}
