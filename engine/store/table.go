package store

import (
	"fmt"
	"io"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// table is a mapped Arrow IPC file, of which only what is asked for is read. It
// implements column.Batches.
//
// arrow-go's reader of mapped files is not used: it touches bytes before they
// could be checked, and does not read dictionaries. Its reader of streams is
// given the messages one by one instead.
type table struct {
	*mapping
	batches int             // as the manifest leads to expect
	rows    func(i int) int // of batch i, as the manifest leads to expect; nil: any number

	mu     sync.Mutex
	file   *arrowFile
	reader *ipc.Reader
	queue  *messageQueue // that reader reads from
}

// NumBatches returns the number of record batches.
func (t *table) NumBatches() int { return t.batches }

// Batch returns record batch i, whose arrays lie in the mapping.
func (t *table) Batch(i int) (batch arrow.RecordBatch, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.openFile(); err != nil {
		return nil, err
	}
	defer func() {
		// The messages have been checked, so this is a fault of ours or of a
		// library: still no reason to end the caller's process.
		if r := recover(); r != nil {
			batch, err = nil, t.corrupt("reading record batch %d: %v", i, r)
		}
		if err != nil {
			t.reader = nil // it does not go on after an error
		}
	}()
	if i < 0 || i >= len(t.file.batches) {
		return nil, t.corrupt("no record batch %d, there are %d", i, len(t.file.batches))
	}
	if err := t.openReader(); err != nil {
		return nil, err
	}
	if batch, err = t.read(i); err != nil {
		return nil, err
	}
	return batch, t.checkLengths(i, batch)
}

// checkLengths checks that every column of record batch i is as long as the batch,
// and says which of its rows are NULL where some are: the reader takes these from
// places of their own.
func (t *table) checkLengths(i int, batch arrow.RecordBatch) error {
	for c, arr := range batch.Columns() {
		if int64(arr.Len()) != batch.NumRows() {
			return t.corrupt("record batch %d: column %d has %d rows, expected %d", i, c, arr.Len(), batch.NumRows())
		}
		if n := (arr.Data().Offset() + arr.Len() + 7) / 8; arr.NullN() > 0 && len(arr.NullBitmapBytes()) < n {
			return t.corrupt("record batch %d: column %d has NULLs and %d bytes that say which, expected %d", i, c, len(arr.NullBitmapBytes()), n)
		}
	}
	return nil
}

// openFile reads the footer of the file, once.
func (t *table) openFile() error {
	if t.file != nil {
		return nil
	}
	file, err := openArrow(t.mapping)
	if err != nil {
		return err
	}
	if n := len(file.batches); n != t.batches {
		return t.corrupt("%d record batches, expected %d", n, t.batches)
	}
	t.file = file
	return nil
}

// openReader reads the schema and the dictionaries, once.
func (t *table) openReader() error {
	if t.reader != nil {
		return nil
	}
	message, err := t.file.schema()
	if err != nil {
		return err
	}
	queue := &messageQueue{messages: []*ipc.Message{message}}
	for _, p := range t.file.dictionaries {
		if message, err = t.file.message(p, arrowDictionary); err != nil {
			return err
		}
		queue.messages = append(queue.messages, message)
	}
	reader, err := ipc.NewReaderFromMessageReader(queue, ipc.WithEnsureNativeEndian(false))
	if err != nil {
		return t.corrupt("reading the schema: %w", err)
	}
	t.queue, t.reader = queue, reader
	return nil
}

// read reads record batch i.
func (t *table) read(i int) (arrow.RecordBatch, error) {
	message, err := t.file.message(t.file.batches[i], arrowBatch)
	if err != nil {
		return nil, err
	}
	t.queue.messages = append(t.queue.messages, message)
	batch, err := t.reader.Read()
	if err != nil {
		return nil, t.corrupt("reading record batch %d: %w", i, err)
	}
	if t.rows != nil && batch.NumRows() != int64(t.rows(i)) {
		return nil, t.corrupt("record batch %d has %d rows, expected %d", i, batch.NumRows(), t.rows(i))
	}
	batch.Retain() // the reader releases it when it reads the next one
	return batch, nil
}

// messageQueue implements ipc.MessageReader.
type messageQueue struct{ messages []*ipc.Message }

func (q *messageQueue) Message() (*ipc.Message, error) {
	if len(q.messages) == 0 {
		return nil, fmt.Errorf("a dictionary is missing: %w", io.ErrUnexpectedEOF)
	}
	m := q.messages[0]
	q.messages = q.messages[1:]
	return m, nil
}

func (q *messageQueue) Retain()  {}
func (q *messageQueue) Release() {}
