package warehouse

import (
	"fmt"
	"regexp"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/oracle"
)

// behavior lays the table of behavior i out.
func (l *layout) behavior(i int) {
	b, rows := l.out.Data.Schema.Behaviors[i], l.out.Data.Behaviors[i]
	l.about("behavior " + b.Name)
	t := &Table{Ref: model.TableRef{Schema: "events", Table: tableName(b.Name, i)}}
	var names columnNames
	timeName := names.take(b.TimeColumn)
	key := &Column{Name: names.take("customer_id"), storage: l.keyStorage(l.out.Data.Keys)}
	timeColumn := l.eventTimes(timeName, rows)
	t.Columns = []*Column{key, timeColumn}
	var sources []model.FieldSource
	layout := model.EventLayout{
		Table: t.Ref, KeyColumn: key.Name, Time: model.FieldLayout{Column: timeColumn.Name, Encoding: timeColumn.encoding},
		Fields: []model.FieldLayout{},
	}
	for f, field := range b.Fields {
		l.about("field " + b.Name + "/" + field.Name)
		c := l.column(&names, field.Name, field.Type, fieldPointers(rows, f))
		t.Columns = append(t.Columns, c)
		source := model.FieldSource{Name: field.Name, Column: c.Name}
		if c.encoding == model.EncodedSeconds || l.chance(4) {
			source.Kind = field.Type.Kind
		}
		sources = append(sources, source)
		layout.Fields = append(layout.Fields, model.FieldLayout{Column: c.Name, Encoding: c.encoding})
	}
	l.about("rows of behavior " + b.Name)
	l.fillEvents(t, rows)
	l.out.Tables = append(l.out.Tables, t)
	l.out.Layout.Behaviors = append(l.out.Layout.Behaviors, layout)
	l.out.Parent.Behaviors = append(l.out.Parent.Behaviors, model.BehaviorSource{
		Name: b.Name, Table: t.Ref, KeyColumn: key.Name, TimeColumn: timeColumn.Name, Fields: sources,
	})
}

// plainName is a name that every database takes for a table's as it is.
var plainName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// tableName returns the name of the table of behavior i, which is called name.
func tableName(name string, i int) string {
	if plainName.MatchString(name) {
		return name
	}
	return fmt.Sprintf("behavior_%d", i)
}

// eventTimes returns the time column of some events. Where it cannot hold their
// times they are changed.
func (l *layout) eventTimes(name string, rows [][]oracle.Event) *Column {
	var times []*any
	for _, events := range rows {
		for e := range events {
			var v any
			if t := events[e].Time; t != nil {
				v = *t
			}
			times = append(times, &v)
		}
	}
	c := l.timeColumn(name, times, true)
	i := 0
	for _, events := range rows {
		for e := range events {
			if v := *times[i]; v != nil {
				micros := v.(int64)
				events[e].Time = &micros
			}
			i++
		}
	}
	return c
}

// fillEvents gives a table the rows of customers and of strangers, shuffled. The
// values of customers are in its columns already.
func (l *layout) fillEvents(t *Table, rows [][]oracle.Event) {
	var keys []any
	for row, events := range rows {
		for range events {
			keys = append(keys, l.out.Data.Keys[row])
		}
	}
	n := len(keys)
	keys = append(keys, l.strangers(1+n/10)...)
	t.Columns[0].Values = keys
	for _, c := range t.Columns[1:] {
		for len(c.Values) < len(keys) {
			c.Values = append(c.Values, l.someValue(c.Values[:n]))
		}
	}
	l.shuffle(t)
}

// fieldPointers returns where the values of field f are, event by event.
func fieldPointers(rows [][]oracle.Event, f int) []*any {
	var places []*any
	for _, events := range rows {
		for e := range events {
			places = append(places, &events[e].Fields[f])
		}
	}
	return places
}

// pointers returns where values are.
func pointers(values []any) []*any {
	places := make([]*any, len(values))
	for i := range values {
		places[i] = &values[i]
	}
	return places
}
