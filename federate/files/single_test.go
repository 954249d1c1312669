package files

import (
	"os"
	"path/filepath"
	"testing"
)

// A file is a table of its own, whatever lies beside it under its name.
func TestOpenFile(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"gold.csv": "id,n\na,1\nb,2\n", "gold.ndjson": `{"id":"c"}` + "\n", "gold.parquet": "broken"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]int64{"gold.csv": 2, "gold.ndjson": 1} {
		table, err := OpenFile(t.Context(), filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		rows := int64(0)
		for batch, err := range table.Scan(t.Context(), []string{"id"}) {
			if err != nil {
				t.Fatal(err)
			}
			rows += batch.NumRows()
		}
		if rows != want || table.Ref().Table != "gold" {
			t.Errorf("%s is the table %s of %d rows, want gold of %d", name, table.Ref(), rows, want)
		}
	}
	for name, want := range map[string]string{
		"gold.parquet": filepath.Join(dir, "gold.parquet") + `: not a Parquet file: it starts with "brok", not "PAR1"`,
		"gold.xlsx":    `file "` + filepath.Join(dir, "gold.xlsx") + `" ends in ".xlsx", expected .parquet, .csv, .ndjson`,
	} {
		if _, err := OpenFile(t.Context(), filepath.Join(dir, name)); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
