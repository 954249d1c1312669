package ask

// ListJSON is the object of a list: rows are arrays, the key first, in the order of
// columns.
type ListJSON struct {
	CountJSON
	Columns []string `json:"columns"`
	Rows    [][]any  `json:"rows"`
}

// NewListJSON returns the object of a list.
func NewListJSON(a *Answer, p *Page) *ListJSON {
	return &ListJSON{
		CountJSON: *NewCountJSON(a), Columns: append([]string{a.Schema.KeyColumn}, p.Columns...), Rows: RowsJSON(p.Rows),
	}
}
