package rule

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/rollcall-db/rollcall/engine/model"
)

// testSchema has an attribute of every type.
func testSchema(zone string) *model.Schema {
	number := func(r model.Repr) model.Type { return model.Type{Kind: model.Number, Repr: r} }
	dec := func(p, s uint8) model.Type {
		return model.Type{Kind: model.Number, Repr: model.Decimal, Precision: p, Scale: s}
	}
	return &model.Schema{
		Name: "All Customers", Timezone: zone, KeyColumn: "customer_id", KeyType: model.Type{Kind: model.String},
		Attributes: []model.Attribute{
			{Name: "country", Type: model.Type{Kind: model.String}},
			{Name: "loyalty_tier", Type: model.Type{Kind: model.String}},
			{Name: "lifetime_value", Type: dec(10, 2)},
			{Name: "visits", Type: number(model.Int64)},
			{Name: "score", Type: number(model.Float64)},
			{Name: "wide", Type: dec(38, 0)},
			{Name: "email_opt_in", Type: model.Type{Kind: model.Boolean}},
			{Name: "signup_date", Type: model.Type{Kind: model.Date}},
			{Name: "renewal_at", Type: model.Type{Kind: model.Timestamp}},
			{Name: "interests", Type: model.Type{Kind: model.StringArray}},
			{Name: "ratings", Type: model.Type{Kind: model.NumberArray, Repr: model.Int64}},
			{Name: "Total Spend", Type: dec(38, 2)},
			{Name: "first", Type: model.Type{Kind: model.String}},
		},
		Behaviors: []model.Behavior{
			{Name: "purchase", TimeColumn: "purchased_at", Fields: []model.Field{
				{Name: "amount", Type: dec(10, 2)},
				{Name: "quantity", Type: number(model.Int64)},
				{Name: "weight", Type: number(model.Float64)},
				{Name: "category", Type: model.Type{Kind: model.String}},
				{Name: "is_gift", Type: model.Type{Kind: model.Boolean}},
				{Name: "due", Type: model.Type{Kind: model.Date}},
				{Name: "tags", Type: model.Type{Kind: model.StringArray}},
				{Name: "country", Type: model.Type{Kind: model.String}},
			}},
			{Name: "email_open", TimeColumn: "opened_at"},
			{Name: "page view", TimeColumn: "viewed_at"},
		},
	}
}

// dump shows a checked tree: a node a line, with its text and what it selects.
func dump(c *Checked) string {
	var b strings.Builder
	var walk func(n Cond, indent string)
	walk = func(n Cond, indent string) {
		b.WriteString(indent)
		switch n := n.(type) {
		case *And:
			fmt.Fprintf(&b, "and: %s\n", n.Text())
			for _, operand := range n.Conds {
				walk(operand, indent+"  ")
			}
		case *Or:
			fmt.Fprintf(&b, "or: %s\n", n.Text())
			for _, operand := range n.Conds {
				walk(operand, indent+"  ")
			}
		case *Not:
			fmt.Fprintf(&b, "not: %s\n", n.Text())
			walk(n.Cond, indent+"  ")
		case *AttributeTest:
			fmt.Fprintf(&b, "attribute: %s\n%s  %s %s\n", n.Text(), indent, c.Schema.Attributes[n.Attribute].Name, dumpTest(c, &n.ColumnTest))
		case *FieldTest:
			fmt.Fprintf(&b, "field: %s\n%s  %d %s\n", n.Text(), indent, n.Field, dumpTest(c, &n.ColumnTest))
		case *SegmentTest:
			fmt.Fprintf(&b, "segment: %s\n%s  at %s\n", n.Text(), indent, n.Segment.Path)
			walk(n.Segment.Root, indent+"  ")
		case *BehaviorTest:
			fmt.Fprintf(&b, "behavior: %s\n%s  %s %s, window %s%s\n", n.Text(), indent,
				c.Schema.Behaviors[n.Behavior].Name, dumpAggregate(c, &n.Aggregate), n.Window, map[bool]string{true: ", sees next"}[n.SeesNext])
			if n.Where != nil {
				walk(n.Where, indent+"  ")
			}
		case *SequenceTest:
			fmt.Fprintf(&b, "sequence: %s\n", n.Text())
			for i := range n.Steps {
				s := &n.Steps[i]
				fmt.Fprintf(&b, "%s  %s: %s absent %t, within %d, window %s%s\n", indent, s.Text(), c.Schema.Behaviors[s.Behavior].Name,
					s.Absent, s.Within, s.Window, map[bool]string{true: ", sees next"}[s.SeesNext])
				if s.Where != nil {
					walk(s.Where, indent+"    ")
				}
			}
		default:
			fmt.Fprintf(&b, "%T\n", n)
		}
	}
	walk(c.Root, "")
	for _, w := range c.Warnings() {
		fmt.Fprintf(&b, "warning %s %s\n", w.Code, w.Error())
	}
	return b.String()
}

func dumpAggregate(c *Checked, a *Aggregate) string {
	name := map[AggregateOp]string{
		AggregateCount: "counts", AggregateDistinct: "distinct", AggregateDays: "days", AggregateSum: "sum", AggregateAvg: "avg",
		AggregateMin: "min", AggregateMax: "max", AggregateFirst: "first", AggregateLast: "last",
	}[a.Op]
	if a.Op != AggregateCount && a.Op != AggregateDays {
		name += fmt.Sprintf(" of %d", a.Field)
	}
	switch a.Op {
	case AggregateSum:
		return name + " " + dumpValues(c, SumType(a.Type), a.Values)
	case AggregateMin, AggregateMax:
		return name + " " + dumpValues(c, a.Type, a.Values)
	case AggregateAvg:
		return name + " " + dumpAverages(a.Averages)
	case AggregateFirst, AggregateLast:
		return name + " " + a.Window.String()
	}
	return name + " " + dumpRanges(a.Counts, dumpInt)
}

func dumpAverages(a Averages) string {
	if a.None {
		return "none"
	}
	bound := func(b *AverageBound) string {
		switch {
		case b == nil:
			return "any"
		case b.Unscaled == nil:
			return fmt.Sprintf("%v open %t", b.Float, b.Open)
		}
		return fmt.Sprintf("%s/10^%d open %t", b.Unscaled, b.Scale, b.Open)
	}
	return "from " + bound(a.Lo) + " to " + bound(a.Hi)
}

func dumpTest(c *Checked, n *ColumnTest) string {
	switch {
	case n.IsNull:
		return "is null"
	case n.Window != nil:
		return fmt.Sprintf("window %s", n.Window)
	}
	prefix := ""
	if n.Quant.Op != QuantNone {
		prefix = n.Quant.String() + " "
	}
	if n.Values.Except {
		prefix += "except "
	}
	return prefix + dumpValues(c, n.Type.Elem(), n.Values)
}

func dumpValues(c *Checked, typ model.Type, v Values) string {
	switch {
	case typ.Kind == model.Boolean:
		return fmt.Sprintf("bools %v", v.Bools)
	case typ.Kind == model.String:
		return dumpStrings(v.Strings)
	case typ.Kind == model.Date:
		return "days " + dumpRanges(v.Ints, func(d int64) string {
			if d == math.MinInt64 || d == math.MaxInt64 {
				return dumpInt(d)
			}
			return time.Unix(d*86400, 0).UTC().Format("2006-01-02")
		})
	case typ.Kind == model.Timestamp:
		return "micros " + dumpRanges(v.Ints, func(t int64) string {
			if t == math.MinInt64 || t == math.MaxInt64 {
				return dumpInt(t)
			}
			return time.UnixMicro(t).In(c.Location).Format("2006-01-02T15:04:05.999999Z07:00")
		})
	case typ.Repr == model.Float64:
		return "floats " + dumpRanges(v.Floats, func(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) })
	case typ.Repr == model.Decimal:
		return "decimals " + dumpRanges(v.Decimals, func(n decimal128.Num) string {
			switch n {
			case maxDecimal:
				return "max"
			case maxDecimal.Negate():
				return "min"
			}
			return n.BigInt().String()
		})
	}
	return "ints " + dumpRanges(v.Ints, dumpInt)
}

func dumpStrings(s Strings) string {
	switch s.Op {
	case StringBetween:
		hi := "end"
		if s.HasHi {
			hi = strconv.Quote(s.Hi)
		}
		return fmt.Sprintf("strings from %q to below %s", s.Lo, hi)
	case StringMatches:
		return fmt.Sprintf("strings matching %s", s.Regexp)
	}
	op := map[StringOp]string{StringIn: "in", StringContains: "containing", StringStarts: "starting", StringEnds: "ending"}[s.Op]
	return fmt.Sprintf("strings %s %q", op, s.List)
}

func dumpInt(v int64) string {
	switch v {
	case math.MinInt64:
		return "min"
	case math.MaxInt64:
		return "max"
	}
	return strconv.FormatInt(v, 10)
}

func dumpRanges[T any](rs []Range[T], show func(T) string) string {
	parts := make([]string, len(rs))
	for i, r := range rs {
		lo, hi := show(r.Lo), show(r.Hi)
		parts[i] = lo + ".." + hi
		if lo == hi {
			parts[i] = lo
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
