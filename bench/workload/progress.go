package workload

import "sync"

// Progress says how far a generation has come.
type Progress struct {
	Table string // the table that has grown, as events.purchases
	Rows  int64  // rows of all tables that are written
	Total int64  // rows of all tables once everything is
	Bytes int64  // of the Parquet files so far
}

// meter adds up what the workers write and tells it, one call at a time.
type meter struct {
	mu     sync.Mutex
	now    Progress
	report func(Progress) // may be nil
}

func (m *meter) add(table string, rows, bytes int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.Table = table
	m.now.Rows += rows
	m.now.Bytes += bytes
	if m.report != nil {
		m.report(m.now)
	}
}
