package picture_test

import (
	"bytes"
	"flag"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/rollcall-db/rollcall/cmd/rollcall/picture"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

// charts are one of each kind, small, with labels that need care.
func charts() map[string]picture.Chart {
	at := func(month time.Month) time.Time { return time.Date(1998, month, 1, 0, 0, 0, 0, time.UTC) }
	return map[string]picture.Chart{
		"bars": picture.Bars{
			Title: "Members by tier", Subtitle: "orders > 1 · 3,301 of 23,570 customers", Axis: "members", NoteName: "lift",
			Items: []picture.Bar{
				{Label: "Bronze", Value: 1493, Text: "1,493 (45.2 %)", Note: "1.38"},
				{Label: "<Gold> & \"more\",\nand a label that is far too long to be read", Value: 524, Note: "5.10"},
				{Label: "NULL", Value: 253, Note: "0.14", Quiet: true},
			},
		},
		"histogram": picture.Histogram{
			Title: "Members by orders", Axis: "orders", Edges: []string{"0", "50", "100", "150"}, Note: "NULL: 3 members",
			Items: []picture.Bar{{Label: "[0, 50)", Value: 11642}, {Label: "[50, 100)", Value: 12}, {Label: "[100, 150]", Value: 0}},
		},
		"line": picture.Line{Title: "Members over time", Axis: "members", Points: []picture.Point{{at(1), 1000}, {at(2), 2500}, {at(3), 0}}},
		"upset": picture.UpSet{
			Title: "Overlap", Sets: []picture.Set{{"orders > 1", 300}, {"gold", 120}},
			Regions: []picture.Region{{1, 200}, {2, 20}, {3, 100}},
		},
	}
}

// TestGolden compares pictures with those of testdata, which were looked at.
func TestGolden(t *testing.T) {
	for name, c := range charts() {
		path := filepath.Join(t.TempDir(), name+".svg")
		if err := picture.WriteFile(path, c); err != nil {
			t.Fatal(err)
		}
		var lines bytes.Buffer
		if err := picture.WriteText(&lines, c, 60); err != nil {
			t.Fatal(err)
		}
		svg, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+".svg", svg)
		golden(t, name+".txt", lines.Bytes())
	}
}

// golden compares output with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

// odd returns charts at the edges of what there is.
func odd() map[string]picture.Chart {
	out := map[string]picture.Chart{
		"no bars": picture.Bars{Title: "t"}, "no bins": picture.Histogram{}, "no points": picture.Line{}, "no sets": picture.UpSet{},
		"empty sets": picture.UpSet{Sets: []picture.Set{{"a", 0}, {"b", 0}}},
		"one point":  picture.Line{Points: []picture.Point{{time.Unix(0, 0), 5}}},
		"zeros":      picture.Bars{Items: []picture.Bar{{Label: "a"}, {Label: ""}}},
		"no numbers": picture.Bars{Items: []picture.Bar{
			{Label: "a", Value: math.NaN()}, {Label: "b", Value: math.Inf(1)}, {Label: "c", Value: -7}, {Label: "d", Value: math.MaxFloat64}, {Label: "e", Value: 5e-324},
		}},
		"letters":     picture.Bars{Title: "日本語 \x00\xff\u202e", Items: []picture.Bar{{Label: strings.Repeat("日本語", 300), Value: 3}, {Label: "👩‍👩‍👧", Value: 2, Note: strings.Repeat("x", 900)}}},
		"no edges":    picture.Histogram{Items: []picture.Bar{{Value: 1}}},
		"wide number": picture.Bars{Items: []picture.Bar{{Label: "a", Value: 1, Text: strings.Repeat("9", 300)}}},
	}
	var bars picture.Bars
	var bins picture.Histogram
	var line picture.Line
	for i := range 1000 {
		bars.Items = append(bars.Items, picture.Bar{Label: fmt.Sprint("value ", i), Value: float64(i)})
		bins.Edges = append(bins.Edges, fmt.Sprint(i))
		line.Points = append(line.Points, picture.Point{Time: time.Unix(int64(i)*86400*365, 0), Value: float64(i)})
	}
	bins.Items = bars.Items
	var sets picture.UpSet
	for i := range 8 {
		sets.Sets = append(sets.Sets, picture.Set{Name: strings.Repeat("set ", i*8), Size: math.MaxUint64})
	}
	for i := range 256 {
		sets.Regions = append(sets.Regions, picture.Region{Members: uint8(i), Count: math.MaxUint64 / uint64(i+1)})
	}
	out["many bars"], out["many bins"], out["many points"], out["many sets"] = bars, bins, line, sets
	return out
}

// noNumber is a coordinate that is none.
var noNumber = regexp.MustCompile(`(d|x|y)="[^"]*(NaN|Inf)`)

// TestEveryChartCanBeDrawn draws charts at the edges of what there is, twice.
func TestEveryChartCanBeDrawn(t *testing.T) {
	dir := t.TempDir()
	for name, c := range odd() {
		var files [2][]byte
		for i := range files {
			path := filepath.Join(dir, "x.SVG")
			if err := picture.WriteFile(path, c); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			files[i], _ = os.ReadFile(path)
		}
		if !bytes.Equal(files[0], files[1]) || noNumber.Match(files[0]) {
			t.Errorf("%s: the picture is not the same twice, or holds what is no number", name)
		}
		path := filepath.Join(dir, "x.png")
		if err := picture.WriteFile(path, c); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if shape, err := png.DecodeConfig(bytes.NewReader(data)); err != nil || shape.Width != 1350 {
			t.Errorf("%s: %+v, %v, want a PNG of 1,350 pixels", name, shape, err)
		}
	}
}

// TestTextFitsIntoItsColumns writes every chart at several widths.
func TestTextFitsIntoItsColumns(t *testing.T) {
	all := odd()
	for name, c := range charts() {
		all[name] = c
	}
	for name, c := range all {
		for _, width := range []int{-1, 10, 40, 41, 80, 120, 1000} {
			var out bytes.Buffer
			if err := picture.WriteText(&out, c, width); err != nil {
				t.Fatal(err)
			}
			most := min(max(width, picture.MinColumns), picture.MaxColumns)
			for line := range strings.Lines(out.String()) {
				if got := text.StringWidthWithoutEscSequences(strings.TrimSuffix(line, "\n")); got > most {
					t.Errorf("%s at %d: %d columns: %q", name, width, got, line)
				}
			}
		}
	}
}

func TestWriteFileRefuses(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ path, want string }{
		{"x.gif", `"x.gif" has the ending ".gif", expected a picture's: .svg or .png`},
		{"x", `"x" has the ending "", expected a picture's: .svg or .png`},
		{filepath.Join(dir, "none", "x.svg"), fmt.Sprintf("cannot write %q: the folder %q does not exist", filepath.Join(dir, "none", "x.svg"), filepath.Join(dir, "none"))},
	} {
		if err := picture.WriteFile(c.path, picture.Bars{}); fmt.Sprint(err) != c.want {
			t.Errorf("%s: %v, want %s", c.path, err, c.want)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestTextBar(t *testing.T) {
	for _, c := range []struct {
		value, highest float64
		columns        int
		want           string
	}{
		{8, 8, 2, "██"}, {4, 8, 2, "█"}, {3, 8, 2, "▊"}, {1e-9, 8, 2, "▏"}, {0, 8, 2, ""}, {9, 8, 2, "██"}, {1, 0, 2, ""}, {1, 1, 0, ""}, {math.NaN(), 1, 2, ""},
	} {
		if got := picture.TextBar(c.value, c.highest, c.columns); got != c.want {
			t.Errorf("%v of %v: %q, want %q", c.value, c.highest, got, c.want)
		}
	}
}
