package sqlgen

import (
	"fmt"
	"strings"

	"github.com/rollcall-db/rollcall/engine/rule"
)

// StepNode is a step of a sequence of an inquiry.
type StepNode struct {
	Step *rule.SequenceStep
	// Truth is the column of whether there is the part of the sequence that the step is
	// the last of, never NULL; that of a "not" which an event has to follow goes on to that
	// event.
	Truth int
	// Values are, for the part, the columns of the microseconds of its events, as
	// engine.ReasonStep chooses them, by step; and of the first event of each "not" right
	// after the part that is in the way. Each is -1 of a step that has none.
	Values []int
}

// stepNodes returns the steps of a sequence.
func (w *inquirer) stepNodes(c *rule.SequenceTest) []StepNode {
	nodes := make([]StepNode, len(c.Steps))
	for i := range c.Steps {
		if end := endOfPart(c.Steps, i); i > 0 && end == endOfPart(c.Steps, i-1) {
			nodes[i] = nodes[i-1]
		} else {
			nodes[i] = w.part(c, end)
		}
		nodes[i].Step = &c.Steps[i]
	}
	return nodes
}

// endOfPart returns how many steps the part has that step i is in: those up to the
// next event, or up to the step itself where none follows.
func endOfPart(steps []rule.SequenceStep, i int) int {
	for end := i; end < len(steps); end++ {
		if !steps[end].Absent {
			return end + 1
		}
	}
	return i + 1
}

// part returns the columns of the part of a sequence with the first end steps.
func (w *inquirer) part(c *rule.SequenceTest, end int) StepNode {
	node := StepNode{Values: make([]int, len(c.Steps))}
	for i := range node.Values {
		node.Values[i] = -1
	}
	q := w.sequencer(c.Steps[:end])
	if q == nil {
		return node
	}
	q.watch(c.Steps[end:])
	q.scan(c.Text())
	q.lead()
	q.chain()
	w.scope.join(w.generator, q.table, "", customer)
	node.Truth = w.column(w.decided(isNotNull(q.table + "." + customer)))
	stage := 0
	for i := range c.Steps[:end] {
		if !c.Steps[i].Absent {
			node.Values[i] = w.column(q.table + "." + eventAt(stage))
			stage++
		}
	}
	for i := range q.watched {
		node.Values[end+i] = w.column(q.table + "." + wayColumn(i))
	}
	return node
}

// eventAt returns the column of the event of a stage in a table that chain makes, and
// wayColumn that of an event that is in the way.
func eventAt(stage int) string { return fmt.Sprintf("at%d", stage+1) }
func wayColumn(i int) string   { return fmt.Sprintf("way%d", i+1) }

// watch notes the absent steps right after the steps of the sequence.
func (q *sequencer) watch(after []rule.SequenceStep) {
	for i := range after {
		if !after[i].Absent {
			return
		}
		set, _ := q.set(&after[i])
		q.watched = append(q.watched, missing{set: set, within: after[i].Within, text: after[i].Text()})
	}
}

// chain makes the table of the customers with the events of each stage: the latest first
// one, and then what its columns say is next.
func (q *sequencer) chain() {
	events := q.table
	q.then(nil, fmt.Sprintf("SELECT %[1]s, max(%[2]s) AS %[3]s\n    FROM %[4]s\n    WHERE %[5]s\n    GROUP BY %[1]s",
		customer, eventMicros, eventAt(0), events, strings.Join(q.good(0), "\n      AND ")))
	for i := range q.stages {
		at := &q.stages[i]
		var more []string
		if i < len(q.stages)-1 {
			more = []string{fmt.Sprintf("min(e.%s) AS %s", at.next, eventAt(i+1))}
		} else {
			for j, m := range q.watched {
				next := "e." + m.next
				if m.within > 0 {
					next = fmt.Sprintf("CASE WHEN %s <= %s THEN %[1]s END", next, at.after(m.within)) // micros is e's alone
				}
				more = append(more, fmt.Sprintf("min(%s) AS %s", next, wayColumn(j)))
			}
		}
		if len(more) > 0 {
			q.extend(events, i, more)
		}
	}
}

// extend makes the table with columns of the events that stage i was found at.
func (q *sequencer) extend(events string, i int, more []string) {
	have := []string{"c." + customer}
	for stage := range i + 1 {
		have = append(have, "c."+eventAt(stage))
	}
	kept := strings.Join(have, ", ")
	q.then(nil, fmt.Sprintf("SELECT %s, %s\n    FROM %s AS c\n    JOIN %s AS e ON e.%[5]s = c.%[5]s AND e.%s AND e.%s = c.%s\n    GROUP BY %[1]s",
		kept, strings.Join(more, ", "), q.table, events, customer, ofSet(q.stages[i].set), eventMicros, eventAt(i)))
}
