package report

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// newPanel returns an empty plot that is one of several in a picture.
func newPanel(title string) *plot.Plot {
	plt := newPlot()
	plt.Title.Text = title
	plt.Title.TextStyle.Font = textStyle(10).Font
	plt.Title.Padding = 3
	for _, axis := range []*plot.Axis{&plt.X, &plt.Y} {
		axis.Tick.Label.Font.Size = 8.5
	}
	return plt
}

// panelsHeight returns the height of a picture of panels.
func panelsHeight(panels, columns int, each vg.Length) vg.Length {
	return 66 + each*vg.Length((panels+columns-1)/columns)
}

// drawPanels draws panels in rows from the upper left, their axes aligned.
func drawPanels(c draw.Canvas, panels []*plot.Plot, columns int) {
	rows := (len(panels) + columns - 1) / columns
	plots := make([][]*plot.Plot, rows)
	for i := range plots {
		plots[i] = make([]*plot.Plot, columns)
		copy(plots[i], panels[i*columns:])
	}
	canvases := plot.Align(plots, draw.Tiles{Rows: rows, Cols: columns, PadX: 10, PadY: 8, PadRight: 6}, c)
	for i := range plots {
		for j, plt := range plots[i] {
			if plt != nil {
				plt.Draw(canvases[i][j])
			}
		}
	}
}
