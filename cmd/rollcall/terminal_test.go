package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/jedib0t/go-pretty/v6/table"
)

func TestTableWidth(t *testing.T) {
	for _, c := range []struct {
		rows []table.Row
		want int
	}{
		{nil, 0},
		{[]table.Row{{"a"}}, 1},
		{[]table.Row{{"tier", "members"}, {"Gold", 7}, {"Platinum", "1,000,000"}}, 8 + 2 + 9},
		{[]table.Row{{"都市", "n"}, {"東京都", ""}}, 6 + 2 + 1},
	} {
		if got := tableWidth(c.rows); got != c.want {
			t.Errorf("%v: %d columns, want %d", c.rows, got, c.want)
		}
	}
}

// TestColumnsOfNoTerminal draws as wide for a file or a pipe as ever.
func TestColumnsOfNoTerminal(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if a := (&app{stdout: f}); a.isTerminal() || a.columns() != textColumns {
		t.Errorf("a file is drawn on with %d columns, want %d", a.columns(), textColumns)
	}
	if got := (&app{}).columns(); got != textColumns {
		t.Errorf("%d columns where there is no file, want %d", got, textColumns)
	}
}
