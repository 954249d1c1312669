package service

import (
	"fmt"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine"
)

// smallNote says in an answer what is not in it.
var smallNote = fmt.Sprintf("values that fewer than %d members have are not named: their members are with the rest", MinGroup)

// hideSmall takes what fewer than MinGroup members have out of a breakdown: values go to
// the rest, bins to their neighbours. It reports whether anything was taken out.
func hideSmall(b *ask.Breakdown) bool {
	if b.IsBinned {
		return hideBins(b.Breakdown)
	}
	hidden := false
	kept := b.Values[:0:0]
	for _, p := range b.Values {
		if p.Count >= MinGroup {
			kept = append(kept, p)
			continue
		}
		add(&b.Rest, p)
		hidden = true
	}
	b.Values = kept
	for _, p := range []*engine.Portion{&b.Null, &b.Empty} {
		if isSmall(*p) {
			add(&b.Rest, *p)
			*p = engine.Portion{}
			hidden = true
		}
	}
	return hidden
}

// isSmall reports whether a portion is of somebody, and of few.
func isSmall(p engine.Portion) bool { return p.Count > 0 && p.Count < MinGroup }

// add adds the customers of a portion to another.
func add(to *engine.Portion, p engine.Portion) {
	to.Count += p.Count
	to.Customers += p.Customers
}

// hideBins joins bins that have few members with those above them, the last ones with
// those below; where all members are few there are no bins.
func hideBins(b *engine.Breakdown) bool {
	hidden := false
	var out []engine.Bin
	open := false // the last bin of out has too few members yet
	for _, bin := range b.Bins {
		if !open {
			out = append(out, bin)
		} else {
			join(&out[len(out)-1], bin)
			hidden = true
		}
		open = isSmall(out[len(out)-1].Portion)
	}
	if open {
		hidden = true
		last := out[len(out)-1]
		if out = out[:len(out)-1]; len(out) > 0 {
			join(&out[len(out)-1], last)
			for len(out) > 1 && isSmall(out[len(out)-1].Portion) {
				last, out = out[len(out)-1], out[:len(out)-1]
				join(&out[len(out)-1], last)
			}
		}
		if len(out) == 1 && isSmall(out[0].Portion) {
			out = nil
		}
	}
	b.Bins = out
	for _, p := range []*engine.Portion{&b.Below, &b.Above, &b.Null} {
		if isSmall(*p) {
			*p = engine.Portion{}
			hidden = true
		}
	}
	return hidden
}

// join makes a bin end where the next one does.
func join(to *engine.Bin, next engine.Bin) {
	to.To, to.Closed = next.To, next.Closed
	add(&to.Portion, next.Portion)
}
