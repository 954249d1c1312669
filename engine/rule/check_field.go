package rule

import "github.com/rollcall-db/rollcall/engine/model"

// timeType is the type of an event's time.
var timeType = model.Type{Kind: model.Timestamp}

// timeAlias is what every behavior's time may be called, as files do, unless it
// has a field of that name.
const timeAlias = "timestamp"

// fieldTest checks a test within a where.
func (c *checker) fieldTest(t *testNode) Cond {
	typ, i, ok := c.findField(c.behavior, t.name)
	if !ok {
		c.add(c.unknownField(t.name, c.behavior))
		return nil
	}
	if c.bareWhere && !t.name.time && c.isName(t.name.text) {
		c.add(c.ambiguousField(t))
		return nil
	}
	f := &FieldTest{Field: i, text: t.text}
	return c.columnTest(t, typ, &f.ColumnTest, f, &f.text)
}

// isName reports whether an attribute or a behavior has the name.
func (s *shared) isName(name string) bool {
	_, attribute := s.attributes[name]
	_, behavior := s.behaviors[name]
	return attribute || behavior
}

// findField returns the type and position of a behavior's field; the time's is
// TimeField.
func (s *shared) findField(b *model.Behavior, name nameNode) (typ model.Type, i int, ok bool) {
	if name.time {
		return timeType, TimeField, true
	}
	for i := range b.Fields {
		if b.Fields[i].Name == name.text {
			return b.Fields[i].Type, i, true
		}
	}
	if name.text == b.TimeColumn || name.text == timeAlias {
		return timeType, TimeField, true
	}
	return model.Type{}, 0, false
}
