package assistant

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
)

// quoted writes a name in a message.
func quoted(name string) string { return strconv.Quote(name) }

// percent writes a share of a whole.
func percent(n, of uint64) string {
	if of == 0 {
		return "-"
	}
	return share(float64(n) / float64(of))
}

// share writes a share, from 0 to 1.
func share(x float64) string { return fmt.Sprintf("%.2f %%", 100*x) }

// cell writes a value for a table, on one line.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case string:
		return strings.Join(strings.Fields(v), " ")
	case json.RawMessage:
		var text string
		if json.Unmarshal(v, &text) == nil {
			return cell(text)
		}
		return string(v)
	case json.Number:
		return v.String()
	}
	if b, err := encoded(v); err == nil {
		return strings.Trim(string(b), `"`)
	}
	return fmt.Sprint(v)
}

// table writes rows in columns, the header first, as the command does.
func table(rows [][]string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		_, _ = fmt.Fprintln(w, strings.Join(row, "\t")) // a Builder takes everything
	}
	_ = w.Flush()
	var out strings.Builder
	for line := range strings.Lines(b.String()) {
		out.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return out.String()
}

// headline writes what a count found: how many, of whom, as of when.
func headline(c *ask.CountJSON) string {
	picked := ""
	if c.Pick != "" {
		picked = " (" + c.Pick + ")"
	}
	return fmt.Sprintf("%s of %s customers (%s)%s as of %s\n", wording.Number(c.Count), wording.Number(c.Customers), percent(c.Count, c.Customers), picked, c.AsOf)
}

// footer writes what every answer is to be read with.
func footer(a *ask.AnswerJSON) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Rule: %s\n", a.Rule)
	b.WriteString(windowLines(a.Windows))
	switch {
	case a.Snapshot != nil:
		fmt.Fprintf(&b, "Data: version %d of the snapshot\n", a.Snapshot.Version)
	case a.Source != nil:
		fmt.Fprintf(&b, "Data: asked in place, of %s\n", a.Source.URI)
	}
	for _, w := range a.Warnings {
		fmt.Fprintf(&b, "Warning: %s\n", w)
	}
	return b.String()
}

// windowLines writes what windows come to.
func windowLines(windows []ask.WindowJSON) string {
	var b strings.Builder
	for _, w := range windows {
		fmt.Fprintf(&b, "Window of %s: from %s until before %s\n", w.Condition, bound(w.From, "the beginning"), bound(w.To, "the end of time"))
	}
	return b.String()
}

// bound writes an end of a window.
func bound(at *string, unbounded string) string {
	if at == nil {
		return unbounded
	}
	return *at
}
