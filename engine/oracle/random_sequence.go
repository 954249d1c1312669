package oracle

import "slices"

// sequence returns a sequence of two to four steps, seldom five, of behaviors that
// may be one behavior.
func (m *ruleMaker) sequence() test {
	n := 2 + m.IntN(3)
	if m.chance(8) {
		n = 5
	}
	t := m.step()
	for range n - 1 {
		later := m.step()
		later.absent = m.chance(3)
		if m.chance(2) {
			later.within = m.within()
		}
		t.then = append(t.then, later)
	}
	if last := &t.then[n-2]; last.window == "" && last.within == "" {
		last.bareWhere = false // what follows must end it
	}
	return t
}

// step returns a step of a sequence. It has a where or a window less often than
// other tests of behaviors, so that some customers have an event for each step.
func (m *ruleMaker) step() test {
	i := m.IntN(len(m.table.Schema.Behaviors))
	t := test{name: quoteName(m.table.Schema.Behaviors[i].Name)}
	if m.chance(4) {
		t.where = m.group(m.IntN(2), func() *expr { return m.field(i) })
		t.bareWhere = m.isBare(t.where)
	}
	if m.chance(4) {
		t.window = m.window(eventTimes(m.table, i))
	}
	return t
}

// within returns a time: the distance of two events of a customer, a bit more, or
// anything.
func (m *ruleMaker) within() string {
	unit := m.IntN(slices.Index(unitNames, "week") + 1)
	n := m.between(1, 100)
	if distance := m.distance(); distance > 0 {
		for distance%unitMicros[unit] != 0 && !m.chance(4) {
			unit = m.IntN(slices.Index(unitNames, "week") + 1)
		}
		n = distance/unitMicros[unit] + m.between(0, 1)*m.between(0, 1)
	}
	return "within " + count(max(n, 1), "", unit)
}

// distance returns the time between two events of a customer, 0 where nobody that
// it looks at has two.
func (m *ruleMaker) distance() int64 {
	for range 10 {
		row := m.IntN(max(len(m.table.Keys), 1))
		var times []int64
		for i := range m.table.Behaviors {
			if row < len(m.table.Keys) {
				times = append(times, datedTimes(m.table.Behaviors[i][row])...)
			}
		}
		if len(times) > 1 {
			from, to := pickOf(m.random, times), pickOf(m.random, times)
			if from != to {
				return abs(to - from)
			}
		}
	}
	return 0
}

// datedTimes returns the times of the events that have one.
func datedTimes(events []Event) []int64 {
	var times []int64
	for _, e := range events {
		if e.Time != nil {
			times = append(times, *e.Time)
		}
	}
	return times
}
