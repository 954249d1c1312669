package report

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// grid is a table. Its cells are text of the form that it is printed in.
type grid struct {
	columns []column
	rows    [][]string
}

// column is a heading, and whether what stands below it is set to the right.
type column struct {
	name  string
	right bool
}

// left and right return a column.
func left(name string) column  { return column{name: name} }
func right(name string) column { return column{name: name, right: true} }

// row adds a row.
func (g *grid) row(cells ...string) { g.rows = append(g.rows, cells) }

// writer returns the table as go-pretty has it.
func (g *grid) writer() table.Writer {
	tw := table.NewWriter()
	header := table.Row{}
	var configs []table.ColumnConfig
	for i, c := range g.columns {
		header = append(header, c.name)
		align := text.AlignLeft
		if c.right {
			align = text.AlignRight
		}
		configs = append(configs, table.ColumnConfig{Number: i + 1, Align: align, AlignHeader: align})
	}
	tw.AppendHeader(header)
	tw.SetColumnConfigs(configs)
	for _, cells := range g.rows {
		row := table.Row{}
		for _, cell := range cells {
			row = append(row, cell)
		}
		tw.AppendRow(row)
	}
	return tw
}

// markdown returns the table in Markdown, vertical bars in cells escaped.
func (g *grid) markdown() string { return g.writer().RenderMarkdown() + "\n" }

// text returns the table for a terminal, without lines.
func (g *grid) text() string {
	tw := g.writer()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Format.Header = text.FormatDefault
	style.Box.PaddingLeft = ""
	style.Box.PaddingRight = "  "
	tw.SetStyle(style)
	var out strings.Builder
	for line := range strings.Lines(tw.Render()) {
		out.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return out.String()
}
