package store

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/keys"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// opener finds the files of a snapshot among those mapped, and remembers one
// that is missing. What it makes of them reads nothing before its first use, and
// holds on to no snapshot: it may serve later ones, too.
type opener struct {
	s       *Snapshot
	prev    *Snapshot // open beside it, to take over what is the same; nil: none
	missing error
}

// open finds the files of every column and index, of which prev, unless nil, may
// have some open. After an error nothing of s may be used whose file is missing.
func (s *Snapshot) open(prev *Snapshot) error {
	o := &opener{s: s, prev: prev}
	s.opened = map[openedKey]any{}
	schema := s.manifest.Schema
	s.keys = o.column(KeysFile, schema.KeyType)
	s.dictionary = o.dictionary()
	if s.manifest.Customers < s.manifest.Rows {
		s.live = o.live()
	}
	for i, a := range schema.Attributes {
		s.attributes = append(s.attributes, o.attribute(i, a.Type))
	}
	for i, b := range schema.Behaviors {
		s.behaviors = append(s.behaviors, o.behavior(i, b.Fields))
	}
	return o.missing
}

// file returns a mapped file.
func (o *opener) file(name string) *mapping {
	f := o.s.files[name]
	if f == nil {
		o.missing = o.s.missing(name)
	}
	return f
}

// openedKey says what something opened is made of: of two versions, those with
// equal keys are the same.
type openedKey struct {
	kind  openedKind
	files [2]*mapping
	typ   model.Type
	n     int // rows or customers, where it matters
}

// openedKind is what something opened is.
type openedKind int

const (
	openedColumn openedKind = iota
	openedDictionary
	openedLive
	openedValues
	openedZones
	openedSections
	openedTimeline
	openedLevels
	openedOrdered
	openedGrams
)

// shared returns what the version before has opened by that key, or opens it.
func shared[T any](o *opener, key openedKey, open func() *T) *T {
	var v *T
	if o.prev != nil {
		v, _ = o.prev.opened[key].(*T)
	}
	if v == nil {
		v = open()
	}
	o.s.opened[key] = v
	return v
}

// column returns a column of a record batch per block of rows.
func (o *opener) column(name string, t model.Type) *column.Column {
	file, blocks, rows := o.file(name), o.s.Blocks(), o.s.Rows()
	return shared(o, openedKey{kind: openedColumn, files: [2]*mapping{file}, typ: t, n: rows}, func() *column.Column {
		return column.NewColumn(t, &table{mapping: file, batches: blocks, rows: func(i int) int { return blockRows(rows, i) }})
	})
}

// dictionary returns the dictionary of the keys, which have been opened.
func (o *opener) dictionary() *column.Lazy[keys.Dictionary] {
	stored, table, rows := o.s.keys, o.sections(KeyTableFile), o.s.Rows()
	key := openedKey{kind: openedDictionary, files: [2]*mapping{table.mapping, o.file(KeysFile)}, typ: stored.Type(), n: rows}
	return shared(o, key, func() *column.Lazy[keys.Dictionary] {
		return lazyOne(func() (*keys.Dictionary, error) {
			file, err := table.file.At(0)
			if err != nil {
				return nil, err
			}
			return keys.Open(stored, rows, file)
		})
	})
}

// directory returns a table of one record batch.
func directory(file *mapping) *table { return &table{mapping: file, batches: 1} }

// sections returns a file of sections.
func (o *opener) sections(name string) *sections {
	file := o.file(name)
	return shared(o, openedKey{kind: openedSections, files: [2]*mapping{file}}, func() *sections { return newSections(file) })
}

// lazyOne returns a value that is made on first use.
func lazyOne[T any](load func() (*T, error)) *column.Lazy[T] {
	return column.NewLazy(1, func(int) (*T, error) { return load() })
}

// live returns the bitmap of live rows.
func (o *opener) live() *column.Lazy[bitmap.View] {
	file, customers := o.file(LiveFile), o.s.manifest.Customers
	return shared(o, openedKey{kind: openedLive, files: [2]*mapping{file}, n: int(customers)}, func() *column.Lazy[bitmap.View] {
		return lazyOne(func() (*bitmap.View, error) { return openLive(file, customers) })
	})
}

// openLive reads the bitmap of live rows.
func openLive(file *mapping, customers uint64) (*bitmap.View, error) {
	data, err := file.all()
	if err != nil {
		return nil, err
	}
	view, err := bitmap.Parse(data)
	if err != nil {
		return nil, file.Corrupt(err)
	}
	if n := view.Cardinality(); n != customers {
		return nil, file.corrupt("%d customers, expected %d", n, customers)
	}
	return &view, nil
}

// attribute returns what there is of an attribute.
func (o *opener) attribute(i int, t model.Type) attribute {
	opened := attribute{column: o.column(AttributeFile(i), t)}
	if o.s.manifest.Attributes[i].Indexed {
		opened.values = o.values(i, t)
	}
	if o.s.files[AttributeZonesFile(i)] != nil {
		opened.zones = o.zones(i, t)
	}
	if o.s.files[AttributeOrderedFile(i)] != nil {
		opened.ordered = o.ordered(i, t)
	}
	if o.s.files[AttributeGramsFile(i)] != nil {
		opened.grams = o.grams(i)
	}
	return opened
}

// values returns the value index of an attribute.
func (o *opener) values(i int, t model.Type) *column.Lazy[index.Values] {
	directoryName, bitmapsName := AttributeIndexFiles(i)
	values, bitmaps := o.file(directoryName), o.file(bitmapsName)
	return shared(o, openedKey{kind: openedValues, files: [2]*mapping{values, bitmaps}, typ: t}, func() *column.Lazy[index.Values] {
		return openIndex(directory(values), bitmaps, func(batch arrow.RecordBatch, bitmaps toc.Bytes) (*index.Values, error) {
			return index.OpenValues(t, batch, bitmaps)
		})
	})
}

// zones returns the zone map of an attribute.
func (o *opener) zones(i int, t model.Type) *column.Lazy[index.Zones] {
	file, blocks := o.file(AttributeZonesFile(i)), o.s.Blocks()
	return shared(o, openedKey{kind: openedZones, files: [2]*mapping{file}, typ: t, n: blocks}, func() *column.Lazy[index.Zones] {
		return lazyOne(func() (*index.Zones, error) {
			batch, err := directory(file).Batch(0)
			if err != nil {
				return nil, err
			}
			zones, err := index.OpenZones(t, batch, blocks)
			if err != nil {
				return nil, file.Corrupt(err)
			}
			return zones, nil
		})
	})
}

// behavior returns what there is of a behavior.
func (o *opener) behavior(i int, fields []model.Field) behavior {
	b := behavior{fields: fields}
	for part := range o.s.manifest.Behaviors[i].Parts {
		b.parts = append(b.parts, o.sections(PartFile(i, part)))
		b.postings = append(b.postings, o.postings(i, part))
		b.timelines = append(b.timelines, o.timeline(i, part))
	}
	b.ranks = o.ranks(i, fields)
	o.openAll(&b)
	return b
}

// timeline returns the timeline of one part of a behavior, with its levels where it
// has any.
func (o *opener) timeline(i, part int) *column.Lazy[index.Timeline] {
	directoryName, bitmapsName := PartIndexFiles(i, part)
	days, bitmaps := o.file(directoryName), o.file(bitmapsName)
	plain := shared(o, openedKey{kind: openedTimeline, files: [2]*mapping{days, bitmaps}}, func() *column.Lazy[index.Timeline] {
		return openIndex(directory(days), bitmaps, index.OpenTimeline)
	})
	return o.withLevels(plain, days, o.s.files[PartLevelsFile(i, part)])
}

// openAll opens the events and the timeline of all parts together, unless the
// version before has a behavior of the same parts.
func (o *opener) openAll(b *behavior) {
	if o.prev != nil {
		for _, p := range o.prev.behaviors {
			if o.prev.Rows() == o.s.Rows() && slices.Equal(p.fields, b.fields) && slices.Equal(p.parts, b.parts) && slices.Equal(p.postings, b.postings) {
				b.events = p.events
			}
			if slices.Equal(p.timelines, b.timelines) {
				b.timeline = p.timeline
			}
		}
	}
	if b.events == nil {
		b.events = index.OpenEventsWith(b.fields, o.s.Blocks(), b.parts, b.postings)
	}
	if timelines := b.timelines; b.timeline == nil {
		b.timeline = lazyOne(func() (*index.Timeline, error) { return mergeTimelines(timelines) })
	}
}

// mergeTimelines returns the timeline of all parts.
func mergeTimelines(timelines []*column.Lazy[index.Timeline]) (*index.Timeline, error) {
	parts := make([]*index.Timeline, len(timelines))
	for i, t := range timelines {
		var err error
		if parts[i], err = t.At(0); err != nil {
			return nil, err
		}
	}
	return index.MergeTimelines(parts), nil
}

// openIndex returns the index of two files: the first is read on first use, of the
// second the bitmaps that are asked for.
func openIndex[T any](directory *table, bitmaps *mapping, open func(directory arrow.RecordBatch, bitmaps toc.Bytes) (*T, error)) *column.Lazy[T] {
	return lazyOne(func() (*T, error) {
		batch, err := directory.Batch(0)
		if err != nil {
			return nil, err
		}
		x, err := open(batch, bitmaps)
		if err != nil {
			return nil, directory.Corrupt(err)
		}
		return x, nil
	})
}

// sections is a file of sections that is opened on first use. It implements
// toc.Sections.
type sections struct {
	mapping *mapping
	file    *column.Lazy[toc.File] // one member
}

func newSections(m *mapping) *sections {
	return &sections{mapping: m, file: lazyOne(func() (*toc.File, error) { return toc.Open(m) })}
}

// Section implements toc.Sections.
func (s *sections) Section(tag toc.Tag, index uint32) (data []byte, ok bool, err error) {
	file, err := s.file.At(0)
	if err != nil {
		return nil, false, err
	}
	return file.Section(tag, index)
}

// Corrupt implements toc.Sections.
func (s *sections) Corrupt(reason error) error { return s.mapping.Corrupt(reason) }
