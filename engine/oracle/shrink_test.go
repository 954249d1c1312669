package oracle

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestShrink: a case in which some customer with a NULL in some attribute is
// selected ends as one test over one customer.
func TestShrink(t *testing.T) {
	rng := newRand(t)
	fails := func(c *Case) bool {
		keys, err := c.Select()
		return err == nil && len(keys) > 0 && strings.Contains(c.Rule, "is null")
	}
	shrunk := 0
	for range 2000 {
		c := RandomCase(rng, RandomTable(rng, Options{MaxCustomers: 40}), 6)
		if !fails(c) {
			continue
		}
		before := c.String()
		small := Shrink(c, fails)
		if c.String() != before {
			t.Fatal("Shrink changed its argument")
		}
		if !fails(small) || small.Table.Validate() != nil {
			t.Fatalf("no longer fails:\n%s", small)
		}
		if len(small.Table.Keys) != 1 || len(small.Rule) > 120 || len(small.Segments) > 1 {
			t.Fatalf("not small:\n%s", small)
		}
		if shrunk++; shrunk == 10 {
			return
		}
	}
	t.Errorf("%d cases found, want 10", shrunk)
}

// TestShrinkTable: the table of a case whose rule is no random one shrinks.
func TestShrinkTable(t *testing.T) {
	table := RandomTable(rand.New(rand.NewPCG(1, 1)), Options{})
	table.Schema.Attributes[0].Name = "kept"
	c := &Case{Table: table, Rule: "kept is null or kept is not null"}
	small := Shrink(c, func(c *Case) bool {
		keys, err := c.Select()
		return err == nil && len(keys) >= 2
	})
	got := small.Table
	if len(got.Keys) != 2 || len(got.Attributes) != 1 || len(got.Behaviors) != 0 || small.Rule != c.Rule {
		t.Errorf("not small:\n%s", small)
	}
}
