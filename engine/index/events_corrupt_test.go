package index

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/encoding"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// fewFields are those of the events that are spoilt and shown byte by byte.
var fewFields = []model.Field{
	{Name: "place", Type: model.Type{Kind: model.String}},
	{Name: "spent", Type: whole},
}

// fewEvents are five events of two blocks, one of them undated.
func fewEvents() *Collected {
	c := NewCollected(fewFields)
	for _, e := range []struct {
		row         uint32
		time, spent int64 // negative: NULL
		place       string
	}{
		{5, 1_000_000, 10, "home"},
		{3, 2_000_000, 20, ""},
		{5, -1, -1, "park"},
		{7, 2_000_000, 10, "home"},
		{bitmap.BlockRows, 3_000_000, 30, "park"},
	} {
		i := len(c.Rows)
		c.Rows = append(c.Rows, e.row)
		c.Times.Grow(1)
		c.Values[0].Grow(1)
		c.Values[1].Grow(1)
		if e.time >= 0 {
			c.Times.SetInt(i, e.time)
		}
		if e.place != "" {
			c.Values[0].SetString(i, e.place)
		}
		if e.spent >= 0 {
			c.Values[1].SetInt(i, e.spent)
		}
	}
	return c
}

// readAll reads all that is stored of the events of some blocks.
func readAll(fields []model.Field, blocks int, s toc.Sections) error {
	events := OpenEvents(fields, blocks, []toc.Sections{s})
	for i := range blocks {
		b, err := events.Block(i)
		if err != nil {
			return err
		}
		for _, p := range b.Parts {
			if err := p.Check(100); err != nil {
				return err
			}
			if _, err := p.Sections(); err != nil {
				return err
			}
		}
		if err := b.AppendTo(NewCollected(fields), 0, func(uint16, int64, bool) bool { return true }); err != nil {
			return err
		}
	}
	return nil
}

// TestSpoiltSections opens events of which one section is not what it should be.
func TestSpoiltSections(t *testing.T) {
	times := func(dated uint64, times ...int64) []byte {
		return encoding.AppendInts(binary.LittleEndian.AppendUint64(nil, dated), times)
	}
	for _, c := range []struct {
		name string
		at   place
		data []byte // nil: taken out
		want string
	}{
		{"no rows", place{tagRows, 0}, []byte{}, "rows of block 0: 0 bytes, expected 2 for each of one or more events"},
		{"half a row", place{tagRows, 0}, make([]byte, 7), "rows of block 0: 7 bytes, expected 2 for each of one or more events"},
		{"a far row", place{tagRows, 0}, []byte{5, 0, 3, 0, 7, 0, 0, 1}, "rows of block 0: event 3 is of row 256, and the block has 100"},
		{"one row more", place{tagRows, 1}, make([]byte, 4), ""},
		{"no times", place{tagTime, 1}, nil, "times of block 1: it is missing"},
		{"short times", place{tagTime, 1}, make([]byte, 7), "times of block 1: 7 bytes, expected 8 or more"},
		{"many dated", place{tagTime, 0}, times(5), "times of block 0: 5 dated events, expected at most 4"},
		{"disorder", place{tagTime, 0}, times(3, 1, 3, 2), "times of block 0: the times are not in order"},
		{"another number of times", place{tagTime, 0}, times(2, 1, 3, 2), ""},
		{"no field", place{tagField0 + 1, 0}, nil, `field "spent" of block 0: it is missing`},
		{"an empty field", place{tagField0 + 1, 0}, []byte{}, ""},
		{"another field", place{tagField0, 0}, write(t, fewEvents())[place{tagField0 + 1, 0}], ""},
		{"no dictionary", place{tagDictionary, 0}, nil, ""},
		{"an empty dictionary", place{tagDictionary, 0}, make([]byte, 8), ""},
	} {
		m := write(t, fewEvents())
		if m[c.at] = c.data; c.data == nil {
			delete(m, c.at)
		}
		err := readAll(fewFields, 2, m)
		if !errors.Is(err, errCorrupt) || c.want != "" && err.Error() != "corrupt: "+c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

// TestRowsBeyondTheBlock opens events of a row that the last block does not have.
func TestRowsBeyondTheBlock(t *testing.T) {
	events := OpenEvents(fewFields, 2, []toc.Sections{write(t, fewEvents())})
	b, err := events.Block(0)
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range []int{8, bitmap.BlockRows} {
		if err := b.CheckRows(rows); err != nil {
			t.Errorf("%d rows: %v", rows, err)
		}
	}
	want := "corrupt: rows of block 0: event 2 is of row 7, and the block has 7"
	if err := b.CheckRows(7); err == nil || err.Error() != want {
		t.Errorf("7 rows: %v, want %s", err, want)
	}
}

// TestSpoiltFieldIsReadByNobodyElse reads the other field and the times.
func TestSpoiltFieldIsReadByNobodyElse(t *testing.T) {
	m := write(t, fewEvents())
	m[place{tagField0, 0}] = []byte{1, 2, 3}
	b, err := OpenEvents(fewFields, 2, []toc.Sections{m}).Block(0)
	if err != nil {
		t.Fatal(err)
	}
	var c Chunk
	c.Load(b.Parts[0], 0, 4)
	if _, err := c.Time(); err != nil {
		t.Errorf("the times: %v", err)
	}
	if _, err := c.Field(1); err != nil {
		t.Errorf("the other field: %v", err)
	}
	if _, err := c.Field(0); !errors.Is(err, errCorrupt) {
		t.Errorf("the spoilt field: %v, want %v", err, errCorrupt)
	}
}

// TestFailingSections passes on the errors of reading a file.
func TestFailingSections(t *testing.T) {
	for _, at := range []place{{tagRows, 1}, {tagTime, 1}, {tagField0, 1}, {tagField0 + 1, 0}, {tagDictionary, 0}} {
		if err := readAll(fewFields, 2, failing{write(t, fewEvents()), at}); !errors.Is(err, errRead) {
			t.Errorf("%s: %v, want %v", SectionName(fewFields, at.tag, at.index), err, errRead)
		}
	}
}

var errRead = errors.New("cannot be read")

// failing is sections of which one cannot be read.
type failing struct {
	inMemory
	at place
}

func (f failing) Section(tag toc.Tag, index uint32) ([]byte, bool, error) {
	if f.at == (place{tag, index}) {
		return nil, false, errRead
	}
	return f.inMemory.Section(tag, index)
}

// TestSpoiltBytes spoils every byte of every section in turn: no error, or one
// that says that the file is corrupt.
func TestSpoiltBytes(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 7))
	whole := write(t, fewEvents())
	for at, data := range whole {
		for i := range data {
			m := inMemory{}
			for k, v := range whole {
				m[k] = slices.Clone(v)
			}
			m[at][i] ^= byte(1 + r.IntN(255))
			if err := readAll(fewFields, 2, m); err != nil && !errors.Is(err, errCorrupt) {
				t.Fatalf("seed %d: byte %d of the %s: %v", *seed, i, SectionName(fewFields, at.tag, at.index), err)
			}
			m[at] = data[:i]
			if err := readAll(fewFields, 2, m); err != nil && !errors.Is(err, errCorrupt) {
				t.Fatalf("the %s cut at %d: %v", SectionName(fewFields, at.tag, at.index), i, err)
			}
		}
	}
}

// FuzzEvents reads arbitrary sections of one block.
func FuzzEvents(f *testing.F) {
	m := write(f, fewEvents())
	section := func(tag toc.Tag) []byte { return m[place{tag, 0}] }
	f.Add(section(tagRows), section(tagTime), section(tagField0), section(tagField0+1), section(tagDictionary))
	f.Add([]byte{}, []byte{}, []byte{}, []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, rows, times, place0, spent, dictionary []byte) {
		const most = 1 << 12 // events: a few bytes can stand for many equal values
		if len(rows) > 2*most {
			return
		}
		err := readAll(fewFields, 1, inMemory{
			{tagRows, 0}: rows, {tagTime, 0}: times, {tagField0, 0}: place0, {tagField0 + 1, 0}: spent, {tagDictionary, 0}: dictionary,
		})
		if err != nil && !errors.Is(err, errCorrupt) {
			t.Fatal(err)
		}
	})
}
