package rule

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
)

var seedFlag = flag.Uint64("seed", 0, "seed of the random tests; 0 takes one from the clock")

// newRand returns a source of random numbers and prints its seed when the test
// fails.
func newRand(t *testing.T) *rand.Rand {
	seed := *seedFlag
	if seed == 0 {
		seed = bitmaptest.Seed()
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("reproduce with: go test -run %s -seed %d", t.Name(), seed)
		}
	})
	return rand.New(rand.NewPCG(seed, 0))
}

// generator writes random rules that parse. Where typed is set, most of them
// also pass the checker.
type generator struct {
	*rand.Rand
	typed bool
}

func (g generator) pick(words ...string) string { return words[g.IntN(len(words))] }

// caseOf returns the keywords in a random case.
func (g generator) caseOf(words string) string {
	return g.pick(words, words, strings.ToUpper(words), strings.ToUpper(words[:1])+words[1:])
}

// gap returns white space or a comment.
func (g generator) gap() string {
	return g.pick(" ", " ", " ", "  ", "\n", "\t", " -- note's \"end\n", "\u00a0", "\r\n")
}

func (g generator) join(parts ...string) string { return strings.Join(parts, g.gap()) }

func (g generator) rule(depth int) string {
	if depth == 0 {
		return g.test()
	}
	switch g.IntN(5) {
	case 0:
		return g.join(g.rule(depth-1), g.caseOf("and"), g.rule(depth-1))
	case 1:
		return g.join(g.rule(depth-1), g.caseOf("or"), g.rule(depth-1), g.caseOf("or"), g.rule(depth-1))
	case 2:
		return g.join("(", g.rule(depth-1), ")")
	case 3:
		return g.join(g.caseOf("not"), g.rule(depth-1))
	}
	return g.test()
}

func (g generator) test() string {
	if g.typed {
		return g.typedTest()
	}
	switch g.IntN(7) {
	case 6:
		return g.sequence(g.name, g.where)
	case 0, 4:
		parts := []string{g.aggregate(g.name) + g.gap() + g.comparison(g.number), g.window(), g.where()}
		g.Shuffle(3, func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		// In brackets: a where without any would take the tests behind it.
		return "(" + g.join(append([]string{g.name()}, parts[:1+g.IntN(3)]...)...) + ")"
	case 5:
		return g.pick(g.join(g.caseOf("segment"), g.pick("'Base'", "'it''s'", "'Loyalty/VIP'")),
			"("+g.join(g.caseOf(g.pick("first", "last")), g.name(), g.pick("", g.where()), g.window())+")")
	case 1:
		return g.join(g.name(), g.quant(), g.op())
	case 2:
		return g.join(g.name(), g.pick(g.window(), g.op()))
	}
	return g.name()
}

// aggregate returns an aggregate of a field.
func (g generator) aggregate(field func() string) string {
	return g.pick(g.caseOf("count"), g.caseOf("count")+" distinct "+field(), g.caseOf("count distinct")+" days",
		g.caseOf(g.pick("sum", "avg", "min", "max"))+g.pick("", " ")+"("+field()+")")
}

// where returns a filter of events, made of tests that fields and attributes both
// take.
func (g generator) where() string {
	test := func() string { return g.join(g.name(), g.pick("", g.quant()), g.op()) }
	if g.IntN(2) == 0 {
		return g.join(g.caseOf("where"), test(), g.pick("", g.join("and", test())))
	}
	return g.join(g.caseOf("where"), "(", test(), g.pick("and", "or", "or not"), "(", test(), "or", g.name(), g.window(), ")", ")")
}

// sequence returns two to five steps about behaviors, in brackets: a where without
// any would take the tests behind it.
func (g generator) sequence(name, where func() string) string {
	step := func() []string {
		parts := []string{g.pick("", where()), g.pick("", g.window())}
		if g.typed {
			parts[1] = g.pick("", "today", "in next 3 days", "since "+g.time())
		}
		g.Shuffle(2, func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		return append([]string{name()}, parts...)
	}
	text := g.join(step()...)
	for range 1 + g.IntN(4) {
		parts := step()
		if g.IntN(2) == 0 {
			within := g.join(g.caseOf("within"), fmt.Sprint(1+g.IntN(40)), g.caseOf(g.pick("second", "minutes", "hour", "days", "week")))
			parts = slices.Insert(parts, 1+g.IntN(3), within)
		}
		text = g.join(text, g.caseOf("then"), g.pick("", g.caseOf("not")), g.join(parts...))
	}
	return "(" + text + ")"
}

// typedWhere returns a filter of events of purchase.
func (g generator) typedWhere() string {
	test := func() string {
		return g.pick("amount", "quantity", "weight") + " " + g.comparison(g.number)
	}
	if g.IntN(2) == 0 {
		return "where " + test() + g.pick("", " and category in ('x', 'y')", " and purchased_at since "+g.time())
	}
	return "where (" + test() + g.pick(" or ", " and ") + g.pick("is_gift", "not is_gift", "tags all = 'x'", "timestamp in last 3 full days",
		"due "+g.comparison(g.time), "country is null", "not ("+test()+" or category != 'z')") + ")"
}

// typedAggregate returns an aggregate of purchase with its comparison.
func (g generator) typedAggregate() string {
	switch g.IntN(4) {
	case 0:
		return g.pick("min", "max") + g.pick("(due) ", "(purchased_at) ") + g.comparison(g.time)
	case 1:
		return g.pick("sum", "avg", "min", "max") + g.pick("(amount) ", "(weight) ", "(quantity) ") + g.comparison(g.number)
	}
	return "count " + g.pick("", "distinct days ", "distinct category ", "distinct due ", "distinct timestamp ") + g.comparison(g.number)
}

// typedTest returns a test whose operator and values suit the type of the name.
func (g generator) typedTest() string {
	quant := g.pick("", g.quant())
	text := func() string { return g.pick("''", "'US'", "'it''s'", "'2023-01-31'") }
	values := func(value func() string) string {
		list := "(" + value() + g.pick("", ", "+value()) + ")"
		return g.pick(g.comparison(value), g.comparison(value), g.pick("", "not ")+"in "+list)
	}
	texts := func() string {
		return g.pick("", "not ") + g.pick("contains ", "starts with ", "ends with ", "matches ") + text()
	}
	isNull := g.pick("is null", "is not null")
	switch g.IntN(11) {
	case 10:
		return g.sequence(func() string { return "purchase" }, g.typedWhere)
	case 7:
		return "(" + g.join(g.pick("first", "last"), "purchase", g.pick("", g.typedWhere()), g.pick("today", "in next 3 days", "ever", "since "+g.time())) + ")"
	case 8:
		return g.pick("segment 'Base'", "segment 'Loyalty/VIP'", "segment 'VIP'")
	case 9:
		parts := []string{g.typedAggregate(), g.typedWhere(), g.pick("today", "2 to 3 weeks ago", "since "+g.time())}
		g.Shuffle(3, func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		return "(" + g.join(append([]string{"purchase"}, parts[:1+g.IntN(3)]...)...) + ")"
	case 0:
		return g.join(g.pick("visits", "score", "lifetime_value", `"Total Spend"`), g.pick(isNull, values(g.number), values(g.number)))
	case 1:
		return g.join(g.pick("country", `"first"`), g.pick(isNull, values(text), texts()))
	case 2:
		return g.join("email_opt_in", g.pick("", isNull, "= true", "!= false", "in (true)"))
	case 3:
		return g.join(g.pick("signup_date", "renewal_at"), g.pick(isNull, values(g.time), "in last 3 days", "between "+g.time()+" and "+g.time()))
	case 4:
		return g.join("interests", quant, g.pick(values(text), texts()))
	case 5:
		return g.join("ratings", quant, values(g.number))
	}
	return g.join("purchase", g.pick("", "count "+g.comparison(g.number)), g.pick("", "today", "2 to 3 weeks ago", "since "+g.time()))
}

func (g generator) name() string {
	return g.pick("country", "visits", "score", "lifetime_value", "email_opt_in", "signup_date", "renewal_at",
		"interests", "ratings", "purchase", "email_open", `"Total Spend"`, `"page view"`, `"first"`, `"country"`,
		"名前", `"it's ""so"""`, "_x9", `"9"`, "contry", "day", `"Not"`, "then", "within")
}

func (g generator) number() string {
	return g.pick("0", "-0.00", "007.50", "3", "-2.5", fmt.Sprint(g.Int64()), fmt.Sprint(g.IntN(1000), ".", g.IntN(1000)),
		"99999999999999999999999999999999999999999999.5")
}

func (g generator) text() string {
	return g.pick("''", "'US'", "'it''s'", "'''", "'a\nb'", "'-- no'", "'é\u0000😀'", "'2023-01-31'", "'2023-01-31 10:00:00Z'")
}

func (g generator) time() string {
	return fmt.Sprintf("'%04d-%02d-%02d%s'", 1950+g.IntN(100), 1+g.IntN(12), 1+g.IntN(28),
		g.pick("", "", " 10:30", "T23:59:59.999999Z", " 02:30:00+09:00"))
}

func (g generator) literal() string {
	switch g.IntN(5) {
	case 0, 1:
		if s := g.text(); s != "'''" {
			return s
		}
		return "''''"
	case 2:
		return g.time()
	case 3:
		return g.caseOf(g.pick("true", "false"))
	}
	return g.number()
}

func (g generator) list() string {
	items := make([]string, 1+g.IntN(4))
	for i := range items {
		items[i] = g.literal()
	}
	return g.join("(", strings.Join(items, g.pick(",", ", ", " ,\n")), ")")
}

func (g generator) comparison(value func() string) string {
	if g.IntN(3) == 0 {
		return g.join(g.pick("", g.caseOf("not")), g.caseOf("between"), value(), g.caseOf("and"), value())
	}
	return g.pick("=", "!=", "<>", "<", "<=", ">", ">=") + g.pick("", g.gap()) + value()
}

func (g generator) op() string {
	not := g.pick("", g.caseOf("not"))
	switch g.IntN(6) {
	case 0:
		return g.join(not, g.caseOf("in"), g.list())
	case 1:
		return g.join(not, g.caseOf("matches"), g.pick("'^a.*'", "'x'", "'(['"))
	case 2:
		return g.join(g.caseOf("is"), not, g.caseOf("null"))
	case 3:
		word := g.pick(g.caseOf("contains"), g.join(g.caseOf("starts"), "with"), g.join("ends", g.caseOf("with")))
		return g.join(not, word, g.pick(g.list(), "'x'"))
	}
	return g.comparison(g.literal)
}

func (g generator) quant() string {
	return g.pick(g.caseOf("any"), g.caseOf("all"), g.join(g.caseOf("at"), g.pick("least", "most"), fmt.Sprint(g.IntN(4))),
		g.join(g.caseOf("exactly"), fmt.Sprint(g.IntN(4))))
}

func (g generator) window() string {
	n := func() string { return fmt.Sprint(g.IntN(40)) }
	unit := func() string {
		return g.caseOf(g.pick("second", "minute", "hour", "day", "week", "month", "quarter", "year") + g.pick("", "s"))
	}
	switch g.IntN(9) {
	case 0:
		return g.join(g.caseOf("in"), g.caseOf(g.pick("last", "next")), n(), g.pick(g.caseOf("full"), ""), unit())
	case 1:
		return g.join(g.caseOf("this"), unit())
	case 2:
		return g.caseOf(g.pick("today", "yesterday", "ever"))
	case 3:
		return g.join(g.caseOf("between"), g.time(), g.caseOf("and"), g.time())
	case 4:
		return g.join(g.caseOf(g.pick("since", "before", "after")), g.time())
	case 5:
		return g.join(n(), g.caseOf("to"), n(), unit(), g.caseOf("ago"))
	case 6:
		return g.join(g.caseOf("more"), "than", n(), unit(), "ago")
	case 7:
		return g.join(g.caseOf("for"), n(), unit(), "from", n(), unit(), "ago")
	}
	return g.join("in", "last", n(), unit())
}

// TestRandomRoundTrip: every rule parses, its canonical text parses to the same
// tree and is a fixed point, and checking it keeps the promises of checked.go.
func TestRandomRoundTrip(t *testing.T) {
	g := generator{Rand: newRand(t)}
	for _, g.typed = range []bool{false, true} {
		checked := 0
		for range 2000 {
			text := g.rule(g.IntN(5))
			r, err := Parse(text)
			if err != nil {
				t.Fatalf("rule %q: %v", text, err)
			}
			checkRoundTrip(t, text, r)
			if checkInvariants(t, r) {
				checked++
			}
		}
		if g.typed && checked != 2000 {
			t.Errorf("%d of 2000 rules passed the checker, want all", checked)
		}
	}
}
