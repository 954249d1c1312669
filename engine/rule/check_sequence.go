package rule

// sequence checks a sequence:
//
//	page_view then cart_event then not purchase within 2 hours
func (c *checker) sequence(n *sequenceNode) Cond {
	s := &SequenceTest{Steps: make([]SequenceStep, len(n.steps)), text: n.text}
	for i, step := range n.steps {
		if c.full() {
			return nil
		}
		s.Steps[i] = c.step(step)
	}
	return s
}

// step checks a step. Its events are told as those of a test of a behavior.
func (c *checker) step(n *stepNode) SequenceStep {
	name := n.test.name
	i, ok := c.behaviors[name.text]
	if !ok {
		if _, ok := c.attributes[name.text]; ok {
			c.add(c.attributeAsStep(name))
		} else {
			c.add(c.unknownStep(name))
		}
		return SequenceStep{}
	}
	events := &BehaviorTest{Behavior: i}
	c.eventsOf(n.test, events)
	return SequenceStep{
		Behavior: i, Where: events.Where, Window: events.Window, SeesNext: events.SeesNext,
		Absent: n.absent, Within: n.within.micros(), text: n.text,
	}
}
