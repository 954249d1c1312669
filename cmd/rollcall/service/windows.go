package service

import (
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine/plan"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// windowsOf returns what the windows of a rule come to at a time.
func windowsOf(checked *rule.Checked, asOf time.Time, location *time.Location) []ask.WindowJSON {
	out := []ask.WindowJSON{}
	for _, w := range plan.Windows(checked, asOf) {
		shown := ask.WindowJSON{Condition: w.Condition}
		if t, ok := w.Interval.LoTime(); ok {
			text := ask.TimeText(t.In(location))
			shown.From = &text
		}
		if t, ok := w.Interval.HiTime(); ok {
			text := ask.TimeText(t.In(location))
			shown.To = &text
		}
		out = append(out, shown)
	}
	return out
}
