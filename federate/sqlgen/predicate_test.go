package sqlgen

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// truth is a value of SQL's logic, ordered so that AND is min and OR is max.
type truth int8

const (
	isFalse truth = iota
	isUnknown
	isTrue
)

// value evaluates a predicate by SQL's rules; leaves have the values given.
func (p *predicate) value(leaves map[string]truth) truth {
	switch p.op {
	case opAnd, opOr:
		result := p.operands[0].value(leaves)
		for _, o := range p.operands[1:] {
			if v := o.value(leaves); (v < result) == (p.op == opAnd) {
				result = v
			}
		}
		return result
	case opNot:
		if p.operands[0].value(leaves) == isTrue {
			return isFalse
		}
		return isTrue
	}
	return leaves[p.sql]
}

// nestedNot reports whether a negation lies within another, or within the one
// that p stands in.
func (p *predicate) nestedNot(within bool) bool {
	if p.op == opNot && within {
		return true
	}
	for _, o := range p.operands {
		if o.nestedNot(within || p.op == opNot) {
			return true
		}
	}
	return false
}

// TestLogic compares random trees with two-valued logic: NULL is false before
// anything else is done.
func TestLogic(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	leaves := map[string]truth{"a": isTrue, "b": isFalse, "c": isUnknown, "x IS NULL": isFalse, "x IS NOT NULL": isTrue}
	var build func(depth int) (p *predicate, want bool)
	build = func(depth int) (p *predicate, want bool) {
		switch kind := r.IntN(6); {
		case depth == 0 && kind < 5:
			name := string(rune('a' + r.IntN(3)))
			return leaf(name, true), leaves[name] == isTrue
		case depth == 0:
			return isNull("x"), false
		case kind < 2:
			inner, want := build(depth - 1)
			return not(inner), !want
		case kind < 4:
			p, pWant := build(depth - 1)
			q, qWant := build(depth - 1)
			return and(p, q), pWant && qWant
		}
		p, pWant := build(depth - 1)
		q, qWant := build(depth - 1)
		return or(p, q), pWant || qWant
	}
	for range 20_000 {
		p, want := build(1 + r.IntN(6))
		if got := p.value(leaves) == isTrue; got != want {
			t.Fatalf("seed %d: %s: got %t, want %t", seed, p.inline(), got, want)
		}
		if p.nestedNot(false) {
			t.Fatalf("seed %d: %s: a negation within another", seed, p.inline())
		}
	}
}

// TestLines checks the text of predicates, on one line and on more.
func TestLines(t *testing.T) {
	a, b := leaf("a", true), leaf("b", true)
	long := leaf(strings.Repeat("l", 90), true)
	for _, test := range []struct {
		p    *predicate
		want string
	}{
		{and(a, or(b, a)), "a AND (b OR a)"},
		{and(a, and(b, a)), "a AND b AND a"},
		{not(a), "NOT COALESCE(a, FALSE)"},
		{not(not(a)), "a"},
		{not(isNull("x")), "x IS NOT NULL"},
		{not(never), "TRUE"},
		{not(leaf("COALESCE(n, 0) > 1", false)), "NOT (COALESCE(n, 0) > 1)"},
		{not(and(a, b)), "NOT COALESCE(a AND b, FALSE)"},
		{not(and(a, not(b))), "NOT COALESCE(a, FALSE) OR b"},
		{and(a, or(long, a)), "a\nAND (\n  " + long.sql + "\n  OR a\n)"},
		{not(or(long, a)), "NOT COALESCE(\n  " + long.sql + "\n  OR a, FALSE\n)"},
		{in("x", []string{"1"}, true), "x = 1"},
		{in("x", []string{"1", "2"}, true), "x IN (1, 2)"},
		{in("x", []string{long.sql, "2", "3"}, true), "x IN (\n  " + long.sql + ", 2, 3\n)"},
		{in("x", []string{long.sql, long.sql, "3"}, true), "x IN (\n  " + long.sql + ",\n  " + long.sql + ", 3\n)"},
	} {
		if got := test.p.lines(""); got != test.want {
			t.Errorf("got\n%s\nwant\n%s", got, test.want)
		}
	}
}
