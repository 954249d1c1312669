package toc

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// memory implements Bytes with bytes that nobody checks.
type memory []byte

func (m memory) Len() int64 { return int64(len(m)) }

func (m memory) Range(off, n int64) ([]byte, error) {
	if off < 0 || n < 0 || off > m.Len() || n > m.Len()-off {
		return nil, fmt.Errorf("range of %d bytes at %d, of %d", n, off, m.Len())
	}
	return m[off : off+n], nil
}

func (m memory) Corrupt(reason error) error { return fmt.Errorf("memory: %w", reason) }

// section is a section to write.
type section struct {
	tag   Tag
	index uint32
	data  []byte
}

// write returns the file of some sections.
func write(t testing.TB, sections ...section) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sections {
		if err := w.Add(s.tag, s.index, s.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func open(t testing.TB, data []byte) *File {
	t.Helper()
	f, err := Open(memory(data))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var some = []section{
	{7, 1, []byte("seven one")},
	{2, 0, bytes.Repeat([]byte{1}, 5000)},
	{7, 0, nil},
	{1 << 31, 1 << 31, []byte("last")},
	{2, 9, bytes.Repeat([]byte{2}, 4096)},
}

func TestRoundTrip(t *testing.T) {
	f := open(t, write(t, some...))
	if err := f.Check(); err != nil {
		t.Error(err)
	}
	for _, s := range some {
		data, ok, err := f.Section(s.tag, s.index)
		if err != nil || !ok || !bytes.Equal(data, s.data) {
			t.Errorf("section %d of tag %d: %d bytes, %v, %v", s.index, s.tag, len(data), ok, err)
		}
		off, size, ok := f.Place(s.tag, s.index)
		if !ok || size != int64(len(s.data)) || off%8 != 0 || size >= 4096 && off%64 != 0 {
			t.Errorf("section %d of tag %d is at %d, %d bytes, %v", s.index, s.tag, off, size, ok)
		}
	}
	want := "2/0 2/9 7/0 7/1 2147483648/2147483648"
	var got []string
	for e := range f.Entries() {
		got = append(got, fmt.Sprintf("%d/%d", e.Tag, e.Index))
	}
	if strings.Join(got, " ") != want {
		t.Errorf("entries %s, want %s", got, want)
	}
}

// TestAbsent asks for sections that a file does not have.
func TestAbsent(t *testing.T) {
	for _, data := range [][]byte{write(t), write(t, some...)} {
		f := open(t, data)
		for _, s := range []section{{tag: 1}, {tag: 2, index: 1}, {tag: 8}, {tag: 1<<32 - 1, index: 1<<32 - 1}} {
			if off, size, ok := f.Place(s.tag, s.index); ok || off != 0 || size != 0 {
				t.Errorf("section %d of tag %d is at %d, %d bytes", s.index, s.tag, off, size)
			}
			if data, ok, err := f.Section(s.tag, s.index); ok || err != nil || data != nil {
				t.Errorf("section %d of tag %d: %q, %v", s.index, s.tag, data, err)
			}
		}
	}
}

// TestUnknownTags reads a file of a later writer, which has sections that this
// reader does not ask for, as it reads one without them.
func TestUnknownTags(t *testing.T) {
	known := section{2, 0, []byte("known")}
	f := open(t, write(t, section{1 << 20, 0, []byte("of later")}, known, section{1, 4, []byte("of later")}))
	if data, ok, err := f.Section(2, 0); err != nil || !ok || string(data) != "known" {
		t.Errorf("%q, %v, %v", data, ok, err)
	}
	if err := f.Check(); err != nil {
		t.Error(err)
	}
}

func TestAddTwice(t *testing.T) {
	w, err := NewWriter(&bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.Add(3, 4, nil); err != nil {
			t.Fatal(err)
		}
	}
	const want = "section 4 of tag 3 was added twice"
	if err := w.Close(); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestOpenErrors spoils a file of one section of 3 bytes: the table is at 24, the
// footer at 48, and the file has 80 bytes.
func TestOpenErrors(t *testing.T) {
	for _, c := range []struct {
		spoil func(data []byte) []byte
		want  string
	}{
		{func(d []byte) []byte { return d[:47] }, "47 bytes, expected at least 48"},
		{func(d []byte) []byte { return set(d, 0, 'R') }, `starts with "Rollcall", expected "rollcall"`},
		{func(d []byte) []byte { return set(d, 8, 2) }, "layout version 2, expected 1"},
		{func(d []byte) []byte { return set(d, 79, 'R') }, `ends with "llaclloR", expected "llacllor"`},
		{func(d []byte) []byte { return set(d, 48, 32) }, "table of 1 entries at 32, which does not end at 48"},
		{func(d []byte) []byte { return set(d, 56, 2) }, "table of 2 entries at 24, which does not end at 48"},
		{func(d []byte) []byte { return set(d, 63, 255) }, "table of 18374686479671623681 entries at 24, which does not end at 48"},
		{func(d []byte) []byte { return set(d, 24, 6) }, "checksum of the table is 14657488e1b28c3a, expected 11ce447e83e1409e"},
	} {
		_, err := Open(memory(c.spoil(write(t, section{5, 6, []byte("abc")}))))
		if err == nil || err.Error() != "memory: "+c.want {
			t.Errorf("%v, want memory: %s", err, c.want)
		}
	}
}

// set puts a byte into data.
func set(data []byte, at int, b byte) []byte {
	data[at] = b
	return data
}

// TestTableErrors writes tables that are wrong, with checksums that are right.
func TestTableErrors(t *testing.T) {
	for _, c := range []struct {
		entries []Entry
		want    string
	}{
		{[]Entry{{1, 0, 12, 4}}, "section 0 of tag 1 is at 12, expected a multiple of 8"},
		{[]Entry{{1, 0, 8, 4}}, "section 0 of tag 1 has 4 bytes at 8, beyond 16 to 32"},
		{[]Entry{{1, 0, 16, 17}}, "section 0 of tag 1 has 17 bytes at 16, beyond 16 to 32"},
		{[]Entry{{1, 0, 40, 0}}, "section 0 of tag 1 has 0 bytes at 40, beyond 16 to 32"},
		{[]Entry{{1, 0, -8, 0}}, "section 0 of tag 1 has 0 bytes at 18446744073709551608, beyond 16 to 32"},
		{[]Entry{{1, 0, 16, -8}}, "section 0 of tag 1 has 18446744073709551608 bytes at 16, beyond 16 to 32"},
		{[]Entry{{1, 1, 16, 8}, {1, 1, 24, 8}}, "entry 1 of the table is section 1 of tag 1, after section 1 of tag 1"},
		{[]Entry{{2, 0, 16, 8}, {1, 1, 24, 8}}, "entry 1 of the table is section 1 of tag 1, after section 0 of tag 2"},
	} {
		_, err := Open(memory(forge(t, c.entries)))
		if err == nil || err.Error() != "memory: "+c.want {
			t.Errorf("%v, want memory: %s", err, c.want)
		}
	}
}

// forge writes a file with 16 bytes for sections and any entries.
func forge(t testing.TB, entries []Entry) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.write(make([]byte, 16)); err != nil {
		t.Fatal(err)
	}
	if err := w.finish(entries); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestCheckErrors opens files that can be read, and that no writer writes.
func TestCheckErrors(t *testing.T) {
	for _, c := range []struct {
		data []byte
		want string
	}{
		{forge(t, []Entry{{1, 0, 16, 8}, {1, 1, 16, 8}}), "section 1 of tag 1 is at 16, expected 24"},
		{forge(t, []Entry{{1, 0, 24, 8}}), "section 0 of tag 1 is at 24, expected 16"},
		{set(write(t, section{1, 0, []byte("abc")}), 20, 7), "byte 20 is 7, expected 0 between sections"},
		{slices.Concat(write(t)[:16], make([]byte, 64), shifted(t)), "nothing is said of the bytes 16 to 79"},
	} {
		err := open(t, c.data).Check()
		if err == nil || err.Error() != "memory: "+c.want {
			t.Errorf("%v, want memory: %s", err, c.want)
		}
	}
}

// shifted returns the footer of a file whose empty table is at 80.
func shifted(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	w := &Writer{w: &out, offset: 80}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var errUnread = errors.New("not read")

// failing implements Bytes, of which the piece from byte 64 on cannot be read.
type failing struct{ memory }

func (f failing) Range(off, n int64) ([]byte, error) {
	if off < 64 {
		return f.memory.Range(off, n)
	}
	return nil, errUnread
}

// TestReadErrors hands the errors of Bytes on.
func TestReadErrors(t *testing.T) {
	if _, err := Open(failing{write(t, some...)}); !errors.Is(err, errUnread) {
		t.Errorf("Open: %v, want %v", err, errUnread)
	}
	f := open(t, write(t, some...))
	f.bytes = failing{f.bytes.(memory)}
	if data, ok, err := f.Section(2, 0); data != nil || ok || !errors.Is(err, errUnread) {
		t.Errorf("Section: %v, %v, %v, want %v", data, ok, err, errUnread)
	}
	if err := f.Check(); !errors.Is(err, errUnread) {
		t.Errorf("Check: %v, want %v", err, errUnread)
	}
}

// TestGolden shows the bytes of files, field by field.
func TestGolden(t *testing.T) {
	datadriven.RunTest(t, "testdata/file", func(t *testing.T, d *datadriven.TestData) string {
		var sections []section
		for _, line := range strings.Split(strings.TrimSpace(d.Input), "\n") {
			var s section
			var n int
			if _, err := fmt.Sscanf(line, "tag=%d index=%d bytes=%d", &s.tag, &s.index, &n); err != nil {
				continue // no section
			}
			s.data = bytes.Repeat([]byte{0xab}, n)
			sections = append(sections, s)
		}
		return annotate(t, write(t, sections...))
	})
}

// annotate writes the bytes of a file with what they mean.
func annotate(t testing.TB, data []byte) string {
	t.Helper()
	f := open(t, data)
	var out strings.Builder
	at := 0
	field := func(n int, meaning string, args ...any) {
		shown := data[at : at+n]
		if more := n - 24; more > 0 {
			shown = shown[:24]
			meaning += fmt.Sprintf(", %d more bytes", more)
		}
		fmt.Fprintf(&out, "%06d: %-48x # %s\n", at, shown, fmt.Sprintf(meaning, args...))
		at += n
	}
	field(8, "magic")
	field(4, "version")
	field(4, "zero")
	entries := slices.Collect(f.Entries())
	slices.SortFunc(entries, func(x, y Entry) int { return int(x.Offset - y.Offset) })
	for _, e := range entries {
		if n := int(e.Offset) - at; n > 0 {
			field(n, "padding")
		}
		if e.Size > 0 {
			field(int(e.Size), "section %d of tag %d", e.Index, e.Tag)
		}
	}
	table := len(data) - footerBytes - f.Len()*entryBytes
	if table > at {
		field(table-at, "padding")
	}
	for range f.Len() {
		field(4, "tag")
		field(4, "index")
		field(8, "offset")
		field(8, "size")
	}
	field(8, "offset of the table")
	field(8, "number of entries")
	field(8, "xxhash64 of the table")
	field(8, "magic")
	return out.String()
}

// FuzzOpen opens arbitrary bytes and reads all that is found.
func FuzzOpen(f *testing.F) {
	f.Add(write(f))
	f.Add(write(f, some...))
	f.Add(forge(f, []Entry{{1, 0, 16, 8}, {1, 1, 16, 8}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Open(memory(data))
		if err != nil {
			return
		}
		n := 0
		for e := range file.Entries() {
			section, ok, err := file.Section(e.Tag, e.Index)
			if !ok || err != nil || int64(len(section)) != e.Size {
				t.Errorf("section %d of tag %d: %d bytes, %v, %v, want %d bytes", e.Index, e.Tag, len(section), ok, err, e.Size)
			}
			n++
		}
		if n != file.Len() {
			t.Errorf("%d sections, want %d", n, file.Len())
		}
		_ = file.Check() // whatever it says, it does not panic
	})
}
