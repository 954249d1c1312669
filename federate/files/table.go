package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

const (
	batchRows  = 32_768   // of a batch, at most
	stepRows   = 256      // appended between two looks at the size of the text
	batchBytes = 64 << 20 // of text in a batch; a step that passes it ends the batch
)

// table is a table of files, as they were when it was opened. It is not changed
// after that: Text and Only make others, which share its data.
type table struct {
	source *Source
	ref    model.TableRef
	path   string
	parts  []part
	data   data
	schema *arrow.Schema // the columns of data, then the Hive columns
	info   source.Info

	chosen  []int    // positions of the parts whose rows the table has, ascending
	unknown []string // names of parts that it is to have and that are not there
	coded   []string // names of columns whose text is given as numbers of a dictionary
}

// data is what opening the files of one format found.
type data interface {
	// fields gives the columns in the files.
	fields() []arrow.Field
	// rows gives the number of rows of each part.
	rows(part int) int64
	// groups gives the numbers of rows of the pieces of a part that can be read
	// apart from each other: one piece, where it cannot be divided.
	groups(part int) []int64
	// reader starts on pieces of a part. It appends values of fields[i] to builders[k]
	// for i = columns[k].
	reader(pieces span, columns []int, builders []array.Builder) (rowReader, error)
}

// rowReader reads the rows of pieces of one part.
type rowReader interface {
	// read appends up to n rows and returns how many, and io.EOF with the last
	// ones or after them.
	read(n int) (int, error)
	close() error
}

// unsupportedField is the field of a column that cannot be read.
func unsupportedField(reason string) arrow.Field {
	return arrow.Field{Type: arrow.Null, Nullable: true, Metadata: arrow.MetadataFrom(map[string]string{source.UnsupportedKey: reason})}
}

// openTable reads what is needed to know the columns and the rows of a table.
func openTable(ctx context.Context, s *Source, p place, parts []part) (*table, error) {
	t := &table{source: s, ref: p.ref, path: p.path, parts: parts}
	var err error
	switch parts[0].kind {
	case ".parquet":
		t.data, err = openParquet(ctx, parts)
	case ".csv":
		t.data, err = openCSV(ctx, parts)
	default:
		t.data, err = openNDJSON(ctx, parts)
	}
	if err != nil {
		return nil, err
	}
	fields := t.data.fields()
	for _, h := range parts[0].hive {
		for _, f := range fields {
			if f.Name == h.key {
				return nil, &source.ReadError{Path: parts[0].path, Column: h.key, Err: errors.New("is both in the file and in the name of a folder")}
			}
		}
		fields = append(fields[:len(fields):len(fields)], arrow.Field{Name: h.key, Type: arrow.BinaryTypes.String, Nullable: true})
	}
	t.schema = arrow.NewSchema(fields, nil)
	t.info.Location = p.path
	for i := range parts {
		t.chosen = append(t.chosen, i)
	}
	t.count()
	return t, nil
}

// Text implements [source.Texter] for CSV files.
func (t *table) Text(column string) (source.Table, bool) {
	d, ok := t.data.(*csvData)
	if !ok {
		return nil, false
	}
	i := slices.IndexFunc(d.columns, func(f arrow.Field) bool { return f.Name == column })
	if i < 0 {
		return nil, false
	}
	text := *t
	columns := slices.Clone(d.columns)
	columns[i] = arrow.Field{Name: column, Type: arrow.BinaryTypes.String, Nullable: true}
	text.data = &csvData{parts: d.parts, columns: columns, nRows: d.nRows}
	fields := slices.Clone(t.schema.Fields())
	fields[i] = columns[i]
	text.schema = arrow.NewSchema(fields, nil)
	return &text, true
}

// Ref returns the table's name as spelled on disk.
func (t *table) Ref() model.TableRef { return t.ref }

// Schema returns the columns of the files, then those of Hive folders.
func (t *table) Schema() *arrow.Schema { return t.schema }

// Info returns the table's path, rows and bytes.
func (t *table) Info() source.Info { return t.info }

// Scan implements [source.Table]. Columns in the batches are named as in the
// schema.
func (t *table) Scan(ctx context.Context, columns []string) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		one := func(b arrow.RecordBatch) bool { return yield(b, nil) }
		var err error
		if tasks := t.tasks(); len(tasks) > 1 {
			err = t.scanAhead(ctx, columns, tasks, one)
		} else {
			err = t.scanOne(ctx, columns, slices.Concat(tasks...), one)
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	}
}

// errStopped ends a scan whose reader broke off the loop.
var errStopped = errors.New("stopped")

// scan is one pass over a table.
type scan struct {
	table    *table
	schema   *arrow.Schema
	builders []array.Builder
	columns  []int           // of table.data, in the order of inFiles
	inFiles  []array.Builder // the builders of columns
	hive     []int           // for each builder the Hive column, or -1
	rows     int             // in the builders
}

func newScan(t *table, columns []string) (*scan, error) {
	if err := t.checkNames(); err != nil {
		return nil, err
	}
	s := &scan{table: t}
	nFile := len(t.data.fields())
	fields := make([]arrow.Field, len(columns))
	at := make([]int, len(columns))
	for k, name := range columns {
		i, err := source.Column(t, name)
		if err != nil {
			return nil, err
		}
		at[k], fields[k] = i, t.schema.Field(i)
		if reason, ok := fields[k].Metadata.GetValue(source.UnsupportedKey); ok {
			return nil, &source.ReadError{Path: t.parts[0].path, Column: fields[k].Name, Err: fmt.Errorf("values of type %s are not supported", reason)}
		}
	}
	for k, i := range at {
		b := t.newBuilder(&fields[k], i)
		s.builders = append(s.builders, b)
		if i < nFile {
			s.columns, s.inFiles, s.hive = append(s.columns, i), append(s.inFiles, b), append(s.hive, -1)
		} else {
			s.hive = append(s.hive, i-nFile)
		}
	}
	s.schema = arrow.NewSchema(fields, nil)
	return s, nil
}

// newBuilder returns the builder of column i, whose field it makes that of the
// batches.
func (t *table) newBuilder(f *arrow.Field, i int) array.Builder {
	if t.isCoded(i) {
		f.Type = source.CodedText
		return newTextCodes(t.source.mem)
	}
	return array.NewBuilder(t.source.mem, f.Type)
}

func (s *scan) release() {
	for _, b := range s.builders {
		b.Release()
	}
}

// run reads row groups of parts, one after the other.
func (s *scan) run(ctx context.Context, task []span, yield func(arrow.RecordBatch) bool) error {
	for _, some := range task {
		if err := s.part(ctx, some, yield); err != nil {
			return err
		}
	}
	if s.rows == 0 {
		return nil
	}
	return s.flush(yield)
}

// part reads row groups of one part and checks that they have the rows that they
// declare.
func (s *scan) part(ctx context.Context, some span, yield func(arrow.RecordBatch) bool) (err error) {
	p := &s.table.parts[some.part]
	if err := s.table.source.check(ctx); err != nil {
		return err
	}
	want, got := s.table.declared(some), int64(0)
	r, err := s.open(some, want)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, readError(p.path, r.close())) }()
	for done := false; !done; {
		if err := s.table.source.check(ctx); err != nil {
			return err
		}
		if s.rows == 0 {
			s.reserve(int(min(want-got, batchRows)))
		}
		var n int
		err := guard(p.path, func() (err error) {
			n, err = r.read(min(stepRows, batchRows-s.rows))
			return err
		})
		if done = errors.Is(err, io.EOF); err != nil && !done {
			return err
		}
		if got += int64(n); got > want || done && got < want {
			return readError(p.path, fmt.Errorf("has %d rows where %d were declared; did the file change?", got, want))
		}
		s.fillHive(p, n)
		if err := checkOffsets(p.path, s.schema, s.builders, math.MaxInt32); err != nil {
			return err
		}
		if s.rows += n; s.rows >= batchRows || s.bytes() > batchBytes {
			if err := s.flush(yield); err != nil {
				return err
			}
		}
	}
	return nil
}

// declared returns how many rows row groups have.
func (t *table) declared(some span) int64 {
	groups := t.data.groups(some.part)
	if some.hi-some.lo == len(groups) {
		return t.data.rows(some.part)
	}
	rows := int64(0)
	for _, n := range groups[some.lo:some.hi] {
		rows += n
	}
	return rows
}

// reserve makes room for the rows of a batch.
func (s *scan) reserve(rows int) {
	for _, b := range s.builders {
		b.Reserve(rows)
	}
}

// open starts on row groups of a part, which have so many rows. Without columns of
// the files there is nothing to read: the rows were counted when the table was
// opened.
func (s *scan) open(some span, rows int64) (r rowReader, err error) {
	if len(s.columns) == 0 {
		return &rowCounter{rows}, nil
	}
	err = guard(s.table.parts[some.part].path, func() (err error) {
		r, err = s.table.data.reader(some, s.columns, s.inFiles)
		return err
	})
	return r, err
}

// rowCounter reads rows of no columns.
type rowCounter struct{ left int64 }

func (c *rowCounter) read(n int) (int, error) {
	k := min(int64(n), c.left)
	if c.left -= k; c.left == 0 {
		return int(k), io.EOF
	}
	return int(k), nil
}

func (c *rowCounter) close() error { return nil }

// fillHive appends n rows of the values that the folders of p give.
func (s *scan) fillHive(p *part, n int) {
	for k, h := range s.hive {
		if h < 0 {
			continue
		}
		b := s.builders[k].(*array.StringBuilder)
		if !p.hive[h].valid {
			b.AppendNulls(n)
			continue
		}
		for range n {
			b.Append(p.hive[h].value)
		}
	}
}

// bytes returns the size of the text and of the list elements in the builders.
func (s *scan) bytes() int {
	n := 0
	for _, b := range s.builders {
		text, elements := sizes(b)
		n += text + 8*elements
	}
	return n
}

// sizes returns the bytes of text, also in lists, and the number of list
// elements in a builder.
func sizes(b array.Builder) (text, elements int) {
	switch b := b.(type) {
	case *textCodes:
		return b.texts.DataLen(), 0
	case *array.StringBuilder:
		return b.DataLen(), 0
	case *array.BinaryBuilder:
		return b.DataLen(), 0
	case *array.ListBuilder:
		text, _ = sizes(b.ValueBuilder())
		return text, b.ValueBuilder().Len()
	}
	return 0, 0
}

// checkOffsets refuses builders with more text or list elements than most, which
// is what the offsets of an array can count. They would wrap around unnoticed.
func checkOffsets(path string, schema *arrow.Schema, builders []array.Builder, most int) error {
	for i, b := range builders {
		var err error
		switch text, elements := sizes(b); {
		case text > most:
			err = fmt.Errorf("more than 2 GiB of text in %d rows", stepRows)
		case elements > most:
			err = fmt.Errorf("more than 2^31 list elements in %d rows", stepRows)
		default:
			continue
		}
		return &source.ReadError{Path: path, Column: schema.Field(i).Name, Err: err}
	}
	return nil
}

// flush yields what is in the builders as a batch and empties them.
func (s *scan) flush(yield func(arrow.RecordBatch) bool) error {
	arrays := make([]arrow.Array, len(s.builders))
	for i, b := range s.builders {
		arrays[i] = b.NewArray()
		defer arrays[i].Release()
	}
	batch := array.NewRecordBatch(s.schema, arrays, int64(s.rows))
	defer batch.Release()
	s.rows = 0
	if !yield(batch) {
		return errStopped
	}
	return nil
}
