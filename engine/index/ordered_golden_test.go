package index

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
)

// TestOrderedBytes shows the sections of the ordered indexes of small columns byte by
// byte, as docs/format.md describes them; those of encodings and bitmaps are shown
// where these are.
func TestOrderedBytes(t *testing.T) {
	datadriven.RunTest(t, "testdata/ordered", func(t *testing.T, d *datadriven.TestData) string {
		var bins int
		d.ScanArgs(t, "bins", &bins)
		lines := strings.Split(d.Input, "\n")
		values := column.NewBuilder(dayType, len(lines))
		for row, line := range lines {
			if line == "NULL" {
				continue
			}
			day, err := time.Parse(time.DateOnly, line)
			if err != nil {
				t.Fatal(err)
			}
			values.SetInt(row, day.Unix()/86400)
		}
		var b strings.Builder
		writeOrdered(t, &b, orderedOf(t, values, bins, len(lines)))
		return b.String()
	})
}

// writeOrdered writes the bytes of all sections with what they mean.
func writeOrdered(t *testing.T, b *strings.Builder, m inMemory) {
	places := make([]place, 0, len(m))
	for at := range m {
		places = append(places, at)
	}
	slices.SortFunc(places, func(x, y place) int {
		return slices.Compare([]uint32{uint32(x.tag), x.index}, []uint32{uint32(y.tag), y.index})
	})
	for _, at := range places {
		fmt.Fprintf(b, "tag %d, index %d: %s", at.tag, at.index, OrderedSectionName(at.tag, at.index))
		switch data := m[at]; at.tag {
		case tagOrderedHeader:
			b.WriteByte('\n')
			for i, meaning := range []string{"bins", "digits", "base of digit 0", "base of digit 1", "base of digit 2"}[:len(data)/4] {
				fmt.Fprintf(b, "  %02x: % x  # %d: %s\n", 4*i, data[4*i:4*i+4], binary.LittleEndian.Uint32(data[4*i:]), meaning)
			}
		case tagOrderedLeast, tagOrderedGreatest, tagOrderedCounts:
			b.WriteByte('\n')
			for i := 0; i < len(data); i += 8 {
				fmt.Fprintf(b, "  %02x: % x\n", i, data[i:i+8])
			}
		default:
			view, err := bitmap.Parse(data)
			if err != nil {
				t.Fatal(err)
			}
			var w bitmap.Words
			view.OrInto(&w, 0)
			fmt.Fprintf(b, ": rows %v\n", w.AppendRows(nil, 0))
		}
	}
}
