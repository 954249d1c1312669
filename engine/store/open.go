package store

import (
	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/keys"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/toc"
)

// opener finds the files of a snapshot among those mapped, and remembers one
// that is missing. What it makes of them reads nothing before its first use.
type opener struct {
	s       *Snapshot
	missing error
}

// open finds the files of every column and index. After an error nothing of s
// may be used whose file is missing.
func (s *Snapshot) open() error {
	o := &opener{s: s}
	schema, rows := s.manifest.Schema, s.Rows()
	s.keys = column.NewColumn(schema.KeyType, o.blocks(KeysFile))
	hashes := o.sections(KeyTableFile)
	s.dictionary = lazyOne(func() (*keys.Dictionary, error) {
		file, err := hashes.file.At(0)
		if err != nil {
			return nil, err
		}
		return keys.Open(s.keys, rows, file)
	})
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

// blocks returns a table of a record batch per block of rows.
func (o *opener) blocks(name string) *table {
	return &table{mapping: o.file(name), batches: o.s.Blocks(), rows: o.s.BlockRows}
}

// directory returns a table of one record batch.
func (o *opener) directory(name string) *table { return &table{mapping: o.file(name), batches: 1} }

// sections returns a file of sections.
func (o *opener) sections(name string) *sections { return newSections(o.file(name)) }

// lazyOne returns a value that is made on first use.
func lazyOne[T any](load func() (*T, error)) *column.Lazy[T] {
	return column.NewLazy(1, func(int) (*T, error) { return load() })
}

// live returns the bitmap of live rows.
func (o *opener) live() *column.Lazy[bitmap.View] {
	file, customers := o.file(LiveFile), o.s.manifest.Customers
	return lazyOne(func() (*bitmap.View, error) {
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
	})
}

// attribute returns what there is of an attribute.
func (o *opener) attribute(i int, t model.Type) attribute {
	opened := attribute{column: column.NewColumn(t, o.blocks(AttributeFile(i)))}
	if o.s.manifest.Attributes[i].Indexed {
		directory, bitmaps := AttributeIndexFiles(i)
		opened.values = openIndex(o.directory(directory), o.file(bitmaps), func(batch arrow.RecordBatch, bitmaps []byte) (*index.Values, error) {
			return index.OpenValues(t, batch, bitmaps)
		})
	}
	if o.s.files[AttributeZonesFile(i)] != nil {
		file, blocks := o.directory(AttributeZonesFile(i)), o.s.Blocks()
		opened.zones = lazyOne(func() (*index.Zones, error) {
			batch, err := file.Batch(0)
			if err != nil {
				return nil, err
			}
			zones, err := index.OpenZones(t, batch, blocks)
			if err != nil {
				return nil, file.Corrupt(err)
			}
			return zones, nil
		})
	}
	return opened
}

// behavior returns what there is of a behavior.
func (o *opener) behavior(i int, fields []model.Field) behavior {
	var events []toc.Sections
	var timelines []*column.Lazy[index.Timeline]
	for part := range o.s.manifest.Behaviors[i].Parts {
		directory, bitmaps := PartIndexFiles(i, part)
		events = append(events, o.sections(PartFile(i, part)))
		timelines = append(timelines, openIndex(o.directory(directory), o.file(bitmaps), index.OpenTimeline))
	}
	return behavior{
		parts:  events,
		events: index.OpenEvents(fields, o.s.Blocks(), events),
		timeline: lazyOne(func() (*index.Timeline, error) {
			parts := make([]*index.Timeline, len(timelines))
			for i, t := range timelines {
				var err error
				if parts[i], err = t.At(0); err != nil {
					return nil, err
				}
			}
			return index.MergeTimelines(parts), nil
		}),
	}
}

// openIndex returns the index of two files, which are read on first use.
func openIndex[T any](directory *table, bitmaps *mapping, open func(directory arrow.RecordBatch, bitmaps []byte) (*T, error)) *column.Lazy[T] {
	return lazyOne(func() (*T, error) {
		batch, err := directory.Batch(0)
		if err != nil {
			return nil, err
		}
		data, err := bitmaps.all()
		if err != nil {
			return nil, err
		}
		x, err := open(batch, data)
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
