package engine_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// TestWhyAgreesWithTheOracle asks why random rules select customers: every node of
// the tree holds where the oracle says so, and every value is the one that the oracle
// finds equal.
func TestWhyAgreesWithTheOracle(t *testing.T) {
	const tables, rules, depth, customers = 6, 12, 4, 4
	nodes := 0
	for n := range uint64(tables) {
		at := *seed + n
		rng := rand.New(rand.NewPCG(at, 7))
		dir, table := randomSnapshot(t, at, rng)
		if len(table.Keys) == 0 {
			continue
		}
		for range rules {
			c := oracle.RandomCase(rng, table, rng.IntN(depth))
			checked, err := c.Check()
			if err != nil {
				t.Fatal(err)
			}
			db := openWith(t, dir, plan.Choice{}, libraryOf(t, c))
			q := mustQuery(t, db, c.Rule).At(c.AsOf)
			j := &whyJudge{t: t, c: c, checked: checked, seed: at, selected: map[rule.Cond][]bool{}}
			for range customers {
				j.row, j.met = rng.IntN(len(table.Keys)), map[*rule.Segment]bool{}
				w, err := q.Why(t.Context(), fmt.Sprint(table.Keys[j.row]))
				if err != nil {
					t.Fatalf("seed %d: %v: %v\n%s", at, table.Keys[j.row], err, c.Rule)
				}
				j.check(&w.Reason, checked.Root)
			}
			nodes += j.nodes
		}
	}
	if nodes < 100 {
		t.Errorf("seed %d: only %d nodes were looked at", *seed, nodes)
	}
}

// libraryOf returns the segments of a case.
func libraryOf(t *testing.T, c *oracle.Case) *rule.Library {
	t.Helper()
	var segments []*rule.SegmentFile
	for _, s := range c.Segments {
		parsed, err := rule.Parse(s.Rule)
		if err != nil {
			t.Fatal(err)
		}
		segments = append(segments, &rule.SegmentFile{Path: s.Path, Name: path.Base(s.Path), Rule: parsed})
	}
	return rule.NewLibrary(segments)
}

// whyJudge compares reasons with the oracle.
type whyJudge struct {
	t        *testing.T
	c        *oracle.Case
	checked  *rule.Checked
	seed     uint64
	row      int
	nodes    int
	selected map[rule.Cond][]bool
	met      map[*rule.Segment]bool // those that were explained to the customer at row
}

// holds asks the oracle for one condition alone.
func (j *whyJudge) holds(cond rule.Cond) bool {
	rows, ok := j.selected[cond]
	if !ok {
		var err error
		rows, err = oracle.Select(j.c.Table, &rule.Checked{Root: cond, Schema: j.checked.Schema, Location: j.checked.Location}, j.c.AsOf)
		if err != nil {
			j.t.Fatalf("seed %d: %s: %v", j.seed, cond.Text(), err)
		}
		j.selected[cond] = rows
	}
	return rows[j.row]
}

func (j *whyJudge) check(r *engine.Reason, cond rule.Cond) {
	j.t.Helper()
	j.nodes++
	kind, members := engine.ReasonAttribute, []rule.Cond(nil)
	switch c := cond.(type) {
	case *rule.And:
		kind, members = engine.ReasonAnd, c.Conds
	case *rule.Or:
		kind, members = engine.ReasonOr, c.Conds
	case *rule.Not:
		kind, members = engine.ReasonNot, []rule.Cond{c.Cond}
	case *rule.SegmentTest:
		kind = engine.ReasonSegment
		if !j.met[c.Segment] {
			members = []rule.Cond{c.Segment.Root}
		}
		j.met[c.Segment] = true
		if r.Repeats() == (members != nil) {
			j.t.Errorf("seed %d: %s: repeats %t\n%s", j.seed, r.Condition, r.Repeats(), j.c)
		}
	case *rule.AttributeTest:
		want := plainValue(j.c.Table.Attributes[c.Attribute][j.row], c.Type)
		if got := shown(r.Value); got != shown(want) || r.Subject != j.checked.Schema.Attributes[c.Attribute].Name {
			j.t.Errorf("seed %d: %s: %s is %s, want %s\n%s", j.seed, r.Condition, r.Subject, got, shown(want), j.c)
		}
	case *rule.BehaviorTest:
		kind = engine.ReasonBehavior
		if !j.isValue(c, r.Value) {
			j.t.Errorf("seed %d: customer %v: %s: %s is %v, which it is not\n%s",
				j.seed, j.c.Table.Keys[j.row], r.Condition, r.Subject, r.Value, j.c)
		}
	}
	if c, ok := cond.(*rule.SequenceTest); ok {
		j.checkSteps(r, c)
		return
	}
	if r.Kind != kind || r.Condition != cond.Text() || r.Holds != j.holds(cond) || len(r.Reasons) != len(members) {
		j.t.Fatalf("seed %d: customer %v: %+v, want %s %s %v with %d members\n%s",
			j.seed, j.c.Table.Keys[j.row], r, kind, cond.Text(), j.holds(cond), len(members), j.c)
	}
	for i, member := range members {
		j.check(&r.Reasons[i], member)
	}
}

// isValue reports whether the oracle finds that the aggregate of a test is a value:
// it asks for the same aggregate with that value as the only one that passes, and for
// NULL, with every value.
func (j *whyJudge) isValue(b *rule.BehaviorTest, value any) bool {
	test := *b
	a := &test.Aggregate
	a.Counts, a.Values, a.Averages, a.Window = nil, rule.Values{}, rule.Averages{}, nil
	switch a.Op {
	case rule.AggregateFirst:
		a.Op, a.Type = rule.AggregateMin, model.Type{Kind: model.Timestamp}
	case rule.AggregateLast:
		a.Op, a.Type = rule.AggregateMax, model.Type{Kind: model.Timestamp}
	}
	result := a.Type
	if a.Op == rule.AggregateSum {
		result = rule.SumType(a.Type)
	}
	if value == nil {
		everyValue(a, result)
		return !j.holds(&test)
	}
	onlyValue(a, value)
	return j.holds(&test)
}

// everyValue lets every value of an aggregate pass that can be NULL.
func everyValue(a *rule.Aggregate, result model.Type) {
	switch {
	case result.Repr == model.Float64:
		a.Values.Floats = []rule.Range[float64]{{Lo: math.Inf(-1), Hi: math.Inf(1)}}
	case result.Repr == model.Decimal:
		most := decimal128.GetMaxValue(38)
		a.Values.Decimals = []rule.Range[decimal128.Num]{{Lo: most.Negate(), Hi: most}}
	default:
		a.Values.Ints = []rule.Range[int64]{{Lo: math.MinInt64, Hi: math.MaxInt64}}
	}
}

// onlyValue lets one value of an aggregate pass; of an average those that are as near
// as rounding leaves it.
func onlyValue(a *rule.Aggregate, value any) {
	one := func(x int64) []rule.Range[int64] { return []rule.Range[int64]{{Lo: x, Hi: x}} }
	switch v := value.(type) {
	case int64:
		a.Counts, a.Values.Ints = one(v), one(v)
	case column.Day:
		a.Values.Ints = one(int64(v))
	case time.Time:
		a.Values.Ints = one(v.UnixMicro())
	case column.Decimal:
		a.Values.Decimals = []rule.Range[decimal128.Num]{{Lo: v.Unscaled, Hi: v.Unscaled}}
	case float64:
		if a.Op == rule.AggregateAvg && !math.IsInf(v, 0) {
			margin := 1e-9 * (1 + math.Abs(v))
			a.Averages = rule.Averages{Lo: boundOf(a.Type, v-margin), Hi: boundOf(a.Type, v+margin)}
			return
		}
		a.Values.Floats = []rule.Range[float64]{{Lo: v, Hi: v}}
	}
}

// boundOf returns the end of a set of averages of values of a type.
func boundOf(typ model.Type, x float64) *rule.AverageBound {
	if typ.Repr == model.Float64 {
		return &rule.AverageBound{Float: x}
	}
	whole, digits, _ := strings.Cut(strings.TrimRight(strconv.FormatFloat(x, 'f', 12, 64), "0"), ".")
	n, _ := new(big.Int).SetString(whole+digits, 10)
	return &rule.AverageBound{Unscaled: n, Scale: len(digits)}
}

// plainValue returns a value of the oracle as the engine gives it.
func plainValue(v any, typ model.Type) any {
	switch v := v.(type) {
	case oracle.Day:
		return column.Day(v)
	case oracle.Decimal:
		return column.Decimal{Unscaled: decimal128.FromBigInt(v.Unscaled), Scale: int32(v.Scale)}
	case int64:
		if typ.Kind == model.Timestamp {
			return time.UnixMicro(v).UTC()
		}
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = plainValue(v[i], typ.Elem())
		}
		return list
	}
	return v
}

// shown writes a value with its type; -0.0 is 0.0.
func shown(v any) string {
	if f, ok := v.(float64); ok {
		v = f + 0
	}
	return fmt.Sprintf("%T %v", v, v)
}

// TestWhyOfSegmentsOfSegments asks about segments each of which refers to the next
// one twice: every one is explained once, where it is met first.
func TestWhyOfSegmentsOfSegments(t *testing.T) {
	const segments = 50 // read anew wherever they are met they would be 2^50
	c := &oracle.Case{}
	for i := range segments {
		text := fmt.Sprintf("segment 's%[1]d' and not segment 's%[1]d'", i+1)
		if i+1 == segments {
			text = "orders > 1"
		}
		c.Segments = append(c.Segments, oracle.Segment{Path: fmt.Sprintf("s%d", i), Rule: text})
	}
	q := ask(t, openWith(t, snapshot, plan.Choice{}, libraryOf(t, c)), "segment 's0' or segment 's0'")
	w, err := q.Why(t.Context(), "10013")
	if err != nil {
		t.Fatal(err)
	}
	if e, err := q.Explain(t.Context()); err != nil || e.Count > 0 { // so does who plans it, and who counts
		t.Errorf("%+v, %v, want nobody", e, err)
	}
	nodes, explained, repeated := 0, 0, 0
	var walk func(r *engine.Reason)
	walk = func(r *engine.Reason) {
		nodes++
		switch {
		case r.Repeats():
			repeated++
		case r.Kind == engine.ReasonSegment:
			explained++
			if r.Holds != r.Reasons[0].Holds {
				t.Errorf("%s: %t, its rule %t", r.Condition, r.Holds, r.Reasons[0].Holds)
			}
		}
		for i := range r.Reasons {
			walk(&r.Reasons[i])
		}
	}
	walk(&w.Reason)
	if w.Holds || explained != segments || repeated != segments {
		t.Errorf("holds %t, %d nodes, %d segments are explained and %d repeated, want %[5]d each", w.Holds, nodes, explained, repeated, segments)
	}
}

// TestWhyOfTheRealData reads a tree with every kind of node.
func TestWhyOfTheRealData(t *testing.T) {
	db := open(t, snapshot)
	q := ask(t, db, "loyalty_tier = 'Gold' and (not purchase in last 30 days or purchase sum(amount) > 100 in last 400 days)")
	var key string
	for k, err := range q.Keys(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		key = k
		break
	}
	w, err := q.Why(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	var walk func(r *engine.Reason)
	walk = func(r *engine.Reason) {
		kinds = append(kinds, string(r.Kind)+":"+r.Subject)
		for i := range r.Reasons {
			walk(&r.Reasons[i])
		}
	}
	walk(&w.Reason)
	want := []string{"and:", "attribute:loyalty_tier", "or:", "not:", "behavior:count", "behavior:sum(amount)"}
	if !reflect.DeepEqual(kinds, want) || !w.Holds || w.Key != key || len(w.Windows) != 2 || !w.AsOf.Equal(asOf) {
		t.Errorf("%v, %+v, want %v", kinds, w, want)
	}
}

func TestWhyOfNobody(t *testing.T) {
	q := ask(t, open(t, snapshot), "orders > 1")
	for _, key := range []string{"", "nobody", "1e3", "99999999999999999999"} {
		_, err := q.Why(t.Context(), key)
		var unknown *engine.KeyError
		if !errors.As(err, &unknown) || unknown.Key != key || !strings.HasSuffix(err.Error(), fmt.Sprintf("%q", key)) {
			t.Errorf("%q: %v, want a *KeyError", key, err)
		}
	}
}

// TestWhyOfSomebodyGone asks about customers whose rows are still there.
func TestWhyOfSomebodyGone(t *testing.T) {
	dir, build := shopOf("1,DE", "2,FR", "3,DE")
	build("1,DE", "3,DE")
	q, err := open(t, dir).Query("country = 'DE'")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := q.Why(t.Context(), "2"); err == nil || err.Error() != `no customer has the id "2"` {
		t.Errorf("%v, want that there is no such customer", err)
	}
	if w, err := q.Why(t.Context(), "3"); err != nil || !w.Holds || w.Value != "DE" {
		t.Errorf("%+v, %v, want that the rule selects customer 3", w, err)
	}
}

// TestWindowsNeedNoSnapshot compares the windows of random rules with those that an
// answer has.
func TestWindowsNeedNoSnapshot(t *testing.T) {
	const tables, rules, depth = 3, 30, 4
	for n := range uint64(tables) {
		at := *seed + n
		rng := rand.New(rand.NewPCG(at, 9))
		dir, table := randomSnapshot(t, at, rng)
		for range rules {
			c := oracle.RandomCase(rng, table, rng.IntN(depth))
			checked, err := c.Check()
			if err != nil {
				t.Fatal(err)
			}
			a, err := mustQuery(t, openWith(t, dir, plan.Choice{}, libraryOf(t, c)), c.Rule).At(c.AsOf).Answer(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var want, got []string
			for _, w := range a.Windows {
				want = append(want, w.Condition)
			}
			for _, w := range plan.Windows(checked, c.AsOf) {
				got = append(got, w.Condition)
			}
			if !slices.Equal(got, want) {
				t.Errorf("seed %d: %s:\nwindows %q\nof the answer %q", at, c.Rule, got, want)
			}
		}
	}
}
