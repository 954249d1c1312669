package warehouse

import (
	"github.com/rollcall-db/rollcall/engine/model"
)

// The tables that attributes may be in: the master table and two others.
var attributeTables = []model.TableRef{
	{Schema: "marketing", Table: "customers"},
	{Schema: "analytics", Table: "customer_metrics"},
	{Schema: "analytics", Table: "profile"},
}

// attributeTable is one of them being laid out.
type attributeTable struct {
	*Table
	names   columnNames
	present []bool // by row of the data: the customer has a row in it
}

// attributes lays the master table and the other tables of attributes out.
func (l *layout) attributes() {
	data, keyColumn := l.out.Data, l.out.Data.Schema.KeyColumn
	var tables []*attributeTable
	for i, ref := range attributeTables {
		l.about("table " + ref.String())
		t := &attributeTable{Table: &Table{Ref: ref}, present: make([]bool, len(data.Keys))}
		key := keyColumn
		if i > 0 && l.chance(2) {
			key = "customer_key"
		}
		t.Columns = []*Column{{Name: t.names.take(key), storage: l.keyStorage(data.Keys)}}
		for row := range t.present {
			t.present[row] = i == 0 || !l.chance(4)
		}
		tables = append(tables, t)
	}
	l.out.Layout.Master = attributeTables[0]
	l.out.Parent.Master = model.Master{Table: attributeTables[0], KeyColumn: keyColumn}
	for i := range data.Schema.Attributes {
		l.attribute(tables, i)
	}
	l.filter(tables[0])
	for i, t := range tables {
		if i > 0 && len(t.Columns) == 1 {
			continue // it holds no attribute
		}
		l.fillAttributes(t, i == 0)
		l.out.Tables = append(l.out.Tables, t.Table)
	}
}

// attribute puts attribute i into one of the tables. Customers without a row there lose
// their value.
func (l *layout) attribute(tables []*attributeTable, i int) {
	a, values := l.out.Data.Schema.Attributes[i], l.out.Data.Attributes[i]
	l.about("attribute " + a.Name)
	t := tables[l.upTo(len(tables)-1)]
	for row, present := range t.present {
		if !present {
			values[row] = nil
		}
	}
	c := l.column(&t.names, a.Name, a.Type, pointers(values))
	t.Columns = append(t.Columns, c)
	source := model.AttributeSource{Name: a.Name, Table: t.Ref, KeyColumn: t.Columns[0].Name, ValueColumn: c.Name}
	if c.encoding == model.EncodedSeconds || l.chance(4) {
		source.Kind = a.Type.Kind
	}
	l.out.Parent.Attributes = append(l.out.Parent.Attributes, source)
	l.out.Layout.Attributes = append(l.out.Layout.Attributes, model.ColumnLayout{
		Table: t.Ref, KeyColumn: t.Columns[0].Name, Column: c.Name, Encoding: c.encoding,
	})
}

// statuses are the values of the column that a filter of the master table reads.
var statuses = []any{"active", "it's", "", "gone", nil}

// filter hides the hidden keys behind a filter of the master table, which keeps
// the first three statuses.
func (l *layout) filter(master *attributeTable) {
	if len(l.hidden) == 0 {
		return
	}
	l.about("filter")
	status := &Column{Name: l.columnName(&master.names, "status"), storage: storage{Type: model.Type{Kind: model.String}}}
	master.Columns = append(master.Columns, status)
	for range l.out.Data.Keys {
		status.Values = append(status.Values, statuses[l.r.IntN(3)])
	}
	for range l.hidden {
		status.Values = append(status.Values, statuses[3+l.r.IntN(2)])
	}
	kept := []string{"active", "it's", ""}
	l.out.Parent.Master.Filters = []model.ColumnFilter{{Column: status.Name, Values: kept}}
	l.out.Layout.Filters = []model.FilterLayout{{Column: status.Name, Type: status.Type, Values: kept}}
}

// fillAttributes gives a table the rows of customers and of strangers, shuffled.
// The values of customers are in its columns already, for those absent too.
func (l *layout) fillAttributes(t *attributeTable, master bool) {
	l.about("rows of " + t.Ref.String())
	keys := append([]any(nil), l.out.Data.Keys...)
	keep := append([]bool(nil), t.present...)
	if master {
		keys = append(keys, l.hidden...)
	} else {
		// A customer may have one row at most, and so may a stranger.
		keys = append(keys, l.outsiders...)
	}
	if l.chance(2) {
		keys = append(keys, nil)
	}
	for len(keep) < len(keys) {
		keep = append(keep, true)
	}
	t.Columns[0].Values = keys
	for _, c := range t.Columns[1:] {
		n := len(c.Values)
		for len(c.Values) < len(keys) {
			c.Values = append(c.Values, l.someValue(c.Values[:n]))
		}
	}
	t.keepRows(keep)
	l.shuffle(t.Table)
}
