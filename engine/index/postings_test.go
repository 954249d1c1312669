package index

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// everyPosting are limits that leave nothing out.
var everyPosting = PostingLimits{Values: maxPostingValues, Events: 1, Bytes: 1 << 20}

// writePostings makes the postings of events of some blocks.
func writePostings(t testing.TB, fields []model.Field, blocks int, events toc.Sections, limits PostingLimits) inMemory {
	t.Helper()
	m := inMemory{}
	w := NewPostingsWriter(fields, limits, m.add)
	opened := OpenEvents(fields, blocks, []toc.Sections{events})
	for i := range blocks {
		b, err := opened.Block(i)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range b.Parts {
			gets, err := GetsPostings(p, limits)
			if err != nil {
				t.Fatal(err)
			}
			before := len(m)
			if err := w.Block(p); err != nil {
				t.Fatal(err)
			}
			if len(m) > before && !gets {
				t.Fatal("a block that gets none has postings")
			}
		}
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	return m
}

// TestPostings compares the events of every value in every span of steps with the
// events themselves.
func TestPostings(t *testing.T) {
	r := rand.New(rand.NewPCG(*seed, 21))
	for i := range 30 {
		n := 1 + r.IntN(4000)
		c := eventsOfEveryType(r, n)
		m := write(t, c)
		postings := writePostings(t, c.Fields, 4, m, everyPosting)
		events := OpenEventsWith(c.Fields, 4, []toc.Sections{m}, []toc.Sections{postings})
		for block := range 4 {
			b, err := events.Block(block)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range b.Parts {
				name := fmt.Sprintf("seed %d, set %d, block %d", *seed, i, block)
				if err := p.CheckPostings(); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				for field := range c.Fields {
					checkPostings(t, r, fmt.Sprintf("%s, field %q", name, c.Fields[field].Name), p, field)
				}
			}
		}
	}
}

// checkPostings compares the postings of a field with the events.
func checkPostings(t *testing.T, r *rand.Rand, name string, p *EventPart, field int) {
	t.Helper()
	x, err := p.Postings(field)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if x == nil {
		return
	}
	var all, values, some Chunk
	all.Load(p, 0, len(p.Rows))
	values.LoadValues(x)
	distinct, err := values.Field(field)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	of, err := all.Field(field)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	lo := r.IntN(len(p.Rows))
	hi := lo + 1 + r.IntN(len(p.Rows)-lo)
	from, to, first, end := x.Steps(lo, hi)
	if first < lo || end > hi || first > end {
		t.Fatalf("%s: steps of %d to %d are %d to %d", name, lo, hi, first, end)
	}
	for value := range x.Values() {
		var want []int
		for i := first; i < end; i++ {
			if of.Value(i) == distinct.Value(value) {
				want = append(want, i)
			}
		}
		at, after := 0, 0
		if from < to {
			at, after = x.Events(value, from, to)
		}
		if after-at != len(want) {
			t.Fatalf("%s: %d events of %v, want %d", name, after-at, distinct.Value(value), len(want))
		}
		some.LoadPostings(x, at, after)
		for other := range p.part.fields {
			checkCopy(t, name, &some, &all, other, want)
		}
	}
}

// checkCopy compares the copy of a field, where there is one, with the events at
// positions.
func checkCopy(t *testing.T, name string, some, all *Chunk, field int, positions []int) {
	t.Helper()
	if has, err := some.postings.HasCopy(field); !has || err != nil {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return
	}
	copies, err := some.Field(field)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	of, err := all.Field(field)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for i, position := range positions {
		if some.Rows[i] != all.Rows[position] || copies.Value(i) != of.Value(position) {
			t.Fatalf("%s: event %d of field %d is %d, %v, want %d, %v", name, i, field,
				some.Rows[i], copies.Value(i), all.Rows[position], of.Value(position))
		}
	}
}

// TestPostingLimits leaves out what is more than the limits allow.
func TestPostingLimits(t *testing.T) {
	c := fewEvents()
	m := write(t, c)
	for _, tc := range []struct {
		limits PostingLimits
		want   string // tags and indexes
	}{
		{PostingLimits{Values: 3, Events: 1, Bytes: 1000},
			"1/0 1/1 65536/0 65536/1 65537/0 65537/1 65538/0 65538/1 65553/0 65553/1 131072/0 131072/1 131073/0 131073/1 131074/0 131074/1"},
		{PostingLimits{Values: 2, Events: 1, Bytes: 1000},
			"1/0 1/1 65536/1 65537/1 65538/1 65553/1 131072/1 131073/1 131074/1"},
		{PostingLimits{Values: 3, Events: 2, Bytes: 1000},
			"1/0 1/1 65536/0 65537/0 65538/0 65553/0 131072/0 131073/0 131074/0"},
		{PostingLimits{Values: 3, Events: 2, Bytes: 15}, "1/0 65536/0 65537/0 65538/0"},
		{PostingLimits{Values: 0, Events: 1, Bytes: 1000}, ""},
		{PostingLimits{Values: 3, Events: 1, Bytes: 0}, ""},
	} {
		var places []place
		for at := range writePostings(t, fewFields, 2, m, tc.limits) {
			places = append(places, at)
		}
		slices.SortFunc(places, func(x, y place) int {
			if x.tag != y.tag {
				return int(x.tag) - int(y.tag)
			}
			return int(x.index) - int(y.index)
		})
		var got bytes.Buffer
		for i, at := range places {
			if i > 0 {
				got.WriteByte(' ')
			}
			fmt.Fprintf(&got, "%d/%d", at.tag, at.index)
		}
		if got.String() != tc.want {
			t.Errorf("%+v: %s, want %s", tc.limits, got.String(), tc.want)
		}
	}
}

// readPostings reads all postings of the few events.
func readPostings(events, postings inMemory) error {
	opened := OpenEventsWith(fewFields, 2, []toc.Sections{events}, []toc.Sections{postings})
	var c Chunk
	for i := range 2 {
		b, err := opened.Block(i)
		if err != nil {
			return err
		}
		for _, p := range b.Parts {
			for field := range fewFields {
				x, err := p.Postings(field)
				if err != nil {
					return err
				}
				if x == nil {
					continue
				}
				c.LoadValues(x)
				if _, err := c.Field(field); err != nil {
					return err
				}
				if err := readCopies(&c, x); err != nil {
					return err
				}
			}
			if err := p.CheckPostings(); err != nil {
				return err
			}
		}
	}
	return nil
}

// readCopies reads the copies of all events of all values.
func readCopies(c *Chunk, x *Postings) error {
	from, to, _, _ := x.Steps(0, len(x.Rows))
	for value := range x.Values() {
		lo, hi := x.Events(value, from, to)
		c.LoadPostings(x, lo, hi)
		for other := range fewFields {
			has, err := x.HasCopy(other)
			if err != nil {
				return err
			}
			if has {
				if _, err := c.Field(other); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// TestSpoiltPostings opens postings of which one section is not what it should be.
func TestSpoiltPostings(t *testing.T) {
	starts := func(values, step uint64, starts ...uint32) []byte {
		b := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, values), step)
		for _, s := range starts {
			b = binary.LittleEndian.AppendUint32(b, s)
		}
		return append(b, make([]byte, -len(b)&7)...)
	}
	const in = "corrupt: "
	for _, c := range []struct {
		kind toc.Tag
		data []byte // nil: the section is missing
		want string
	}{
		{kindStarts, []byte{1}, in + `starts by field "place" of block 0: 1 bytes, expected 16 or more`},
		{kindStarts, starts(0, 512), in + `starts by field "place" of block 0: 0 values in steps of 512`},
		{kindStarts, starts(3, 0), in + `starts by field "place" of block 0: 3 values in steps of 0`},
		{kindStarts, starts(3, 512, 0, 2), in + `starts by field "place" of block 0: 24 bytes, expected 40`},
		{kindStarts, starts(3, 512, 0, 2, 3, 2, 3, 5), in + `starts by field "place" of block 0: the starts are not in order`},
		{kindStarts, starts(3, 512, 0, 3, 2, 2, 3, 4), in + `starts by field "place" of block 0: the starts are not in order`},
		{kindStarts, starts(3, 512, 0, 1, 3, 1, 3, 4), in + `starts by field "place" of block 0: it is not what the events make`},
		{kindPostingRows, []byte{1, 2}, in + `rows by field "place" of block 0: 2 bytes, expected 2 for each of 4 events`},
		{kindPostingRows, nil, in + `rows by field "place" of block 0: it is missing`},
		{kindPostingRows, make([]byte, 8), in + `rows by field "place" of block 0: it is not what the events make`},
		{kindDistinct, nil, in + `values of field "place" in block 0: it is missing`},
		{kindDistinct, []byte{1}, in + `values of field "place" in block 0: column: values of type string: 1 bytes, expected at least 8`},
		{kindCopy0 + 1, []byte{1}, in + `field "spent" by field "place" of block 0: column: values of type number (int64): 1 bytes, expected at least 8`},
	} {
		events := write(t, fewEvents())
		postings := writePostings(t, fewFields, 2, events, everyPosting)
		at := place{postingTag(0, c.kind), 0}
		if postings[at] = c.data; c.data == nil {
			delete(postings, at)
		}
		err := readPostings(events, postings)
		if err == nil || err.Error() != c.want || !errors.Is(err, errCorrupt) {
			t.Errorf("kind %d, %x: %v, want %s", c.kind, c.data, err, c.want)
		}
	}
}

// FuzzOpenPostings feeds arbitrary bytes as one of the sections: what is accepted can
// be read without leaving them.
func FuzzOpenPostings(f *testing.F) {
	events := write(f, fewEvents())
	postings := writePostings(f, fewFields, 2, events, everyPosting)
	for at, data := range postings {
		f.Add(uint32(at.tag), at.index, data)
	}
	f.Fuzz(func(t *testing.T, tag, index uint32, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		spoilt := inMemory{}
		for at, data := range postings {
			spoilt[at] = data
		}
		spoilt[place{toc.Tag(tag), index}] = bytes.Clone(data)
		if err := readPostings(events, spoilt); err != nil && !errors.Is(err, errCorrupt) {
			t.Fatal(err)
		}
		if _, err := OpenEventsWith(fewFields, 2, []toc.Sections{events}, []toc.Sections{spoilt}).HasPostings(0, []int{1}); err != nil {
			t.Fatal(err)
		}
	})
}
