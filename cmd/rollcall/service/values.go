package service

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/model"
)

// Limits of suggestions.
const (
	defaultValues = 20
	maxValues     = 1000    // that are shown
	maxExact      = 200     // that are counted one by one
	sampledRows   = 1 << 20 // members that are looked at where values are not indexed
	sampledValues = 1 << 17 // different values that are kept of these
)

// field is an attribute, or a field of a behavior's events.
type field struct {
	name      string
	typ       model.Type
	attribute int    // position in the schema; -1: a field of events
	behavior  string // of a field of events
	field     string
}

// findField finds what a request names: an attribute by its name, else behavior.field.
func findField(name string, schema *model.Schema) (*field, error) {
	if i := schema.Attribute(name); i >= 0 {
		return &field{name: name, typ: schema.Attributes[i].Type, attribute: i}, nil
	}
	var names []string
	for _, a := range schema.Attributes {
		names = append(names, a.Name)
	}
	for _, b := range schema.Behaviors {
		for _, f := range b.Fields {
			full := b.Name + "." + f.Name
			if full == name {
				return &field{name: name, typ: f.Type, attribute: -1, behavior: b.Name, field: f.Name}, nil
			}
			names = append(names, full)
		}
	}
	err := fmt.Errorf("there is no attribute and no field of events %.256q", name)
	if nearest := model.Nearest(name, names); nearest != "" {
		err = fmt.Errorf("%w; did you mean %q?", err, nearest)
	}
	return nil, &InputError{"field", err}
}

// quoteName writes a name of a parent segment as rules have it.
func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// literal writes a value as rules have it; "" where they have none for it.
func literal(v any) string {
	switch v := v.(type) {
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case bool:
		return fmt.Sprint(v)
	case int64:
		return fmt.Sprint(v)
	case column.Decimal:
		return v.String()
	case column.Day:
		return "'" + v.String() + "'"
	case time.Time:
		return "'" + v.UTC().Format("2006-01-02T15:04:05.999999Z07:00") + "'"
	}
	return "" // a float is shown rounded, so that none might have what is shown
}

// condition returns a rule that selects who has a value, "" where there is none.
func (f *field) condition(v any) string {
	text := literal(v)
	switch {
	case text == "":
		return ""
	case f.attribute < 0:
		return fmt.Sprintf("%s where (%s = %s)", quoteName(f.behavior), quoteName(f.field), text)
	}
	return fmt.Sprintf("%s = %s", quoteName(f.name), text)
}

// sampled returns the column of a rule's audience that values are looked for in: the
// attribute, or of events the value that each member has most often.
func (f *field) sampled() string {
	if f.attribute >= 0 {
		return f.name
	}
	return fmt.Sprintf("%s most_frequent(%s)", quoteName(f.behavior), quoteName(f.field))
}

// everyone is a rule that is true for all: whoever has a value or has none.
func everyone(schema *model.Schema) (string, error) {
	for _, b := range schema.Behaviors {
		return quoteName(b.Name) + " count >= 0", nil
	}
	for _, a := range schema.Attributes {
		return fmt.Sprintf("%s is null or %s is not null", quoteName(a.Name), quoteName(a.Name)), nil
	}
	return "", inputf("rule", "the parent segment has neither attributes nor behaviors that a rule could be about")
}

// found is a value with how many have it.
type found struct {
	value any
	text  string // as people see it, for the search
	count uint64
}

// matches reports whether a value has a text in it, upper and lower case alike.
func matches(text, search string) bool {
	return search == "" || strings.Contains(strings.ToLower(text), strings.ToLower(search))
}

// sample looks at the first members of a rule for values, and reports whether it has seen
// all members.
func (f *field) sample(ctx context.Context, q *engine.Query) (values map[any]uint64, whole bool, err error) {
	columns := []string{f.sampled()}
	values = map[any]uint64{}
	rows := 0
	for batch, err := range q.Batches(ctx, columns...) {
		if err != nil {
			return nil, false, err
		}
		vector, err := column.NewVector(f.typ, batch.Column(1))
		if err != nil {
			return nil, false, err
		}
		for i := range vector.Len() {
			if vector.IsNull(i) {
				continue
			}
			v := vector.Value(i)
			if s, ok := v.(string); ok {
				v = strings.Clone(s) // the batch's memory is used again
			}
			if _, known := values[v]; known || len(values) < sampledValues {
				values[v]++
			}
		}
		if rows += vector.Len(); rows >= sampledRows {
			return values, false, nil
		}
	}
	return values, true, nil
}

// sortFound puts those that most have first, of equal numbers by their text.
func sortFound(values []found) {
	slices.SortFunc(values, func(a, b found) int {
		switch {
		case a.count > b.count:
			return -1
		case a.count < b.count:
			return 1
		}
		return strings.Compare(a.text, b.text)
	})
}
