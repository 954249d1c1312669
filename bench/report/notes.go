package report

import (
	"fmt"
	"slices"
	"strings"
)

// notes are the remarks below a table, numbered in the order in which cells
// refer to them. The same remark has one number.
type notes []string

// mark returns the mark that leads from a cell to a remark.
func (n *notes) mark(remark string) string {
	at := slices.Index(*n, remark)
	if at < 0 {
		at = len(*n)
		*n = append(*n, remark)
	}
	return fmt.Sprintf("<sup>%d</sup>", at+1)
}

// markdown returns the remarks, nothing where there are none.
func (n notes) markdown() string {
	var lines []string
	for i, remark := range n {
		lines = append(lines, fmt.Sprintf("<sup>%d</sup> %s", i+1, plain(remark)))
	}
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "<br>\n") + "\n\n"
}
