package picture

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/rollcall-db/rollcall/federate/export"
)

// formats are the ways to write a picture, by the ending of the file.
var formats = map[string]func(Chart) ([]byte, error){".svg": SVG, ".png": PNG}

// Check reports whether a file can hold a picture by its name, which is to end in
// .svg or .png, whatever the case of the letters.
func Check(path string) error {
	if _, ok := formats[strings.ToLower(filepath.Ext(path))]; !ok {
		return fmt.Errorf("%q has the ending %q, expected a picture's: .svg or .png", path, filepath.Ext(path))
	}
	return nil
}

// WriteFile writes the picture of a chart to the file at path, as SVG or PNG by its
// ending. The file appears whole or not at all, as export.ReplaceFile has it. Equal
// charts give equal bytes.
func WriteFile(path string, c Chart) error {
	if err := Check(path); err != nil {
		return err
	}
	data, err := formats[strings.ToLower(filepath.Ext(path))](c)
	if err != nil {
		return fmt.Errorf("drawing %q: %w", path, err)
	}
	return export.ReplaceFile(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// SVG returns the picture of a chart as SVG. Its texts are texts, set in the reader's fonts.
func SVG(c Chart) ([]byte, error) {
	vector := vgsvg.New(width, size(c))
	paint(draw.New(vector), c, false)
	var out bytes.Buffer
	if _, err := vector.WriteTo(&out); err != nil {
		return nil, err
	}
	// Fonts of the same widths, for those who have not the one that it was measured
	// in.
	return bytes.ReplaceAll(out.Bytes(), []byte("font-family:Liberation Sans;"),
		[]byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;")), nil
}

// PNG returns the picture of a chart as PNG. Letters that are in no Western, Greek, Cyrillic or
// Hebrew script are boxes in it.
func PNG(c Chart) ([]byte, error) {
	pixels := vgimg.NewWith(vgimg.UseWH(width, size(c)), vgimg.UseDPI(dpi))
	paint(draw.New(pixels), c, true)
	var out bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: pixels}).WriteTo(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
