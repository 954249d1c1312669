package keys

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/rollcall-db/rollcall/engine/column"
)

// TestGolden runs the golden files of testdata/table. A case is
//
//	strings|ints [chunk=N]
//	a key, a line; strings as Go strings; NULL
//	----
//	the bytes of every section with their meaning
func TestGolden(t *testing.T) {
	datadriven.Walk(t, "testdata/table", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			chunkKeys := maxChunkKeys
			if d.HasArg("chunk") {
				d.ScanArgs(t, "chunk", &chunkKeys)
			}
			lines := strings.Split(d.Input, "\n")
			if d.Input == "" {
				lines = nil
			}
			c := goldenColumn(t, d.Cmd, lines)
			s := sections{}
			if err := writeTable(c, len(lines), s.add, hashes, uint64(chunkKeys)); err != nil {
				return err.Error()
			}
			return annotate(t, s)
		})
	})
}

// goldenColumn reads the keys of a case.
func goldenColumn(t *testing.T, kind string, lines []string) *column.Column {
	t.Helper()
	var ints []int64
	var texts []string
	var isNull []bool
	for _, line := range lines {
		text := line
		isNull = append(isNull, text == "NULL")
		if text == "NULL" {
			text = "0"
			if kind == "strings" {
				text = `""`
			}
		}
		var err error
		if kind == "ints" {
			var x int64
			x, err = strconv.ParseInt(text, 10, 64)
			ints = append(ints, x)
		} else {
			var s string
			s, err = strconv.Unquote(text)
			texts = append(texts, s)
		}
		if err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
	}
	null := func(row int) bool { return isNull[row] }
	if kind == "ints" {
		return newColumn(ints, null, blockRows)
	}
	return newColumn(texts, null, blockRows)
}

// annotate writes every field of the sections: offset, bytes, meaning.
func annotate(t *testing.T, s sections) string {
	var out strings.Builder
	h, err := parseHeader(s[place{tagHeader, 0}])
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range s.places() {
		fmt.Fprintf(&out, "section %d of tag %d, %d bytes\n", p.index, p.tag, len(s[p]))
		data, at := s[p], 0
		field := func(n int, format string, args ...any) {
			fmt.Fprintf(&out, "  %02x: %-23x # %s\n", at, data[at:at+n], fmt.Sprintf(format, args...))
			at += n
		}
		switch p.tag {
		case tagHeader:
			field(8, "keys: %d", h.count)
			field(8, "rows: %d", h.rows)
			field(4, "kind: %s", map[uint32]string{kindString: "string", kindInt: "whole number"}[h.kind])
			field(4, "bits of a bucket: %d", h.bucketBits)
			field(4, "bits of a chunk: %d", h.chunkBits)
			field(4, "zero")
		case tagDirectory:
			for i := range h.numBuckets() {
				field(4, "bucket %d starts at entry %d", i, binary.LittleEndian.Uint32(data[at:]))
			}
			field(4, "end: %d", binary.LittleEndian.Uint32(data[at:]))
		case tagEntries:
			annotateEntries(s[place{tagDirectory, p.index}], data, field)
		}
		if at != len(data) {
			t.Fatalf("section %d of tag %d has %d bytes, of which %d are explained", p.index, p.tag, len(data), at)
		}
	}
	return out.String()
}

func annotateEntries(directory, entries []byte, field func(n int, format string, args ...any)) {
	var starts []int
	for ; len(directory) > 0; directory = directory[startBytes:] {
		starts = append(starts, int(binary.LittleEndian.Uint32(directory)))
	}
	for i := range len(entries) / entryBytes {
		entry := binary.LittleEndian.Uint64(entries[entryBytes*i:])
		bucket, _ := slices.BinarySearch(starts, i+1)
		field(entryBytes, "bucket %d: check %08x, row %d", bucket-1, entry>>32, uint32(entry))
	}
}
