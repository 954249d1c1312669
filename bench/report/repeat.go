package report

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/rollcall-db/rollcall/bench/measure"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// dataFlag finds the folder of the data in the command of a run.
var dataFlag = regexp.MustCompile(`--data[ =]('[^']*'|\S+)`)

// commands returns what makes the data of a report and then measures it, none
// where the report does not tell. Of the shape, only what is not usual is spelt
// out.
func commands(r *measure.Report) []string {
	if r.Command == "" {
		return nil
	}
	dir := "data"
	if found := dataFlag.FindStringSubmatch(r.Command); found != nil {
		dir = found[1]
	}
	s := r.Data.Shape
	usual := workload.Default(s.Customers)
	generate := fmt.Sprintf("rollcall-bench generate --customers %d --out %s", s.Customers, dir)
	flag := func(name string, value, usual any) {
		if value != usual {
			generate += fmt.Sprintf(" --%s %v", name, value)
		}
	}
	flag("seed", s.Seed, usual.Seed)
	flag("days", s.Days, usual.Days)
	flag("events-per-customer", s.EventsPerCustomer, usual.EventsPerCustomer)
	flag("skew", s.Skew, usual.Skew)
	flag("string-attributes", s.StringAttributes, usual.StringAttributes)
	flag("cardinality", s.Cardinality, usual.Cardinality)
	return []string{generate, verbatim(r.Command)}
}

// repeat writes how a reader gets the figures of a report anew.
func (p *page) repeat(n Named) {
	lines := commands(n.Report)
	if lines == nil {
		return
	}
	p.paragraph("Two commands repeat the figures, here those of %s. The first makes the same data on every machine, byte for byte; the second "+
		"compares the engines' answers and measures. `make build` builds the program.", code(n.Name))
	text := strings.Join(lines, "\n")
	fence := strings.Repeat("`", max(3, longestRun(text, '`')+1))
	p.paragraph("%ssh\n%s\n%s", fence, text, fence)
}
