package rollcall

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/rollcall-db/rollcall/bench/workload"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate/files"
	"github.com/rollcall-db/rollcall/ingest"
)

// source is the warehouse that a snapshot is built of: a folder of links to the
// part files of data sets. It grows by one data set at a time, and what is there
// keeps its names, by which a refresh tells what it has read.
type source struct {
	dir    string // of the links; it does not exist before the first data set
	parent string // file of the parent segment

	mu   sync.Mutex          // held while the warehouse grows
	data []*workload.Dataset // that the snapshot has
}

// add gives the warehouse one more data set and brings a snapshot of it up to
// date. After an error the warehouse is as before.
func (s *source) add(ctx context.Context, d *workload.Dataset, snapshot string) (*store.Manifest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	undo, err := d.Link(s.dir, len(s.data))
	if err != nil {
		return nil, err
	}
	all := append(s.data[:len(s.data):len(s.data)], d)
	m, err := ingestDir(ctx, s.parent, s.dir, snapshot, nil)
	if err == nil {
		err = checkRows(rowsKnown(m), workload.Rows(all...))
	}
	if err != nil {
		return nil, errors.Join(err, undo())
	}
	s.data = all
	return m, nil
}

// ingestDir builds or refreshes a snapshot of a warehouse folder with the parent
// segment of a file.
func ingestDir(ctx context.Context, parentFile, dir, snapshot string, o *ingest.Options) (m *store.Manifest, err error) {
	text, err := os.ReadFile(parentFile)
	if err != nil {
		return nil, err
	}
	parent, err := model.Parse(parentFile, text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", parentFile, err)
	}
	src, err := files.Open(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	return ingest.Build(ctx, parent, src, snapshot, o)
}

// rowsKnown returns the number of rows of each table that a snapshot has: those
// that its build loaded, and those that builds before it had.
func rowsKnown(m *store.Manifest) map[string]int64 {
	rows := map[string]int64{}
	for i := range m.Load.Tables {
		t := &m.Load.Tables[i]
		rows[t.Table] = t.Loaded + t.Known // the customers' table is there twice, with equal numbers
	}
	return rows
}

// checkRows makes sure that a snapshot has every row.
func checkRows(got, want map[string]int64) error {
	for name, rows := range want {
		if got[name] != rows {
			return fmt.Errorf("table %s: %d rows loaded, expected %d", name, got[name], rows)
		}
	}
	return nil
}
