package picture

import (
	"io"
	"strings"
)

// The least and the most columns of a chart in a terminal: narrower ones cannot be
// read, wider ones carry the eye off.
const (
	MinColumns = 40
	MaxColumns = 120
)

// WriteText writes a chart for a terminal of so many columns: its title, its
// subtitle, and lines of Unicode blocks, none of them wider. Fewer columns than
// MinColumns are taken for as many, more than MaxColumns for these.
func WriteText(w io.Writer, c Chart, width int) error {
	width = min(max(width, MinColumns), MaxColumns)
	var out strings.Builder
	title, subtitle := c.heading()
	for _, line := range []string{title, subtitle} {
		if line != "" {
			out.WriteString(fitText(line, width) + "\n")
		}
	}
	for _, line := range c.lines(width) {
		out.WriteString(line + "\n")
	}
	_, err := io.WriteString(w, out.String())
	return err
}
