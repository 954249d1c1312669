package ask

// DiffJSON is the object of a diff. Its count is that of the members after.
type DiffJSON struct {
	CountJSON
	Before  MomentJSON `json:"before"`
	After   MomentJSON `json:"after"`
	Entered uint64     `json:"entered"`
	Left    uint64     `json:"left"`
	Stayed  uint64     `json:"stayed"`
	Notes   []string   `json:"notes"`
	Shown   string     `json:"shown,omitempty"`   // entered or left
	Keys    *[]string  `json:"keys,omitempty"`    // of those shown, without columns
	Columns []string   `json:"columns,omitempty"` // the key first
	Rows    *[][]any   `json:"rows,omitempty"`    // with columns, in place of keys
}

// MomentJSON is one side of a diff.
type MomentJSON struct {
	Count   uint64 `json:"count"`
	AsOf    string `json:"as_of"`
	Version uint64 `json:"version,omitempty"` // of a snapshot
}

func newMomentJSON(a *Answer) MomentJSON {
	out := MomentJSON{Count: a.Count, AsOf: TimeText(a.AsOf.In(a.Location))}
	if a.Snapshot != nil {
		out.Version = a.Snapshot.Version
	}
	return out
}

// NewDiffJSON returns the object of a diff. Those who are listed are keys, or where
// withColumns is true rows.
func NewDiffJSON(d *Diff, withColumns bool) *DiffJSON {
	out := &DiffJSON{
		CountJSON: *NewCountJSON(d.After), Before: newMomentJSON(d.Before), After: newMomentJSON(d.After),
		Entered: d.Entered, Left: d.Left, Stayed: d.Stayed, Notes: append([]string{}, d.Notes...), Shown: string(d.Shown),
	}
	switch {
	case d.Listed == nil:
	case withColumns:
		rows := RowsJSON(d.Listed.Rows)
		out.Columns, out.Rows = append([]string{d.After.Schema.KeyColumn}, d.Listed.Columns...), &rows
	default:
		keys := []string{}
		for _, row := range d.Listed.Rows {
			keys = append(keys, row.Key)
		}
		out.Keys = &keys
	}
	return out
}
