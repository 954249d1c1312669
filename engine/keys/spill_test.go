package keys

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// dirSpill puts tables aside in a folder. The operation that failAt counts down
// to fails.
type dirSpill struct {
	dir    string
	runs   int // ever written
	open   int // not yet removed
	ops    int
	failAt int // 0: none
}

// op is called before every operation.
func (s *dirSpill) op() error {
	if s.ops++; s.ops == s.failAt {
		return errTest
	}
	return nil
}

// WriteScratch implements Spill.
func (s *dirSpill) WriteScratch(schema *arrow.Schema, batches iter.Seq2[arrow.RecordBatch, error]) (Run, error) {
	if err := s.op(); err != nil {
		return nil, err
	}
	path := filepath.Join(s.dir, fmt.Sprint(s.runs))
	s.runs++
	err := writeFile(path, schema, batches, s.op)
	if err != nil {
		return nil, errors.Join(err, os.Remove(path))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := ipc.NewFileReader(f)
	if err != nil {
		return nil, err
	}
	s.open++
	return &dirRun{s, f, r}, nil
}

// writeFile writes a table and releases its batches; op is called before each.
func writeFile(path string, schema *arrow.Schema, batches iter.Seq2[arrow.RecordBatch, error], op func() error) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w, err := ipc.NewFileWriter(f, ipc.WithSchema(schema))
	if err != nil {
		return err
	}
	for batch, err := range batches {
		if err != nil {
			return err
		}
		err := op()
		if err == nil {
			err = w.Write(batch)
		}
		batch.Release()
		if err != nil {
			return err
		}
	}
	return w.Close()
}

// dirRun is a Run of a dirSpill.
type dirRun struct {
	spill *dirSpill
	file  *os.File
	*ipc.FileReader
}

// Batch implements Run.
func (r *dirRun) Batch(i int) (arrow.RecordBatch, error) {
	if err := r.spill.op(); err != nil {
		return nil, err
	}
	return r.RecordBatchAt(i)
}

// NumBatches implements Run.
func (r *dirRun) NumBatches() int { return r.NumRecords() }

// Remove implements Run.
func (r *dirRun) Remove() error {
	r.spill.open--
	err := r.spill.op()
	return errors.Join(err, r.FileReader.Close(), r.file.Close(), os.Remove(r.file.Name()))
}
