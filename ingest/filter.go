package ingest

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/engine/model"
)

// filter keeps the rows of the master table whose column is one of some values.
type filter struct {
	column string
	typ    model.Type
	texts  []string // of a string column
	ints   []int64  // of a column of whole numbers
	bools  []bool   // of a boolean column
}

// newFilter coerces values to the type of the column.
func newFilter(column string, t arrow.DataType, values []string) (filter, error) {
	f := filter{column: column}
	typ, err := typeOf(t)
	if err != nil {
		return f, fmt.Errorf("column %q: %w", column, err)
	}
	if typ.Kind != model.String && typ.Kind != model.Boolean && typ != (model.Type{Kind: model.Number, Repr: model.Int64}) {
		return f, fmt.Errorf("column %q is %s; a filter can be on a string, whole numbers or a boolean", column, typ)
	}
	f.typ = typ
	for _, v := range values {
		switch typ.Kind {
		case model.String:
			f.texts = append(f.texts, v)
		case model.Number:
			x, err := strconv.ParseInt(v, 10, 64)
			if err != nil {
				return f, fmt.Errorf("column %q holds whole numbers, %q is none", column, v)
			}
			f.ints = append(f.ints, x)
		case model.Boolean:
			if v != "true" && v != "false" {
				return f, fmt.Errorf("column %q holds true or false, not %q", column, v)
			}
			f.bools = append(f.bools, v == "true")
		}
	}
	return f, nil
}

// values returns the values as a source.Filterer wants them.
func (f *filter) values() []string {
	texts := slices.Clone(f.texts)
	for _, x := range f.ints {
		texts = append(texts, strconv.FormatInt(x, 10))
	}
	for _, x := range f.bools {
		texts = append(texts, strconv.FormatBool(x))
	}
	return texts
}

// keeps returns the test of the rows of one batch; NULL is not kept.
func (f *filter) keeps(arr arrow.Array) func(i int) bool {
	switch a := arr.(type) {
	case stringArray:
		return func(i int) bool { return a.IsValid(i) && slices.Contains(f.texts, a.Value(i)) }
	case *array.Boolean:
		return func(i int) bool { return a.IsValid(i) && slices.Contains(f.bools, a.Value(i)) }
	}
	value := wholeNumbers(arr)
	return func(i int) bool { return arr.IsValid(i) && slices.Contains(f.ints, value(i)) }
}
