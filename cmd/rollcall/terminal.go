package main

import (
	"fmt"
	"os"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"
)

// textColumns is how wide drawings in text are that no terminal shows.
const textColumns = 80

// isTerminal reports whether results are read on a terminal.
func (a *app) isTerminal() bool {
	f, ok := a.stdout.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// columns returns how wide a drawing in text may be: as wide as the terminal that shows
// it, where it tells.
func (a *app) columns() int {
	if f, ok := a.stdout.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return textColumns
}

// tableWidth returns how many columns a table of rows takes, with two between two
// cells.
func tableWidth(rows []table.Row) int {
	var widest []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widest) {
				widest = append(widest, 0)
			}
			widest[i] = max(widest[i], text.StringWidthWithoutEscSequences(fmt.Sprint(cell)))
		}
	}
	total := 2 * max(len(widest)-1, 0)
	for _, width := range widest {
		total += width
	}
	return total
}
