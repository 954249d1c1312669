package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// newTable returns a table without lines, for people and for cut(1) alike; the
// columns of the given headings hold numbers and are set to the right.
func newTable(numbers ...string) table.Writer {
	tw := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Format.Header = text.FormatDefault
	style.Box.PaddingLeft = ""
	style.Box.PaddingRight = "  "
	tw.SetStyle(style)
	var configs []table.ColumnConfig
	for _, name := range numbers {
		configs = append(configs, table.ColumnConfig{Name: name, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	tw.SetColumnConfigs(configs)
	return tw
}

// printTable prints a table.
func (a *app) printTable(tw table.Writer) error {
	for line := range strings.Lines(tw.Render()) {
		if err := a.printf("%s\n", strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// groups writes a whole number with a comma between thousands.
func groups(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// bytesText writes a size in the unit that suits it.
func bytesText(n int64) string {
	size, unit := float64(n), "B"
	for _, next := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if size < 1024 {
			return trimmed(size, unit)
		}
		size, unit = size/1024, next
	}
	return trimmed(size, unit)
}

// trimmed writes a size; bytes are whole.
func trimmed(size float64, unit string) string {
	if unit == "B" {
		return fmt.Sprintf("%.0f B", size)
	}
	return fmt.Sprintf("%.1f %s", size, unit)
}
