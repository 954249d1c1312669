package index

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/rollcall-db/rollcall/engine/toc"
)

// TestSectionBytes shows the sections of a small part of events byte by byte, as
// docs/format.md describes them; those of the encodings are shown where the
// encodings are.
func TestSectionBytes(t *testing.T) {
	datadriven.RunTest(t, "testdata/sections", func(t *testing.T, d *datadriven.TestData) string {
		c := fewEvents()
		m := write(t, c)
		var b strings.Builder
		switch d.Cmd {
		case "events":
			for i := range c.Rows {
				fmt.Fprintf(&b, "row %d", c.Rows[i])
				for _, v := range append(slices.Clone(c.Values), c.Times) {
					text := "NULL"
					if !v.IsNull(i) {
						text = v.Text(i)
					}
					fmt.Fprintf(&b, ", %s", text)
				}
				b.WriteByte('\n')
			}
		case "sections":
			writeSections(t, &b, m)
		}
		return b.String()
	})
}

// writeSections writes the bytes of all sections by tag and index.
func writeSections(t *testing.T, b *strings.Builder, m inMemory) {
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
	encodings := map[string]string{}
	events := OpenEvents(fewFields, 2, []toc.Sections{m})
	for block := range 2 {
		e, err := events.Block(block)
		if err != nil {
			t.Fatal(err)
		}
		sections, err := e.Parts[0].Sections()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range sections {
			encodings[s.Name] = s.Encoding
		}
	}
	for _, at := range places {
		name := SectionName(fewFields, at.tag, at.index)
		fmt.Fprintf(b, "tag %d, index %d: %s\n", at.tag, at.index, name)
		writeSection(b, at.tag, m[at], encodings[name])
	}
}

// writeSection writes the bytes of a section with what they mean.
func writeSection(b *strings.Builder, tag toc.Tag, data []byte, encoding string) {
	at := 0
	line := func(n int, meaning string) {
		if meaning != "" {
			meaning = "  # " + meaning
		}
		fmt.Fprintf(b, "  %02x: % x%s\n", at, data[at:at+n], meaning)
		at += n
	}
	rest := func(meaning string) {
		for at < len(data) {
			line(min(8, len(data)-at), meaning)
			meaning = ""
		}
	}
	switch tag {
	case tagRows:
		for at < len(data) {
			line(2, fmt.Sprintf("event %d is of row %d of the block", at/2, binary.LittleEndian.Uint16(data[at:])))
		}
	case tagTime:
		line(8, fmt.Sprintf("%d dated events", binary.LittleEndian.Uint64(data)))
		rest("their times: " + encoding)
	case tagDictionary:
		line(8, fmt.Sprintf("%d texts", binary.LittleEndian.Uint64(data)))
		rest("the texts: where each ends, then their bytes")
	default:
		rest("values: " + encoding)
	}
}
