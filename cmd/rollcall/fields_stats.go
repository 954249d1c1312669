package main

import (
	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

// statsCells returns what the table shows of an attribute.
func statsCells(f *ask.FieldStats, i int, t model.Type) table.Row {
	info := f.Attributes[i]
	if info == nil {
		return table.Row{"-", "-", "-", "-"}
	}
	return table.Row{rangeText(f.Location, t, info.Least), rangeText(f.Location, t, info.Greatest), wording.Percent(info.Nulls, f.Customers), distinctText(f, info, t)}
}

// distinctText says how many values an attribute has, as far as that is known.
func distinctText(f *ask.FieldStats, info *store.AttributeInfo, t model.Type) string {
	switch {
	case t.IsArray():
		return "-" // lists are not told apart
	case !info.Indexed && !f.IsCounted:
		return "over " + wording.Number(index.MaxValues)
	}
	return wording.Number(info.Distinct)
}
