package dbtest

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/federate/databricks/thrift"
)

// page is an answer of FetchResults and what goes with it.
type page struct {
	answer   thrift.Fields // of FetchResults
	metadata thrift.Fields // answer of GetResultSetMetadata
	more     bool          // rows are left
}

// defaultPageRows is the size of a page where the client does not say.
const defaultPageRows = 10_000

// fetch answers FetchResults.
func (c *call) fetch(o *operation) thrift.Fields {
	if orientation := c.args.Int(thrift.FetchOrientation); orientation != int64(thrift.OrientationNext) {
		return failed(&SQLError{State: "HY106", Message: fmt.Sprintf("The fetch orientation %d is not supported, results are read forward", orientation)})
	}
	return c.page(o, c.args.Int(thrift.FetchMaxRows)).answer
}

// metadata answers GetResultSetMetadata.
func (c *call) metadata(o *operation) thrift.Fields {
	select {
	case <-o.done:
	case <-c.request.Context().Done():
	}
	if err := o.failure(); err != nil {
		return failed(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	format := thrift.FormatArrow
	if o.form.links {
		format = thrift.FormatLinks
	}
	return o.encoding.metadata(format, o.encoding.header)
}

// metadata is the answer about a result in the given format.
func (e *encoding) metadata(format int32, header []byte) thrift.Fields {
	out := append(succeeded(),
		thrift.Field{Number: thrift.MetadataSchema, Value: thrift.Fields{{Number: thrift.SchemaColumns, Value: e.columns}}},
		thrift.Field{Number: thrift.MetadataFormat, Value: format},
		thrift.Field{Number: thrift.MetadataLZ4, Value: e.form.lz4},
	)
	if format == thrift.FormatArrow || format == thrift.FormatLinks {
		out = append(out, thrift.Field{Number: thrift.MetadataArrowSchema, Value: header})
	}
	return append(out, thrift.Field{Number: thrift.MetadataStaging, Value: false})
}

// page reads the next rows of a result, at most maxRows, and says what goes wrong
// with them.
func (c *call) page(o *operation, maxRows int64) page {
	select {
	case <-o.done:
	case <-c.request.Context().Done():
		return page{answer: failed(errCanceled)}
	}
	select {
	case o.turn <- struct{}{}:
		defer func() { <-o.turn }()
	case <-c.request.Context().Done():
		return page{answer: failed(errCanceled)}
	}
	if err := o.failure(); err != nil {
		return page{answer: failed(err)}
	}
	if c.hit.is(VersionGone) {
		return page{answer: failed(errVersionGone)}
	}
	if err := o.session.take(o.ctx); err != nil {
		return page{answer: failed(asSQLError(err))}
	}
	defer o.session.give()
	if maxRows <= 0 {
		maxRows = defaultPageRows
	}
	read, err := c.read(o, maxRows)
	if err != nil {
		if cause := context.Cause(o.ctx); cause != nil {
			err = cause
		}
		return page{answer: failed(asSQLError(err))}
	}
	return read
}

// read makes a page. The operation and its session are the caller's to use.
func (c *call) read(o *operation, maxRows int64) (page, error) {
	r := o.rows
	if err := r.fill(); err != nil {
		return page{}, err
	}
	if err := c.lose(o, maxRows); err != nil {
		return page{}, err
	}
	if err := c.loseEnd(r); err != nil {
		return page{}, err
	}
	offset := r.given
	set, format, header, err := c.set(o, maxRows)
	if err != nil {
		return page{}, err
	}
	if err := r.fill(); err != nil {
		return page{}, err
	}
	more := r.more()
	switch {
	case more && c.hit.is(EarlyEnd):
		more = false
	case !more && c.hit.is(EndlessPages):
		more = true
	}
	rows := append(thrift.Fields{{Number: thrift.RowsOffset, Value: offset}}, set...)
	p := page{more: more, metadata: r.encoding.metadata(format, header)}
	p.answer = append(succeeded(),
		thrift.Field{Number: thrift.FetchedMore, Value: more},
		thrift.Field{Number: thrift.FetchedRows, Value: rows},
	)
	if !c.hit.is(NoMetadata) {
		p.answer = append(p.answer, thrift.Field{Number: thrift.FetchedMetadata, Value: p.metadata})
	}
	return p, nil
}

// lose skips a page if that is the call's fault.
func (c *call) lose(o *operation, maxRows int64) error {
	r := o.rows
	if !r.more() || !c.hit.is(LostPage) {
		return nil
	}
	offset := r.given
	limit := maxRows
	if o.form.links {
		limit = int64(c.server.options.RowsPerLink * c.server.options.LinksPerPage)
	}
	batches, err := c.take(r, limit)
	for _, b := range batches {
		b.Release()
	}
	if c.hit.Quiet {
		r.given = offset
	}
	return err
}

// loseEnd skips all rows that are left, with the answer, if that is the call's fault.
func (c *call) loseEnd(r *rows) error {
	if !r.more() || !c.hit.is(LostEnd) {
		return nil
	}
	c.lost = true
	offset := int64(0)
	if c.hit.Quiet {
		offset = r.given
	}
	for r.more() {
		r.take(math.MaxInt64).Release()
		if err := r.fill(); err != nil {
			return err
		}
	}
	r.given = offset
	return nil
}

// take takes rows from a result, at most limit and of about a page's bytes. What is
// left of a batch for the next page is not copied.
func (c *call) take(r *rows, limit int64) ([]arrow.RecordBatch, error) {
	var batches []arrow.RecordBatch
	left := c.server.options.PageBytes
	for limit > 0 && left > 0 && r.more() {
		next := r.queue[0]
		size := bytesOf(next)
		if len(batches) > 0 && (size > left || next.NumRows() > limit) {
			break // a batch goes whole where it can
		}
		most := limit
		if size > left {
			most = min(limit, max(1, next.NumRows()*int64(left)/int64(size)))
		}
		batch := r.take(most)
		batches = append(batches, batch)
		limit -= batch.NumRows()
		left -= size
		if err := r.fill(); err != nil {
			return batches, err
		}
	}
	return batches, nil
}

// set makes the rows of a page: fields of a row set beyond the offset, their
// format and the Arrow schema that goes with them.
func (c *call) set(o *operation, maxRows int64) (thrift.Fields, int32, []byte, error) {
	none := thrift.Field{Number: thrift.RowsRows, Value: thrift.List{}}
	switch e := o.rows.encoding; {
	case o.rows.more() && c.hit.is(EmptyPage):
		return thrift.Fields{none, {Number: thrift.RowsBatches, Value: thrift.List{}}}, thrift.FormatArrow, e.header, nil
	case c.hit.Kind == PlainRows || c.hit.Kind == PlainColumns:
		set, format, err := c.plain(o, maxRows)
		return set, format, nil, err
	case o.form.links:
		links, err := c.links(o)
		return thrift.Fields{none, {Number: thrift.RowsLinks, Value: links}}, thrift.FormatLinks, e.header, err
	default:
		header := e.header
		if c.hit.is(StaleName) {
			header = e.stale
		}
		batches, err := c.batches(o, maxRows)
		return thrift.Fields{none, {Number: thrift.RowsBatches, Value: batches}}, thrift.FormatArrow, header, err
	}
}

// batches makes the record batches of an inline page.
func (c *call) batches(o *operation, maxRows int64) (thrift.List, error) {
	r := o.rows
	taken, err := c.take(r, maxRows)
	defer func() {
		for _, b := range taken {
			b.Release()
		}
	}()
	if err != nil {
		return nil, err
	}
	if len(taken) > 0 && c.hit.is(RepeatedPage) {
		r.again(taken, !c.hit.Quiet)
	}
	list := thrift.List{}
	for i, batch := range taken {
		m, err := r.encoding.message(batch)
		if err != nil {
			return nil, err
		}
		c.release = append(c.release, m.release)
		data, err := c.data(m, i, o.form.lz4)
		if err != nil {
			return nil, err
		}
		count := batch.NumRows()
		if i == 0 && c.hit.is(LyingRowCount) {
			count++
		}
		list = append(list, thrift.Fields{{Number: thrift.BatchData, Value: data}, {Number: thrift.BatchCount, Value: count}})
	}
	return list, nil
}

// data is a message as it is sent inline, the i-th of its page.
func (c *call) data(m *message, i int, lz4 bool) (thrift.Streamed, error) {
	var data thrift.Streamed = m
	if i == 0 && c.hit.is(CorruptArrow) {
		broken, err := damaged(m)
		if err != nil {
			return nil, err
		}
		data = broken
	}
	if !lz4 {
		return data, nil
	}
	return compressed(data)
}

// links makes the files of a page and the links to them.
func (c *call) links(o *operation) (thrift.List, error) {
	options, r := c.server.options, o.rows
	links, files := thrift.List{}, []*file{}
	if r.more() && c.hit.is(EmptyLink) {
		f := &file{session: o.session, lz4: o.form.lz4, pieces: []thrift.Streamed{blob(r.encoding.header), endOfStream}}
		files, links = append(files, f), append(links, c.link(f, r.given, 0))
	}
	for len(links) < options.LinksPerPage && r.more() {
		offset := r.given
		f, err := c.file(o)
		if err != nil {
			return nil, err
		}
		count := f.rows
		if len(links) == 0 && c.hit.is(LyingRowCount) {
			count++
		}
		files, links = append(files, f), append(links, c.link(f, offset, count))
	}
	if len(files) > 0 && c.hit.is(RepeatedPage) {
		r.again(declared(files), !c.hit.Quiet)
	}
	o.sent(c.server.files, files)
	return links, nil
}

// link makes the link to a file, whose rows it declares.
func (c *call) link(f *file, offset, count int64) thrift.Fields {
	f.expires = time.Now().Add(c.server.options.LinkTTL)
	if c.hit.is(ExpiredLink) {
		f.expires = time.Now().Add(-time.Minute)
	}
	c.server.files.add(f)
	return thrift.Fields{
		{Number: thrift.LinkURL, Value: f.url(baseOf(c.request))},
		{Number: thrift.LinkExpires, Value: f.expires.Unix()},
		{Number: thrift.LinkOffset, Value: offset},
		{Number: thrift.LinkCount, Value: count},
		{Number: thrift.LinkBytes, Value: int64(stream(f.pieces).Size())},
	}
}

// file makes the next file of a result.
func (c *call) file(o *operation) (*file, error) {
	options, r := c.server.options, o.rows
	taken, err := c.take(r, int64(options.RowsPerLink))
	defer func() {
		for _, b := range taken {
			b.Release()
		}
	}()
	if err != nil {
		return nil, err
	}
	f := &file{session: o.session, lz4: o.form.lz4, pieces: []thrift.Streamed{blob(r.encoding.header)}}
	if c.hit.is(StaleName) {
		f.pieces[0] = blob(r.encoding.stale)
	}
	for _, b := range taken {
		f.rows += b.NumRows()
	}
	taken = append(taken, padding(taken[0], options.PadRows)...)
	for _, b := range taken {
		m, err := r.encoding.message(b)
		if err != nil {
			return nil, err
		}
		f.batches = append(f.batches, m)
		f.pieces = append(f.pieces, m)
	}
	if c.hit.is(CorruptArrow) {
		broken, err := damaged(f.pieces[1])
		if err != nil {
			return nil, err
		}
		f.pieces[1] = broken
	}
	f.pieces = append(f.pieces, endOfStream)
	return f, nil
}

// padding returns n rows more, which are those of a batch again.
func padding(batch arrow.RecordBatch, n int) []arrow.RecordBatch {
	var more []arrow.RecordBatch
	for left := int64(n); left > 0; left -= batch.NumRows() {
		more = append(more, batch.NewSlice(0, min(left, batch.NumRows())))
	}
	return more
}

// declared returns the batches of files without padding.
func declared(files []*file) []arrow.RecordBatch {
	var batches []arrow.RecordBatch
	for _, f := range files {
		rows := int64(0)
		for i := 0; rows < f.rows; i++ {
			batches = append(batches, f.batches[i].batch)
			rows += f.batches[i].batch.NumRows()
		}
	}
	return batches
}

// bytesOf is about the size of a batch, for slices that of their share.
func bytesOf(batch arrow.RecordBatch) int {
	bits := 0
	for _, column := range batch.Columns() {
		bits += column.Len() // of validity
		switch t := column.DataType().(type) {
		case arrow.FixedWidthDataType:
			bits += column.Len() * t.BitWidth()
		default:
			bits += sharedBits(column)
		}
	}
	return bits / bitsPerByte
}

const bitsPerByte = 8

// sharedBits is the share of an array in the memory that it points to, in bits.
func sharedBits(column arrow.Array) int {
	data := column.Data()
	if text, ok := column.(*array.String); ok {
		if text.Len() == 0 {
			return 0
		}
		return bitsPerByte * (len(text.ValueBytes()) + text.Len()*arrow.Int32SizeBytes)
	}
	return bitsPerByte * int(data.SizeInBytes()) // too much for a slice, which makes pages smaller
}
