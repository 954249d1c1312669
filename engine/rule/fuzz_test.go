package rule

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/window"
)

var fuzzSeeds = []string{
	"",
	"lifetime_value > 1000",
	"loyalty_tier = 'Gold' and purchase in last 30 days",
	"email_open count > 3 this month",
	"country in ('US', 'CA') and not (country contains '+test' or country is null)",
	"purchase count between 2 and 3 between '2023-01-01' and '2023-12-31'",
	"interests at least 2 in ('golf', 'tennis', 'ski') or ratings all >= 3.5",
	"signup_date not between '2023-01-01 10:00' and '2023-12-31' -- comment",
	"renewal_at <= '2023-03-12T02:30:00+09:00' and score != -0.10",
	"\"page view\" for 7 days from 1 month ago or not not \"first\" starts with ('a', '''')",
	"visits > 99999999999999999999.5 or \"Total Spend\" < -0.005",
	"purchase where amount > 1",
	"purchase where (category = 'Books' and (amount > 5 or tags any = 'x')) sum(amount) > 100.5 in last 90 days",
	"purchase where category = 'x' and amount > 5 and email_opt_in",
	"first purchase where (not is_gift) in last 3 full weeks or last purchase ever",
	"purchase count distinct days >= 3 today and purchase avg(weight) not between 1 and 2.50",
	"segment 'Loyalty/VIP' and not segment 'it''s'",
	"purchase then not \"page view\" within 2 hours then email_open in last 3 days",
	"not purchase where amount > 5 and is_gift = true then purchase since '2023-01-01' where (not is_gift) within 1 week or visits > 1",
	"then then not within within 3 seconds and (then then then)",
	"purchase count > 3 then a and purchase then b within 3 months and a then not not b",
	"a = and b = 3 or (c in 5, ) and d like 3",
	"a = \"x\n\ty\u0000",
	"((((a",
	"x = '\xff'",
}

func FuzzParse(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Parse(text)
		if err != nil {
			checkErrors(t, text, err)
			return
		}
		checkRoundTrip(t, text, r)
	})
}

func FuzzCheck(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Parse(text)
		if err != nil {
			return
		}
		checkInvariants(t, r)
	})
}

func FuzzParseComputed(f *testing.F) {
	for _, s := range []string{
		"", "count", "sum(amount) in last 365 days", "where category = 'x' and amount > 5 count distinct days this year",
		"most_frequent(category)", "first where (not is_gift)", "count where (due not first )", "sum(amount) where (category = )",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseComputed(text, "purchase", testSchema("America/Sao_Paulo"))
		if err != nil {
			checkErrors(t, text, err)
			return
		}
		again, err := ParseComputed(c.String(), "purchase", testSchema("America/Sao_Paulo"))
		if err != nil || again.String() != c.String() {
			t.Fatalf("%q prints as %q: %v", text, c, err)
		}
	})
}

// checkErrors fails unless err is Errors whose every place is in text and can be
// shown.
func checkErrors(t *testing.T, text string, err error) {
	t.Helper()
	var errs Errors
	if !errors.As(err, &errs) || len(errs) == 0 || len(errs) > MaxErrors {
		t.Fatalf("rule %q: error is %T %v, want 1 to %d Errors", text, err, err, MaxErrors)
	}
	for i, e := range errs {
		if e.Code == "" || e.Msg == "" || e.Offset < 0 || e.Length < 0 || e.Offset+e.Length > len(text) || e.Source != text {
			t.Fatalf("rule %q: malformed error %+v", text, *e)
		}
		if i > 0 && e.Offset < errs[i-1].Offset {
			t.Fatalf("rule %q: errors are not in order", text)
		}
		lines := strings.Split(strings.TrimPrefix(e.Detail(), e.Error()), "\n")
		if len(lines) < 4 || !strings.HasSuffix(lines[3], "^") {
			t.Fatalf("rule %q: detail lacks its carets:\n%s", text, e.Detail())
		}
	}
}

// checkInvariants checks a rule and fails if the result breaks what checked.go
// promises. It reports whether the rule passed.
func checkInvariants(t *testing.T, r *Rule) bool {
	t.Helper()
	text := string(r.source)
	c, err := Check(r, testSchema("America/Sao_Paulo"), testLibrary)
	if err != nil {
		checkErrors(t, text, err)
		return false
	}
	if c.String() != r.String() || c.Root.Text() != r.String() {
		t.Fatalf("rule %q: checked text %q, root %q, want %q", text, c, c.Root.Text(), r)
	}
	checkCond(t, text, c, c.Root)
	return true
}

func checkCond(t *testing.T, text string, c *Checked, n Cond) {
	t.Helper()
	again, err := parseCheck(n.Text(), c.Schema.Timezone)
	if err != nil || again.String() != n.Text() || dumpRoot(again) != dumpRoot(&Checked{Root: n, Schema: c.Schema, Location: c.Location}) {
		t.Fatalf("rule %q: text %q of a node does not give the node back: %v", text, n.Text(), err)
	}
	switch n := n.(type) {
	case *And:
		checkConds(t, text, c, n.Conds)
	case *Or:
		checkConds(t, text, c, n.Conds)
	case *Not:
		checkCond(t, text, c, n.Cond)
	case *AttributeTest:
		checkColumn(t, text, &n.ColumnTest)
	case *BehaviorTest:
		checkBehavior(t, text, n)
	case *SequenceTest:
		checkSequence(t, text, n)
	case *SegmentTest:
		if n.Segment == nil || n.Segment.Root == nil || n.Segment.Path == "" {
			t.Fatalf("rule %q: segment %+v", text, n.Segment)
		}
	default:
		t.Fatalf("rule %q: node is %T", text, n)
	}
}

func checkBehavior(t *testing.T, text string, n *BehaviorTest) {
	t.Helper()
	checkSet(t, text, counts, n.Aggregate.Counts)
	checkColumn(t, text, &ColumnTest{Type: model.Type{Kind: model.Number}, Values: n.Aggregate.Values})
	if err := n.Window.Validate(); err != nil {
		t.Fatalf("rule %q: %v", text, err)
	}
	edge := n.Aggregate.Op == AggregateFirst || n.Aggregate.Op == AggregateLast
	if edge != (n.Aggregate.Window != nil) || edge && n.Window != (window.Spec{}) {
		t.Fatalf("rule %q: aggregate %+v in window %s", text, n.Aggregate, n.Window)
	}
	if n.Where != nil {
		checkWhere(t, text, n.Where)
	}
}

func checkSequence(t *testing.T, text string, n *SequenceTest) {
	t.Helper()
	if len(n.Steps) < 2 || len(n.Steps) > MaxSteps || n.Steps[0].Absent || n.Steps[0].Within != 0 {
		t.Fatalf("rule %q: steps %+v", text, n.Steps)
	}
	for i := range n.Steps {
		s := &n.Steps[i]
		if s.Within < 0 || s.SeesNext != isNext(s.Window) || s.Window.Validate() != nil {
			t.Fatalf("rule %q: step %+v", text, s)
		}
		if s.Where != nil {
			checkWhere(t, text, s.Where)
		}
	}
}

func checkWhere(t *testing.T, text string, n Cond) {
	t.Helper()
	switch n := n.(type) {
	case *And:
		for _, operand := range n.Conds {
			checkWhere(t, text, operand)
		}
	case *Or:
		for _, operand := range n.Conds {
			checkWhere(t, text, operand)
		}
	case *Not:
		checkWhere(t, text, n.Cond)
	case *FieldTest:
		checkColumn(t, text, &n.ColumnTest)
	default:
		t.Fatalf("rule %q: node in a where is %T", text, n)
	}
	if _, err := parseCheck("purchase where ("+n.Text()+")", "UTC"); err != nil {
		t.Fatalf("rule %q: text %q of a node in a where: %v", text, n.Text(), err)
	}
}

func checkConds(t *testing.T, text string, c *Checked, conds []Cond) {
	t.Helper()
	if len(conds) < 2 {
		t.Fatalf("rule %q: %d conditions joined, want 2 or more", text, len(conds))
	}
	for _, n := range conds {
		checkCond(t, text, c, n)
	}
}

// dumpRoot is dump without warnings, whose places depend on the text.
func dumpRoot(c *Checked) string {
	return dump(&Checked{Root: c.Root, Schema: c.Schema, Location: c.Location})
}

func checkColumn(t *testing.T, text string, n *ColumnTest) {
	t.Helper()
	tested := !n.IsNull && n.Window == nil
	if (n.Quant.Op != QuantNone) != (tested && n.Type.IsArray()) {
		t.Fatalf("rule %q: quantifier %q on a test of %s", text, n.Quant, n.Type)
	}
	if n.Values.Except && !n.Type.IsArray() {
		t.Fatalf("rule %q: Except on a test of %s", text, n.Type)
	}
	checkSet(t, text, fullInts, n.Values.Ints)
	checkSet(t, text, floatDomain, n.Values.Floats)
	checkSet(t, text, decimalDomain(38), n.Values.Decimals)
	s := n.Values.Strings
	if s.Op == StringMatches && s.Regexp == nil || !slices.IsSorted(s.List) || len(slices.Compact(slices.Clone(s.List))) != len(s.List) {
		t.Fatalf("rule %q: strings %+v", text, s)
	}
	if tested && n.Type.Elem().Kind == model.Boolean && len(n.Values.Bools) == 0 {
		t.Fatalf("rule %q: no boolean", text)
	}
	if n.Window != nil {
		if err := n.Window.Validate(); err != nil {
			t.Fatalf("rule %q: %v", text, err)
		}
	}
}

// checkSet fails unless the ranges are not empty, sorted, and apart.
func checkSet[T any](t *testing.T, text string, d domain[T], rs []Range[T]) {
	t.Helper()
	for i, r := range rs {
		if d.cmp(r.Lo, r.Hi) > 0 || d.cmp(r.Lo, d.min) < 0 || d.cmp(r.Hi, d.max) > 0 {
			t.Fatalf("rule %q: range %v", text, r)
		}
		if i == 0 {
			continue
		}
		if after, ok := d.next(rs[i-1].Hi); !ok || d.cmp(r.Lo, after) <= 0 {
			t.Fatalf("rule %q: ranges %v and %v touch", text, rs[i-1], r)
		}
	}
}
