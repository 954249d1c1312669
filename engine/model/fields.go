package model

import "github.com/rollcall-db/rollcall/engine/document"

// fieldList is how a form lists the fields of a behavior.
type fieldList struct {
	list   string  // key of the list
	all    string  // key of the flag that every column is a field; "" where the form has none
	item   mapKeys // of an item that is a mapping; an item that is text is a column
	name   string  // key of what rules call the field; by default its column's name
	column string  // key of its column
	// chosen says that a list is obeyed beside the flag: programs write both, to
	// tell what the columns were. In other forms that is a conflict.
	chosen bool
	// strict says that it is a problem to list what is no field, the key and the
	// time. In other forms these are left out.
	strict bool
}

// fields reads the fields of a behavior whose key and time are known. Without a
// list and without a flag every column is a field.
func (r *reader) fields(m configMap, l fieldList, b *BehaviorSource) {
	all, items := m.flag(l.all), m.list(l.list)
	switch {
	case all && len(items) > 0 && !l.chosen:
		r.problems.add(m.at(l.all).allAndList(l.all, l.list))
	case all && len(items) == 0 || !m.has(l.list) && !m.has(l.all):
		b.AllFields = true
		return
	}
	columns := map[string]int{} // the lines of the fields, by name
	for i, item := range items {
		if r.problems.full() {
			return
		}
		path := m.path(l.list).Item(i)
		field, ok := r.field(m, item, path, l)
		if !ok || r.notAField(placeOf(item, path), field, b, l.strict) {
			continue
		}
		if line, seen := columns[field.Name]; seen {
			r.problems.add(placeOf(item, path).duplicateField(field, line))
			continue
		}
		columns[field.Name] = item.Line
		b.Fields = append(b.Fields, field)
	}
}

// field reads an item of a list of fields. It returns false after a problem with
// its name or its column.
func (r *reader) field(m configMap, n *document.Node, path *document.Path, l fieldList) (FieldSource, bool) {
	if n.Kind != document.Map {
		name := m.nameAt(n, path, CodeInvalidValue)
		return FieldSource{Name: name, Column: name}, name != ""
	}
	of, _ := r.readMap(n, path, l.item)
	field := FieldSource{Name: of.optionalName(l.name), Column: of.name(l.column), Kind: r.kind(of)}
	if !of.has(l.name) {
		field.Name = field.Column
	}
	return field, field.Name != "" && field.Column != ""
}

// notAField reports whether a listed field is the behavior's key or its time.
// Rules can name the time without, by its column or as "timestamp".
func (r *reader) notAField(at place, f FieldSource, b *BehaviorSource, strict bool) bool {
	isTime := f.Column == b.TimeColumn && (f.Name == f.Column || f.Name == "timestamp")
	isKey := f.Column == b.KeyColumn && f.Name == f.Column
	switch {
	case f.Name == b.TimeColumn && f.Column != b.TimeColumn:
		r.problems.add(at.namedAsTime(f))
		return true
	case strict && isTime:
		r.problems.add(at.notAField(f.Column, "timestamp_column"))
	case strict && isKey:
		r.problems.add(at.notAField(f.Column, "key_column"))
	}
	return isTime || isKey
}
