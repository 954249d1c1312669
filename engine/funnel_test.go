package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// TestFunnelsAgreeWithTheOracle counts the steps of random sequences, and of random
// rules that have one.
func TestFunnelsAgreeWithTheOracle(t *testing.T) {
	const tables, rules = 4, 15
	counted := 0
	for n := range uint64(tables) {
		at := *seed + n
		rng := rand.New(rand.NewPCG(at, 13))
		dir, table := randomSnapshot(t, at, rng)
		for range rules {
			c, ok := sequenceCase(rng, table)
			if !ok {
				break
			}
			parsed, err := rule.Parse(c.Rule)
			if err != nil {
				t.Fatal(err)
			}
			q := mustQuery(t, openWith(t, dir, plan.Choice{}, libraryOf(t, c)), c.Rule).At(c.AsOf)
			f, got := q.Funnel(t.Context())
			steps, want := rule.Funnel(parsed)
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("seed %d: %s: the error is %v, want %v", at, c.Rule, got, want)
			}
			if want != nil {
				continue
			}
			counted++
			checkFunnel(t, c, f, steps)
		}
	}
	if counted == 0 {
		t.Errorf("seed %d: no rule has a funnel", *seed)
	}
}

// checkFunnel compares the counts of a funnel with those of the oracle for its parts.
func checkFunnel(t *testing.T, c *oracle.Case, f *engine.Funnel, steps []rule.FunnelStep) {
	t.Helper()
	if len(f.Steps) != len(steps) || f.Count != f.Steps[len(steps)-1].Count || f.Customers != uint64(len(c.Table.Keys)) {
		t.Fatalf("%+v, want %d steps of %d customers\n%s", f, len(steps), len(c.Table.Keys), c)
	}
	for i, step := range steps {
		part := *c
		part.Rule = step.Rule.String()
		keys, err := part.Select()
		if err != nil {
			t.Fatalf("%s: %v", part.Rule, err)
		}
		if got := f.Steps[i]; got.Text != step.Text || got.Count != uint64(len(keys)) {
			t.Fatalf("step %d is %+v, want %d customers of %s\n%s", i, got, len(keys), step.Text, c)
		}
		if i > 0 && f.Steps[i].Count > f.Steps[i-1].Count {
			t.Fatalf("more customers come to step %d than to the one before: %+v\n%s", i, f.Steps, c)
		}
	}
	if keys, err := c.Select(); err != nil || f.Count != uint64(len(keys)) {
		t.Fatalf("the rule selects %d customers, %v, its funnel ends with %d\n%s", len(keys), err, f.Count, c)
	}
}

func TestFunnelShares(t *testing.T) {
	f := &engine.Funnel{Answer: engine.Answer{Customers: 200}}
	for _, n := range []uint64{50, 25, 5, 0, 0} {
		f.Steps = append(f.Steps, engine.FunnelStep{Count: n})
	}
	for i, want := range [][2]float64{{1, 0.25}, {0.5, 0.5}, {0.1, 0.2}, {0, 0}, {0, 0}} {
		if got := [2]float64{f.OfFirst(i), f.OfPrevious(i)}; got != want {
			t.Errorf("step %d: %v, want %v", i, got, want)
		}
	}
	nobody := &engine.Funnel{Steps: make([]engine.FunnelStep, 2)}
	if nobody.OfFirst(0) != 0 || nobody.OfPrevious(0) != 0 || nobody.OfPrevious(1) != 0 {
		t.Error("the shares of nobody are not 0")
	}
}

func TestFunnelErrors(t *testing.T) {
	db := open(t, snapshot)
	for text, want := range map[string]string{
		"purchase in last 30 days":                              `1:1: a funnel wants a sequence, alone or joined to other conditions with "and", found none`,
		"purchase then purchase or orders > 3":                  `1:1: a funnel wants a sequence, alone or joined to other conditions with "and", found none`,
		"not purchase then purchase":                            `1:1: a funnel wants a sequence, alone or joined to other conditions with "and", found none`,
		"purchase then purchase and purchase then not purchase": `1:28: a funnel wants one sequence, found another`,
	} {
		var problems rule.Errors
		_, err := ask(t, db, text).Funnel(t.Context())
		if !errors.As(err, &problems) || problems[0].Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ask(t, db, "purchase then purchase").Funnel(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	q := ask(t, db, "purchase then purchase")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := q.Funnel(t.Context()); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}
