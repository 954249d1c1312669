package oracle

import (
	"slices"
	"strings"
)

// maxShrinkTries bounds how often Shrink asks whether a case still fails.
const maxShrinkTries = 3000

// Shrink returns a case that still fails, with a shorter rule and a smaller table
// if it finds one: it leaves out conditions, parts of tests, customers, events,
// attributes, behaviors and fields, one after the other, as long as the case
// fails. fails is asked only about cases whose rule passes the checker; c must be
// one of those. c and its table stay as they are. The rule of a case that was not
// made by RandomCase stays, too.
func Shrink(c *Case, fails func(*Case) bool) *Case {
	s := &shrinker{best: c, fails: fails}
	for s.tries < maxShrinkTries {
		before := s.best
		s.rule()
		s.table()
		if s.best == before {
			break
		}
	}
	return s.best
}

// shrinker holds the smallest failing case so far.
type shrinker struct {
	best  *Case
	fails func(*Case) bool
	tries int
}

// try makes a smaller case the best one if it fails, too.
func (s *shrinker) try(smaller *Case) bool {
	if s.tries >= maxShrinkTries {
		return false
	}
	if _, err := smaller.Check(); err != nil {
		return false
	}
	s.tries++
	if !s.fails(smaller) {
		return false
	}
	s.best = smaller
	return true
}

// rule makes the rule and the segments shorter, until nothing is left to be left
// out.
func (s *shrinker) rule() {
	for again := true; again; {
		again = slices.ContainsFunc(s.best.shorter(), s.try)
	}
}

// shorter returns the cases with one thing less in the rule or the segments.
func (c *Case) shorter() []*Case {
	if c.tree == nil {
		return nil
	}
	var cases []*Case
	for i := range c.Segments {
		fewer := *c
		fewer.Segments = slices.Delete(slices.Clone(c.Segments), i, i+1)
		fewer.trees = slices.Delete(slices.Clone(c.trees), i, i+1)
		cases = append(cases, &fewer)
	}
	for _, tree := range append(slices.Clone(c.trees), c.tree.shorter()...) {
		simpler := *c
		simpler.tree, simpler.Rule = tree, tree.String()
		cases = append(cases, &simpler)
	}
	for i := range c.trees {
		for _, tree := range c.trees[i].shorter() {
			simpler := *c
			simpler.trees = slices.Clone(c.trees)
			simpler.Segments = slices.Clone(c.Segments)
			simpler.trees[i], simpler.Segments[i].Rule = tree, tree.String()
			cases = append(cases, &simpler)
		}
	}
	return cases
}

// shorter returns the trees with one thing less, the shortest first.
func (e *expr) shorter() []*expr {
	if e.word == "" {
		return e.test.shorter()
	}
	trees := slices.Clone(e.args)
	if len(e.args) > 2 {
		for i := range e.args {
			trees = append(trees, &expr{word: e.word, args: slices.Delete(slices.Clone(e.args), i, i+1)})
		}
	}
	for i := range e.args {
		for _, arg := range e.args[i].shorter() {
			args := slices.Clone(e.args)
			args[i] = arg
			trees = append(trees, &expr{word: e.word, args: args})
		}
	}
	return trees
}

// shorter returns the tests with one part less. Those that are not of the
// language do not pass the checker.
func (t test) shorter() []*expr {
	var trees []*expr
	add := func(change func(*test)) {
		changed := t
		changed.values = slices.Clone(t.values)
		changed.then = slices.Clone(t.then)
		change(&changed)
		trees = append(trees, &expr{test: changed})
	}
	if len(t.then) > 0 {
		add(func(t *test) { t.then = nil })
		first := t.then[0]
		first.then, first.absent, first.within = t.then[1:], false, ""
		trees = append(trees, &expr{test: first})
	}
	for i := range t.then {
		add(func(t *test) { t.then = slices.Delete(t.then, i, i+1) })
		for _, later := range t.then[i].shorter() {
			add(func(t *test) { t.then[i] = later.test })
		}
	}
	if t.absent {
		add(func(t *test) { t.absent = false })
	}
	if t.within != "" {
		add(func(t *test) { t.within = "" })
	}
	if t.where != nil {
		add(func(t *test) { t.where = nil })
		for _, where := range t.where.shorter() {
			add(func(t *test) { t.where, t.bareWhere = where, false })
		}
	}
	if t.edge != "" {
		add(func(t *test) { t.edge = "" })
	}
	if t.window != "" {
		add(func(t *test) { t.window = "" })
	}
	if t.aggregate != "" {
		add(func(t *test) { t.aggregate, t.op, t.values = "", "", nil })
	}
	if t.quant != "" {
		add(func(t *test) { t.quant = "" })
	}
	if strings.HasSuffix(t.op, "between") {
		add(func(t *test) { t.op, t.values = ">=", t.values[:1] })
		add(func(t *test) { t.op, t.values = "<=", t.values[1:] })
	} else if len(t.values) > 1 {
		for i := range t.values {
			add(func(t *test) { t.values = slices.Delete(t.values, i, i+1) })
		}
	}
	return trees
}

// table leaves out customers, then what the schema can do without, then events.
func (s *shrinker) table() {
	s.leaveOut(func(t *Table) int { return len(t.Keys) }, (*Table).withoutRows)
	s.leaveOut(func(t *Table) int { return len(t.Behaviors) }, (*Table).withoutBehaviors)
	for i := range s.best.Table.Behaviors {
		s.leaveOut(func(t *Table) int { return len(t.Schema.Behaviors[i].Fields) },
			func(t *Table, lo, hi int) *Table { return t.withoutFields(i, lo, hi) })
	}
	s.leaveOut(func(t *Table) int { return len(t.Attributes) }, (*Table).withoutAttributes)
	for i := range s.best.Table.Behaviors {
		for row := range s.best.Table.Keys {
			s.leaveOut(func(t *Table) int { return len(t.Behaviors[i][row]) },
				func(t *Table, lo, hi int) *Table { return t.withoutEvents(i, row, lo, hi) })
		}
	}
}

// leaveOut tries tables without the things from lo to hi, of which there are
// count: all of them first, then halves, then smaller parts.
func (s *shrinker) leaveOut(count func(*Table) int, without func(t *Table, lo, hi int) *Table) {
	for size := count(s.best.Table); size > 0; size /= 2 {
		for lo := 0; lo < count(s.best.Table); {
			smaller := *s.best
			smaller.Table = without(s.best.Table, lo, min(lo+size, count(s.best.Table)))
			if !s.try(&smaller) {
				lo += size
			}
		}
	}
}

// without returns a copy of the items without those from lo to hi.
func without[T any](items []T, lo, hi int) []T { return slices.Delete(slices.Clone(items), lo, hi) }

// mapped returns what f makes of every item.
func mapped[T any](items []T, f func(T) T) []T {
	list := make([]T, len(items))
	for i, item := range items {
		list[i] = f(item)
	}
	return list
}

func (t *Table) withoutRows(lo, hi int) *Table {
	return &Table{
		Schema:     t.Schema,
		Keys:       without(t.Keys, lo, hi),
		Attributes: mapped(t.Attributes, func(c []any) []any { return without(c, lo, hi) }),
		Behaviors:  mapped(t.Behaviors, func(rows [][]Event) [][]Event { return without(rows, lo, hi) }),
	}
}

func (t *Table) withoutAttributes(lo, hi int) *Table {
	schema := *t.Schema
	schema.Attributes = without(t.Schema.Attributes, lo, hi)
	return &Table{Schema: &schema, Keys: t.Keys, Attributes: without(t.Attributes, lo, hi), Behaviors: t.Behaviors}
}

func (t *Table) withoutBehaviors(lo, hi int) *Table {
	schema := *t.Schema
	schema.Behaviors = without(t.Schema.Behaviors, lo, hi)
	return &Table{Schema: &schema, Keys: t.Keys, Attributes: t.Attributes, Behaviors: without(t.Behaviors, lo, hi)}
}

func (t *Table) withoutFields(behavior, lo, hi int) *Table {
	schema := *t.Schema
	schema.Behaviors = slices.Clone(schema.Behaviors)
	b := &schema.Behaviors[behavior]
	b.Fields = without(b.Fields, lo, hi)
	smaller := *t
	smaller.Schema, smaller.Behaviors = &schema, slices.Clone(t.Behaviors)
	smaller.Behaviors[behavior] = mapped(t.Behaviors[behavior], func(events []Event) []Event {
		return mapped(events, func(e Event) Event { return Event{Time: e.Time, Fields: without(e.Fields, lo, hi)} })
	})
	return &smaller
}

func (t *Table) withoutEvents(behavior, row, lo, hi int) *Table {
	smaller := *t
	smaller.Behaviors = slices.Clone(t.Behaviors)
	smaller.Behaviors[behavior] = slices.Clone(t.Behaviors[behavior])
	smaller.Behaviors[behavior][row] = without(t.Behaviors[behavior][row], lo, hi)
	return &smaller
}
