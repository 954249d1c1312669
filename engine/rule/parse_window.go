package rule

import (
	"strconv"

	"github.com/rollcall-db/rollcall/engine/window"
)

// atWindow reports whether a window starts here.
func (p *parser) atWindow() bool {
	t := p.tok
	switch {
	case t.is("in"):
		next := p.peek()
		return next.is("last") || next.is("next")
	case t.kind == tokenNumber:
		return true
	}
	return t.is("this") || t.is("today") || t.is("yesterday") || t.is("between") || t.is("since") ||
		t.is("before") || t.is("after") || t.is("more") || t.is("for") || t.is("ever")
}

// window reads a window. It is called where atWindow says so.
func (p *parser) window() *windowNode {
	start := p.tok
	w := &windowNode{}
	switch {
	case p.accept("in"):
		p.windowIn(w)
	case p.accept("this"):
		w.spec.Form, w.spec.Unit = window.This, p.unit(`"this"`, 1)
	case p.accept("today"):
		w.spec.Form = window.Today
	case p.accept("yesterday"):
		w.spec.Form = window.Yesterday
	case p.accept("since"):
		w.spec.Form, w.from = window.Since, p.value(`"since"`)
	case p.accept("before"):
		w.spec.Form, w.from = window.Before, p.value(`"before"`)
	case p.accept("after"):
		w.spec.Form, w.from = window.After, p.value(`"after"`)
	case p.accept("ever"):
		w.spec.Form = window.Ever
	case p.tok.is("between"):
		w.spec.Form = window.Between
		w.from, w.to = p.bounds()
	default:
		p.windowAgo(w)
	}
	w.span = p.since(start)
	return w
}

// windowIn reads, behind "in": ("last" | "next") N ["full"] UNIT.
func (p *parser) windowIn(w *windowNode) {
	direction := p.advance().keyword
	w.spec.N = p.wholeNumber(quoteWord("in " + direction))
	full := p.accept("full")
	w.spec.Unit = p.unitOf(w.spec.N)
	switch {
	case direction == "last" && full:
		w.spec.Form = window.InLastFull
	case direction == "last":
		w.spec.Form = window.InLast
	case full:
		w.spec.Form = window.InNextFull
	default:
		w.spec.Form = window.InNext
	}
}

// windowAgo reads the windows that end in "ago".
func (p *parser) windowAgo(w *windowNode) {
	switch {
	case p.accept("more"):
		p.expect("than", `"more"`)
		w.spec.Form, w.spec.N = window.MoreThanAgo, p.wholeNumber(`"more than"`)
		w.spec.Unit = p.unitOf(w.spec.N)
	case p.accept("for"):
		w.spec.Form, w.spec.N = window.For, p.wholeNumber(`"for"`)
		w.spec.Unit = p.unitOf(w.spec.N)
		p.expect("from", "the length of the window")
		w.spec.M = p.wholeNumber(`"from"`)
		w.spec.Unit2 = p.unitOf(w.spec.M)
	default:
		w.spec.Form, w.spec.N = window.Ago, p.wholeNumber("the name")
		if !p.accept("to") {
			p.fail(p.expectedTo(p.tok, w.spec.N))
		}
		w.spec.M = p.wholeNumber(`"to"`)
		w.spec.Unit = p.unitOf(w.spec.M)
	}
	p.expect("ago", "the unit")
}

// unitOf reads the unit of the count n.
func (p *parser) unitOf(n int64) window.Unit { return p.unit(strconv.FormatInt(n, 10), n) }

// unit reads a unit, behind the words before. The number n says whether a hint
// offers "day" or "days".
func (p *parser) unit(before string, n int64) window.Unit {
	if p.tok.kind != tokenWord {
		p.fail(p.missingUnit(p.tok, before))
		return 0
	}
	u, ok := window.ParseUnit(p.tok.text)
	switch {
	case ok:
		p.advance()
	case p.tok.keyword != "":
		p.fail(p.missingUnit(p.tok, before))
	default:
		p.fail(p.unknownUnit(p.tok, n))
	}
	return u
}
