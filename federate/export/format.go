package export

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Format is a file format.
type Format uint8

// The formats. The zero Format is none of them: WriteFile then goes by the
// ending of the path.
const (
	Parquet Format = iota + 1
	CSV
	Arrow // IPC file format
)

// formats are the names of the formats, which are also the endings of files.
var formats = [...]string{Parquet: "parquet", CSV: "csv", Arrow: "arrow"}

// String returns parquet, csv or arrow; what is no format is Format(N).
func (f Format) String() string {
	if !f.valid() {
		return fmt.Sprintf("Format(%d)", uint8(f))
	}
	return formats[f]
}

// valid reports whether f is one of the formats.
func (f Format) valid() bool { return f >= Parquet && f <= Arrow }

// ParseFormat returns the format called name: parquet, csv or arrow, in any
// case. Its error names these.
func ParseFormat(name string) (Format, error) {
	for f := Parquet; f <= Arrow; f++ {
		if strings.EqualFold(name, formats[f]) {
			return f, nil
		}
	}
	return 0, fmt.Errorf("unknown format %q, expected parquet, csv or arrow", name)
}

// FormatOf returns the format that the ending of a path stands for: .parquet,
// .csv or .arrow, in any case. Its error names these.
func FormatOf(path string) (Format, error) {
	ending := filepath.Ext(path)
	if ending == "" {
		return 0, fmt.Errorf("file %q has no ending that names its format, expected .parquet, .csv or .arrow", path)
	}
	f, err := ParseFormat(ending[1:])
	if err != nil {
		return 0, fmt.Errorf("file %q ends in %q, expected .parquet, .csv or .arrow", path, ending)
	}
	return f, nil
}
