package rule

import (
	"math"

	"github.com/rollcall-db/rollcall/engine/window"
)

// maxCountDigits is how many digits a count may have.
const maxCountDigits = len("9223372036854775807")

// maxWithinDays is the longest time that a within may give, in days. It is that of
// windows, and fits into microseconds.
const maxWithinDays = window.MaxYears / 400 * 146_097

// atWord reports whether the current token is a word that is no keyword: "then"
// and "within" mean something behind a complete condition alone, where no name
// can stand, so that names may be called so without quotes.
func (p *parser) atWord(word string) bool {
	return p.tok.kind == tokenWord && lowerASCII(p.tok.text) == word
}

// withinBeforeThen reports whether the current "within" with its time ends the
// first step of a sequence.
func (p *parser) withinBeforeThen() bool {
	if p.peek().kind != tokenNumber {
		return false
	}
	after := p.lexer // a copy: nothing is read
	unit, then := after.next(), after.next()
	return unit.kind == tokenWord && then.kind == tokenWord && lowerASCII(then.text) == "then"
}

// sequence reads, behind its first step: "then" later {"then" later}.
func (p *parser) sequence(start token, first node) node {
	s := &sequenceNode{steps: []*stepNode{{test: p.firstStep(start, first)}}}
	for p.atWord("then") {
		if len(s.steps) == MaxSteps {
			p.fail(p.tooManySteps(p.tok.span))
			break
		}
		p.advance()
		s.steps = append(s.steps, p.laterStep())
	}
	p.bare = false
	s.span = p.since(start)
	return s
}

// firstStep returns the condition in front of the first "then", which must be a
// step.
func (p *parser) firstStep(start token, n node) *testNode {
	t, ok := n.(*testNode)
	if !ok {
		p.fail(p.stepOfSegment(start.span))
		return nil
	}
	p.checkStep(start, t)
	return t
}

// checkStep notes a problem where t has a part that steps do not have; start is
// its first token.
func (p *parser) checkStep(start token, t *testNode) {
	switch {
	case t.edge != edgeNone:
		p.fail(p.stepOfAggregate(start.span, start.keyword))
	case t.aggregate != nil:
		p.fail(p.stepOfAggregate(t.aggregate.span, t.aggregate.words()))
	case t.quant != nil:
		p.fail(p.stepOfOperator(t.quant.span, t.quant.quant.String()))
	case t.op != nil:
		p.fail(p.stepOfOperator(t.op.span, t.op.words()))
	}
}

// laterStep reads: ["not"] name [where] [window] ["within" N UNIT], the parts
// behind the name in any order.
func (p *parser) laterStep() *stepNode {
	before := `"then"`
	s := &stepNode{absent: p.accept("not")}
	if s.absent {
		before = `"then not"`
	}
	start := p.tok
	switch next := p.peek(); {
	case (p.tok.is("first") || p.tok.is("last")) && next.isName():
		p.fail(p.stepOfAggregate(start.span, start.keyword))
	case p.tok.is("segment") && next.kind == tokenString:
		p.fail(p.stepOfSegment(start.span))
	case !p.tok.isName():
		p.fail(p.expectedStep(p.tok, before))
	}
	s.test = &testNode{name: p.name()}
	for p.part(s.test) || p.withinPart(s) {
	}
	if s.test.where == nil && s.test.window == nil && s.within == nil {
		p.attributeParts(s.test)
	}
	p.checkStep(start, s.test)
	return s
}

// withinPart reads, if there is one: "within" N UNIT.
func (p *parser) withinPart(s *stepNode) bool {
	switch {
	case !p.atWord("within"):
		return false
	case s.within != nil:
		p.fail(p.repeatedPart(p.tok.span, `"within"`))
		return false
	}
	p.advance()
	number := p.tok
	w := &withinNode{n: p.wholeNumber(`"within"`)}
	unit := p.tok
	w.unit = p.unitOf(w.n)
	switch {
	case p.err != nil:
		if p.err.Code == MissingTimeUnit {
			p.err.Hint = unevenUnitHint // not all units are of one length
		}
		return false
	case w.unitMicros() == 0:
		p.fail(p.unevenUnit(unit.span, w.unit))
	case !w.inRange():
		p.fail(p.withinOutOfRange(number.span, w))
	}
	s.within = w
	return p.err == nil
}

// unitMicros returns how many microseconds the unit lasts, 0 where that depends
// on the calendar. A day has 24 hours, whatever the clocks do.
func (w *withinNode) unitMicros() int64 {
	const second = 1_000_000
	switch w.unit {
	case window.Second:
		return second
	case window.Minute:
		return 60 * second
	case window.Hour:
		return 3600 * second
	case window.Day:
		return 24 * 3600 * second
	case window.Week:
		return 7 * 24 * 3600 * second
	}
	return 0
}

// most returns the greatest count of the unit.
func (w *withinNode) most() int64 {
	unit := w.unitMicros()
	if unit == 0 {
		return math.MaxInt64
	}
	return maxWithinDays * (24 * 3600 * 1_000_000) / unit
}

func (w *withinNode) inRange() bool { return 1 <= w.n && w.n <= w.most() }

// micros returns how long it is, 0 of none.
func (w *withinNode) micros() int64 {
	if w == nil {
		return 0
	}
	return w.n * w.unitMicros()
}
