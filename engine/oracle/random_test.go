package oracle

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

var everything = Options{Infinities: true, ListFields: true, NUL: true, OddNames: true, CaseNames: true}

// TestRandomCases: tables are valid, rules pass the checker, and enough of them
// select some customers but not all.
func TestRandomCases(t *testing.T) {
	rng := newRand(t)
	some, nonempty := 0, 0
	for i := range 150 {
		o := Options{MaxCustomers: 60}
		if i%2 == 1 {
			o = everything
		}
		table := RandomTable(rng, o)
		if err := table.Validate(); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			c := RandomCase(rng, table, rng.IntN(7))
			keys := checkRandomCase(t, c)
			if len(table.Keys) > 4 {
				nonempty++
				if 0 < len(keys) && len(keys) < len(table.Keys) {
					some++
				}
			}
		}
	}
	t.Logf("%d of %d rules select some customers and not all", some, nonempty)
	if some < nonempty/3 {
		t.Errorf("%d of %d rules select some customers and not all, want a third", some, nonempty)
	}
}

// checkRandomCase: a rule passes the checker, and its canonical text and its
// complement select what they must. It returns the keys selected.
func checkRandomCase(t *testing.T, c *Case) []any {
	t.Helper()
	checked, err := c.Check()
	if err != nil {
		t.Fatalf("%s\n%v", c.Rule, err)
	}
	rows, err := Select(c.Table, checked, c.AsOf)
	if err != nil {
		t.Fatalf("%v\n%s", err, c)
	}
	keys := c.Table.Selected(rows)
	canonical, complement := *c, *c
	canonical.Rule = checked.String()
	complement.Rule = "not (" + c.Rule + ")"
	again, err := canonical.Select()
	if err != nil || !slices.Equal(keys, again) {
		t.Fatalf("canonical text %s: got %v, error %v, want %v\n%s", canonical.Rule, again, err, keys, c)
	}
	others, err := complement.Select()
	for row := range rows {
		rows[row] = !rows[row]
	}
	if err != nil || !slices.Equal(others, c.Table.Selected(rows)) {
		t.Fatalf("complement: got %v, error %v, and %v\n%s", others, err, keys, c)
	}
	return keys
}

// TestRandomIsDeterministic: one seed makes one case.
func TestRandomIsDeterministic(t *testing.T) {
	seed := newRand(t).Uint64()
	text := func() string {
		rng := rand.New(rand.NewPCG(seed, 1))
		return RandomCase(rng, RandomTable(rng, everything), 6).String()
	}
	if first := text(); first != text() {
		t.Errorf("seed %d makes two cases", seed)
	}
}

// TestHugeDecimals: where sums may overflow, some do.
func TestHugeDecimals(t *testing.T) {
	rng := newRand(t)
	for range 2000 {
		c := RandomCase(rng, RandomTable(rng, Options{HugeDecimals: true, MaxCustomers: 40}), 2)
		if _, err := c.Select(); errors.Is(err, ErrOverflow) {
			return
		} else if err != nil {
			t.Fatalf("%v\n%s", err, c)
		}
	}
	t.Error("no sum overflows")
}
