package rule

import (
	"github.com/rollcall-db/rollcall/engine/document"
	"github.com/rollcall-db/rollcall/engine/window"
)

var fromKeys = fileKeys{what: `"from"`, keys: []string{"last", "unit"}}

// windowOf returns an operator that is a window.
func (m mapping) windowOf(spec window.Spec) operator {
	return operator{window: &windowNode{spec: spec, span: spanOf(m.values["type"])}}
}

// timeWithinPast reads a TimeWithinPast: whole units before the current one.
func (r *fileReader) timeWithinPast(m mapping, _ operatorForm) operator {
	return r.timeWithin(m, window.InLastFull)
}

// timeWithinNext reads a TimeWithinNext: whole units behind the current one.
func (r *fileReader) timeWithinNext(m mapping, _ operatorForm) operator {
	return r.timeWithin(m, window.InNextFull)
}

func (r *fileReader) timeWithin(m mapping, form window.Form) operator {
	spec := window.Spec{Form: form}
	if n := r.valueOf(m); n != nil {
		spec.N = r.count(InvalidTime, n)
	}
	spec.Unit = r.unit(m.node, m.values["unit"])
	return m.windowOf(spec)
}

// timeToday reads a TimeToday.
func (r *fileReader) timeToday(m mapping, _ operatorForm) operator {
	return m.windowOf(window.Spec{Form: window.Today})
}

// timeThis reads a TimeThis: the current unit.
func (r *fileReader) timeThis(m mapping, _ operatorForm) operator {
	return m.windowOf(window.Spec{Form: window.This, Unit: r.unit(m.node, m.values["unit"])})
}

// timeRange reads a TimeRange: duration {unit: n} from {last: m, unit} on.
func (r *fileReader) timeRange(m mapping, _ operatorForm) operator {
	spec := window.Spec{Form: window.For}
	switch duration := m.values["duration"]; {
	case duration == nil:
		r.missingValue(m.node, "duration", "TimeRange")
	case duration.Kind != document.Map || len(duration.Pairs) != 1:
		r.expectedDuration(duration)
	default:
		p := duration.Pairs[0]
		spec.Unit, spec.N = r.unit(duration, p.Key), r.count(InvalidTime, p.Value)
	}
	n := m.values["from"]
	if n == nil {
		r.missingValue(m.node, "from", "TimeRange")
		return operator{}
	}
	from, ok := r.mapping(n, InvalidTime, fromKeys)
	if !ok {
		return operator{}
	}
	if last := from.values["last"]; last != nil {
		spec.M = r.count(InvalidTime, last)
	} else {
		r.missingValue(n, "last", "TimeRange")
	}
	spec.Unit2 = r.unit(n, from.values["unit"])
	return m.windowOf(spec)
}

// unit reads the unit that stands at n; nil is missing in the mapping parent.
func (r *fileReader) unit(parent, n *document.Node) window.Unit {
	if n == nil {
		r.missingFileUnit(parent)
		return 0
	}
	u, ok := window.ParseUnit(n.Text)
	if !ok || n.Kind != document.Scalar {
		r.unknownFileUnit(n)
	}
	return u
}

// windowOperator reads a Window: a window as a rule in text writes it.
func (r *fileReader) windowOperator(m mapping, _ operatorForm) operator {
	if m.values["text"] == nil {
		r.missingValue(m.node, "text", typeWindow)
		return operator{}
	}
	w := r.windowText(m)
	if w == nil {
		return operator{}
	}
	return operator{window: w}
}

// windowText reads the key text of m. All that it holds is at its place.
func (r *fileReader) windowText(m mapping) *windowNode {
	n := m.values["text"]
	text := r.text(n)
	if n.Kind != document.Scalar {
		return nil
	}
	w, err := parseWindow(text)
	if err != nil {
		r.badWindowText(n, err)
		return nil
	}
	w.span, w.from.span, w.to.span = spanOf(n), spanOf(n), spanOf(n)
	return w
}

// parseWindow reads a text that is a window and nothing else.
func parseWindow(text string) (*windowNode, *Error) {
	src := source(text)
	p := &parser{source: src, lexer: lexer{text: src}}
	p.advance()
	if p.err == nil && !p.atWindow() {
		p.fail(p.expectedAWindow(p.tok))
	}
	if p.err != nil {
		return nil, p.err
	}
	w := p.window()
	if p.tok.kind != tokenEnd {
		p.fail(p.unexpectedAfterWindow(p.tok))
	}
	return w, p.err
}
