package sqlgen

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-db/rollcall/engine/rule"
)

// A sequence is some tables of the WITH clause, q1, q2, …, each made of the one
// before:
//
//   - The first holds the events of all steps: their customer, their instant in
//     microseconds, and the number of the set of events that they are of. Steps
//     of the same events share a set; an event of several sets has a row for each.
//   - The next ones add columns to it: when the next event of a set is, later
//     than the row's own. First come the sets that are to be missing; then, from the
//     last step to the first, the events of a step from which the sequence can be
//     brought to its end.
//   - The last holds the customers.
//
// "Later" is the frame of a window function over descending instants that ends one
// microsecond before the row's own. An engine runs down the events of a customer
// once for a table, and all tables share one order: nothing is compared pair by pair.

// sequenceTable is a table of the WITH clause that a sequence needs.
type sequenceTable struct {
	name     string
	comments []string
	query    string
	kept     bool // it is to be computed once, by itself
}

// tablesInOne is how many tables in a row an engine may merge into one query, where it
// can be told. DuckDB 1.5 plans one of 12 in 27 ms and takes twice as long for every
// further one or two.
const tablesInOne = 8

// Columns of the tables of a sequence, beside customer.
const (
	eventMicros = "micros" // the instant
	eventKind   = "kind"   // the number of the set
)

// later is the window of a row's later events.
const later = "WINDOW later AS (PARTITION BY " + customer + " ORDER BY " + eventMicros +
	" DESC RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"

// sequence returns the test that a customer has a sequence of events.
func (g *generator) sequence(s *scope, c *rule.SequenceTest) *predicate {
	q := g.sequencer(c.Steps)
	if q == nil {
		return never
	}
	q.scan(c.Text())
	q.lead()
	q.then(nil, fmt.Sprintf("SELECT %[1]s\n    FROM %[2]s\n    WHERE %[3]s\n    GROUP BY %[1]s",
		customer, q.table, strings.Join(q.good(0), "\n      AND ")))
	return isNotNull(s.join(g, q.table, "", customer) + "." + customer)
}

// sequencer returns what writes the tables of a sequence of steps, nil where there can
// be none of these.
func (g *generator) sequencer(steps []rule.SequenceStep) *sequencer {
	for i := range steps {
		if b := steps[i].Behavior; b < 0 || b >= len(g.layout.Behaviors) {
			g.invalid("the rule tests behavior %d of %d", b, len(g.layout.Behaviors))
			return nil
		}
	}
	if len(steps) == 0 || steps[0].Absent {
		g.invalid("a sequence without a first step that happens")
		return nil
	}
	q := &sequencer{generator: g}
	q.number(steps)
	return q
}

// sequenceTable returns the name of the table of a query. Equal queries share one.
func (g *generator) sequenceTable(comments []string, query string, kept bool) string {
	for i := range g.sequences {
		if t := &g.sequences[i]; t.query == query {
			return t.name
		}
	}
	t := sequenceTable{name: g.names.next("q", len(g.sequences)+1), comments: comments, query: query, kept: kept}
	g.sequences = append(g.sequences, t)
	return t.name
}

// sequenceQuery returns the table as it stands in the WITH clause.
func (g *generator) sequenceQuery(t *sequenceTable) string {
	lines := make([]string, 0, len(t.comments)+1)
	for _, c := range t.comments {
		lines = append(lines, "  "+c)
	}
	as := " AS "
	if t.kept {
		as += g.computedOnce()
	}
	return strings.Join(append(lines, "  "+t.name+as+"(\n    "+t.query+"\n  )"), "\n")
}

// sequencer writes the tables of one sequence.
type sequencer struct {
	*generator
	sets    []sequenceSet
	stages  []stage
	watched []missing // steps to be missing after the stages, which nothing depends on
	table   string    // the one made last
	made    int       // tables so far
	columns []string  // expressions of its columns next1, next2, …
}

// then makes the next table.
func (q *sequencer) then(comments []string, query string) {
	q.made++
	q.table = q.sequenceTable(comments, query, q.made%tablesInOne == 0)
}

// sequenceSet is the events of a step: the columns of their customers and instants,
// and FROM and WHERE.
type sequenceSet struct {
	key, micros, body string
}

// stage is a step that happens, with those after it that are to be missing.
type stage struct {
	set     int
	within  int64 // of the stage before; 0: no bound
	missing []missing
	latest  int64  // no event of the step is later
	next    string // the column of when the next stage goes on
	text    string
}

// missing is a step that is to be missing.
type missing struct {
	set    int
	within int64
	next   string // the column of its next event
	text   string
}

// number gives the steps their stages and sets.
func (q *sequencer) number(steps []rule.SequenceStep) {
	for i := range steps {
		step := &steps[i]
		set, latest := q.set(step)
		if step.Absent {
			before := &q.stages[len(q.stages)-1]
			before.missing = append(before.missing, missing{set: set, within: step.Within, text: step.Text()})
			continue
		}
		q.stages = append(q.stages, stage{set: set, within: step.Within, latest: latest, text: step.Text()})
	}
}

// set returns the number of the set of a step's events, from 1, and an instant that
// none of them is later than.
func (q *sequencer) set(step *rule.SequenceStep) (number int, latest int64) {
	events := eventSet{behavior: step.Behavior, where: step.Where, window: step.Window, seesNext: step.SeesNext, dated: true}
	in := q.bounds(events)
	key, body := q.eventsIn(events)
	set := sequenceSet{key: key, micros: q.instantMicros(in, q.fieldOperand(step.Behavior, rule.TimeField)), body: body}
	number = slices.Index(q.sets, set) + 1
	if number == 0 {
		q.sets = append(q.sets, set)
		number = len(q.sets)
	}
	return number, in.Hi
}

// scan makes the table of the events of all sets.
func (q *sequencer) scan(text string) {
	parts := make([]string, len(q.sets))
	for i, set := range q.sets {
		parts[i] = fmt.Sprintf("SELECT %s AS %s,\n      %s AS %s,\n      %d AS %s\n    %s",
			set.key, customer, set.micros, eventMicros, i+1, eventKind, set.body)
	}
	q.then([]string{comment(text)}, strings.Join(parts, "\n    UNION ALL\n    "))
}

// lead adds the columns of next events, until the first stage has what it takes.
func (q *sequencer) lead() {
	var added addition
	for i := range q.stages {
		for j := range q.stages[i].missing {
			m := &q.stages[i].missing[j]
			m.next = q.next(&added, []string{ofSet(m.set)}, "the next event of: "+m.text)
		}
	}
	for i := range q.watched {
		m := &q.watched[i]
		m.next = q.next(&added, []string{ofSet(m.set)}, "the next event of: "+m.text)
	}
	i := len(q.stages) - 1
	if len(q.stages[i].missing) > 0 {
		q.add(&added) // whether the last stage will do depends on it
	}
	for ; i > 0; i-- {
		at := &q.stages[i]
		what := "the next event that leads on, of: "
		if i == len(q.stages)-1 {
			what = "the next event that is the last, of: "
		}
		q.stages[i-1].next = q.next(&added, q.good(i), what+at.text)
		q.add(&added)
	}
	q.add(&added)
}

// addition is columns that a table adds to the one before.
type addition struct {
	columns, comments []string
}

// next returns the name of the column of when the next event is that passes some
// tests.
func (q *sequencer) next(to *addition, tests []string, what string) string {
	expression := fmt.Sprintf("min(CASE WHEN %s THEN %s END)", strings.Join(tests, " AND "), eventMicros)
	i := slices.Index(q.columns, expression)
	if i < 0 {
		i = len(q.columns)
		q.columns = append(q.columns, expression)
		to.columns = append(to.columns, fmt.Sprintf("%s OVER later AS next%d", expression, i+1))
		to.comments = append(to.comments, comment(fmt.Sprintf("next%d: %s", i+1, what)))
	}
	return "next" + strconv.Itoa(i+1)
}

// add makes the table with some more columns, if there are any.
func (q *sequencer) add(a *addition) {
	if len(a.columns) == 0 {
		return
	}
	q.then(a.comments, fmt.Sprintf("SELECT *,\n      %s\n    FROM %s\n    %s",
		strings.Join(a.columns, ",\n      "), q.table, later))
	*a = addition{}
}

// good returns the tests of an event of a stage from which the sequence can be
// brought to its end. All must pass.
func (q *sequencer) good(i int) []string {
	at := &q.stages[i]
	tests := []string{ofSet(at.set)}
	if i < len(q.stages)-1 {
		if within := q.stages[i+1].within; within > 0 {
			tests = append(tests, at.next+" <= "+at.after(within))
		} else {
			tests = append(tests, at.next+" IS NOT NULL")
		}
	}
	for _, m := range at.missing {
		ways := []string{m.next + " IS NULL"}
		if at.next != "" {
			ways = append(ways, m.next+" >= "+at.next)
		}
		if m.within > 0 {
			ways = append(ways, m.next+" > "+at.after(m.within))
		}
		test := strings.Join(ways, " OR ")
		if len(ways) > 1 {
			test = "(" + test + ")"
		}
		tests = append(tests, test)
	}
	return tests
}

// ofSet returns the test that an event is one of a set.
func ofSet(number int) string { return fmt.Sprintf("%s = %d", eventKind, number) }

// after returns the instant that is so many microseconds after an event of the stage.
// Beyond the last instant it is that one.
func (s *stage) after(within int64) string {
	micros := eventMicros
	if most := math.MaxInt64 - within; s.latest > most {
		micros = fmt.Sprintf("least(%s, %d)", micros, most)
	}
	return fmt.Sprintf("%s + %d", micros, within)
}
