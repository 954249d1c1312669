package index

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// TestPostingBytes shows the sections of the postings of a few events byte by byte, as
// docs/format.md describes them.
func TestPostingBytes(t *testing.T) {
	datadriven.RunTest(t, "testdata/postings", func(t *testing.T, d *datadriven.TestData) string {
		if d.Cmd != "postings" {
			t.Fatalf("unknown command %q", d.Cmd)
		}
		m := writePostings(t, fewFields, 2, write(t, fewEvents()), everyPosting)
		places := make([]place, 0, len(m))
		for at := range m {
			places = append(places, at)
		}
		slices.SortFunc(places, func(x, y place) int {
			if x.tag != y.tag {
				return int(x.tag) - int(y.tag)
			}
			return int(x.index) - int(y.index)
		})
		var b strings.Builder
		for _, at := range places {
			fmt.Fprintf(&b, "tag %d, index %d: %s\n", at.tag, at.index, PostingsSectionName(fewFields, at.tag, at.index))
			for off, data := 0, m[at]; len(data) > 0; off += 8 {
				n := min(8, len(data))
				fmt.Fprintf(&b, "  %02x: % x\n", off, data[:n])
				data = data[n:]
			}
		}
		return b.String()
	})
}
