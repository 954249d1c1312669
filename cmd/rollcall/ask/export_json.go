package ask

// ExportJSON is the object of an export.
type ExportJSON struct {
	CountJSON
	Path      string `json:"path,omitempty"`      // of the file
	Table     string `json:"table,omitempty"`     // that the source has written
	Directory string `json:"directory,omitempty"` // that the source has written
	Rows      int64  `json:"rows"`

	Masked string     `json:"masked,omitempty"` // as the metadata of the file says it
	Delta  *DeltaJSON `json:"delta,omitempty"`
}

// DeltaJSON says what has changed since an earlier audience.
type DeltaJSON struct {
	From    string `json:"from"` // the file, or the time
	Entered int64  `json:"entered"`
	Left    int64  `json:"left"`
	Gone    int64  `json:"gone"` // of those who left: exist no more
	Stayed  int64  `json:"stayed"`
}

// NewExportJSON returns the object of an export of that many rows. Where they were
// written is the caller's to add.
func NewExportJSON(a *Answer, rows int64) *ExportJSON {
	return &ExportJSON{CountJSON: *NewCountJSON(a), Rows: rows}
}
