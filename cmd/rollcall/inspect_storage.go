package main

import (
	"context"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine/column"
	"github.com/rollcall-db/rollcall/engine/index"
	"github.com/rollcall-db/rollcall/engine/store"
)

// storageJSON is how a version is stored.
type storageJSON struct {
	Keys       keysStoredJSON        `json:"keys"`
	Attributes []attributeStoredJSON `json:"attributes"` // as in the schema
	Behaviors  []behaviorStoredJSON  `json:"behaviors"`  // as in the schema
}

type keysStoredJSON struct {
	Name        string `json:"name"`      // of the key column
	StoredAs    string `json:"stored_as"` // Arrow type; empty: there are no rows
	ValuesBytes int64  `json:"values_bytes"`
	TableBytes  int64  `json:"table_bytes"` // from key to row
	LiveBytes   int64  `json:"live_bytes"`  // which rows are customers; 0: all are
}

type attributeStoredJSON struct {
	Name         string  `json:"name"`
	StoredAs     string  `json:"stored_as"` // Arrow type; empty: there are no rows
	ValuesBytes  int64   `json:"values_bytes"`
	IndexBytes   int64   `json:"index_bytes"`   // of the value index; 0: there is none
	OrderedBytes int64   `json:"ordered_bytes"` // of the ordered index; 0: there is none
	GramsBytes   int64   `json:"grams_bytes"`   // of the gram index; 0: there is none
	ZonesBytes   int64   `json:"zones_bytes"`   // of the zone map; 0: there is none
	BytesPerRow  float64 `json:"bytes_per_row"`
}

type behaviorStoredJSON struct {
	Name          string              `json:"name"`
	EventsBytes   int64               `json:"events_bytes"`
	TimelineBytes int64               `json:"timeline_bytes"`
	PostingsBytes int64               `json:"postings_bytes"`
	RanksBytes    int64               `json:"ranks_bytes"`     // 0: there are none
	BytesPerEvent float64             `json:"bytes_per_event"` // of all four, by event that is stored
	Parts         []partStoredJSON    `json:"parts"`           // oldest first
	Columns       []eventColumnStored `json:"columns"`
	OtherBytes    int64               `json:"other_bytes"` // of EventsBytes, those of no column: dictionaries, tables of contents
	OtherPerEvent float64             `json:"other_bytes_per_event"`
}

type partStoredJSON struct {
	Version       uint64  `json:"version"` // that wrote it
	Events        uint64  `json:"events"`
	Undated       uint64  `json:"undated"`
	First         *string `json:"first"` // null: no event has a time
	Last          *string `json:"last"`
	EventsBytes   int64   `json:"events_bytes"`
	TimelineBytes int64   `json:"timeline_bytes"`
	PostingsBytes int64   `json:"postings_bytes"` // 0: there are none
}

// eventColumnStored is a column of all parts of a behavior.
type eventColumnStored struct {
	Name          string         `json:"name"`  // "rows", "time", or the field's
	Field         bool           `json:"field"` // it is a field's
	Bytes         int64          `json:"bytes"`
	BytesPerEvent float64        `json:"bytes_per_event"`
	Encodings     []encodingJSON `json:"encodings"` // in the order of their first blocks
}

type encodingJSON struct {
	Encoding string `json:"encoding"`
	Blocks   int    `json:"blocks"` // of all parts
	Bytes    int64  `json:"bytes"`
}

// storageReader finds out how a version is stored.
type storageReader struct {
	*inspected
	loc   *time.Location
	show  func(what, unit string, done, total int64)
	found storageJSON
}

func (r *storageReader) read(ctx context.Context) (err error) {
	s := r.Schema()
	r.found = storageJSON{Attributes: []attributeStoredJSON{}, Behaviors: []behaviorStoredJSON{}}
	r.found.Keys = keysStoredJSON{
		Name: s.KeyColumn, ValuesBytes: r.size(store.KeysFile), TableBytes: r.size(store.KeyTableFile), LiveBytes: r.size(store.LiveFile),
	}
	if r.found.Keys.StoredAs, err = r.storedAs(r.Keys(), store.KeysFile); err != nil {
		return err
	}
	for i := range s.Attributes {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.attribute(i); err != nil {
			return err
		}
	}
	for i := range s.Behaviors {
		if err := r.behavior(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// size returns the size of a file, 0 where the version has none of that name.
func (r *storageReader) size(name string) int64 {
	info, _ := r.Manifest().File(name)
	return info.Size
}

// attribute notes how attribute i is stored.
func (r *storageReader) attribute(i int) (err error) {
	directory, bitmaps := store.AttributeIndexFiles(i)
	a := attributeStoredJSON{
		Name: r.Schema().Attributes[i].Name, ValuesBytes: r.size(store.AttributeFile(i)),
		IndexBytes: r.size(directory) + r.size(bitmaps), ZonesBytes: r.size(store.AttributeZonesFile(i)),
		OrderedBytes: r.size(store.AttributeOrderedFile(i)), GramsBytes: r.size(store.AttributeGramsFile(i)),
	}
	a.BytesPerRow = ratio(a.ValuesBytes+a.IndexBytes+a.OrderedBytes+a.GramsBytes+a.ZonesBytes, uint64(r.Rows()))
	a.StoredAs, err = r.storedAs(r.Attribute(i), store.AttributeFile(i))
	r.found.Attributes = append(r.found.Attributes, a)
	return err
}

// storedAs returns the Arrow type of a column; empty where there are no rows.
func (r *storageReader) storedAs(c *column.Column, name string) (string, error) {
	if r.Blocks() == 0 {
		return "", nil
	}
	if _, err := c.Block(0); err != nil { // then what follows reads what has been checked
		return "", err
	}
	t, err := r.arrowType(name)
	if err != nil {
		return "", err
	}
	return t.String(), nil
}

// behavior notes how behavior i is stored.
func (r *storageReader) behavior(ctx context.Context, i int) error {
	b := behaviorStoredJSON{Name: r.Schema().Behaviors[i].Name, Parts: []partStoredJSON{}}
	events := uint64(0)
	for p, info := range r.Manifest().Behaviors[i].Parts {
		directory, bitmaps := store.PartIndexFiles(i, p)
		part := partStoredJSON{
			Version: info.Version, Events: info.Events, Undated: info.Undated,
			First: ask.TimeOrNil(ask.MicrosIn(info.First, r.loc)), Last: ask.TimeOrNil(ask.MicrosIn(info.Last, r.loc)),
			EventsBytes: r.size(store.PartFile(i, p)), TimelineBytes: r.size(directory) + r.size(bitmaps) + r.size(store.PartLevelsFile(i, p)),
			PostingsBytes: r.size(store.PostingsFile(i, p)),
		}
		b.Parts = append(b.Parts, part)
		b.EventsBytes += part.EventsBytes
		b.TimelineBytes += part.TimelineBytes
		b.PostingsBytes += part.PostingsBytes
		events += info.Events
	}
	b.RanksBytes = r.size(store.RanksFile(i))
	b.BytesPerEvent = ratio(b.EventsBytes+b.TimelineBytes+b.PostingsBytes+b.RanksBytes, events)
	var err error
	b.Columns, err = r.eventColumns(ctx, i)
	b.OtherBytes = b.EventsBytes
	for c := range b.Columns {
		b.Columns[c].BytesPerEvent = ratio(b.Columns[c].Bytes, events)
		b.OtherBytes -= b.Columns[c].Bytes
	}
	b.OtherPerEvent = ratio(b.OtherBytes, events)
	r.found.Behaviors = append(r.found.Behaviors, b)
	return err
}

// eventColumns notes how the columns of the events of behavior i are stored.
func (r *storageReader) eventColumns(ctx context.Context, i int) ([]eventColumnStored, error) {
	columns := []eventColumnStored{{Name: "rows"}, {Name: "time"}}
	for _, f := range r.Schema().Behaviors[i].Fields {
		columns = append(columns, eventColumnStored{Name: f.Name, Field: true})
	}
	for c := range columns {
		columns[c].Encodings = []encodingJSON{}
	}
	for block := range r.Blocks() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		stored, err := r.Events(i).Block(block)
		if err != nil {
			return nil, err
		}
		for _, part := range stored.Parts {
			sections, err := part.Sections()
			if err != nil {
				return nil, err
			}
			for c, section := range sections {
				columns[c].add(section)
			}
		}
		r.show("read "+r.Schema().Behaviors[i].Name, "blocks", int64(block)+1, int64(r.Blocks()))
	}
	return columns, nil
}

// add counts a block of the column.
func (c *eventColumnStored) add(s index.Section) {
	size := int64(s.SizeBytes)
	c.Bytes += size
	for i := range c.Encodings {
		if e := &c.Encodings[i]; e.Encoding == s.Encoding {
			e.Blocks++
			e.Bytes += size
			return
		}
	}
	c.Encodings = append(c.Encodings, encodingJSON{Encoding: s.Encoding, Blocks: 1, Bytes: size})
}

// ratio returns x / n, 0 where n is.
func ratio(x int64, n uint64) float64 {
	if n == 0 {
		return 0
	}
	return float64(x) / float64(n)
}
