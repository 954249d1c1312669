package assistant

import (
	"fmt"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
	"github.com/rollcall-db/rollcall/engine/model"
)

// anonymous is an answer that may name values which few customers have: an address, a key.
// Without Options.Personal it is shown as a server shows it to those who may see numbers
// only, whatever the backend would show.
type anonymous interface{ numbersOnly() }

// isFew reports whether a value that so many customers have may be that of a known person.
func isFew(customers uint64) bool { return customers < service.MinGroup }

// hiddenNote says what is not named.
var hiddenNote = fmt.Sprintf("values that fewer than %d customers have are not named", service.MinGroup)

// numbersOnly puts values that few have with the others.
func (o *valuesOut) numbersOnly() {
	kept := []service.ValueJSON{}
	for _, v := range o.Values {
		if isFew(v.Count) {
			o.Rest += v.Count
			continue
		}
		kept = append(kept, v)
	}
	if len(kept) < len(o.Values) {
		o.Values = kept
		o.add(hiddenNote)
	}
}

// numbersOnly puts values that few have with the others, and leaves out bins of few.
func (o *breakdownOut) numbersOnly() {
	hidden := false
	for i := range o.Breakdowns {
		b := &o.Breakdowns[i]
		hidden = hideValues(b) || hidden
		hidden = hideBins(b) || hidden
	}
	if hidden {
		o.add(hiddenNote)
	}
}

// hideValues puts values that few have with the rest, and reports whether there were any.
func hideValues(b *ask.BreakdownJSON) bool {
	if b.Values == nil {
		return false
	}
	rest := ask.RestJSON{}
	if b.Rest != nil {
		rest = *b.Rest
	}
	kept := []ask.ValueCountJSON{}
	for _, v := range *b.Values {
		if isFew(v.Count) {
			rest.Values++
			rest.Count += v.Count
			rest.Share += v.Share
			continue
		}
		kept = append(kept, v)
	}
	if len(kept) == len(*b.Values) {
		return false
	}
	b.Values, b.Rest = &kept, &rest
	return true
}

// hideBins leaves out bins of few, and reports whether there were any. Bins of nobody stay.
func hideBins(b *ask.BreakdownJSON) bool {
	if b.Bins == nil {
		return false
	}
	kept := []ask.BinJSON{}
	for _, bin := range *b.Bins {
		if bin.Count == 0 || !isFew(bin.Count) {
			kept = append(kept, bin)
		}
	}
	if len(kept) == len(*b.Bins) {
		return false
	}
	b.Bins = &kept
	return true
}

// numbersOnly takes out ranges whose ends are values of single customers: of texts, and of
// the key.
func (o *attributesOut) numbersOnly() {
	for i := range o.Attributes {
		a := &o.Attributes[i]
		if a.Stats == nil || saysOfAll(a.Type.Kind) && a.Name != o.KeyColumn {
			continue
		}
		stats := *a.Stats // the snapshot's own must not change
		stats.Least, stats.Greatest = nil, nil
		a.Stats = &stats
	}
}

// saysOfAll reports whether the ends of values of a kind say something of all of them,
// rather than name two.
func saysOfAll(k model.Kind) bool {
	return k == model.Number || k == model.Boolean || k == model.Date || k == model.Timestamp
}
