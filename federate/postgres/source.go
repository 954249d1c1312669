package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// Source is one state of a PostgreSQL database as a source of tables, and its SQL.
// It is safe for concurrent use.
type Source struct {
	place    *place
	snapshot string // its name, for SET TRANSACTION SNAPSHOT
	mem      memory.Allocator
	minRange int64 // minRange, save in tests

	life context.Context // ends with Close
	stop context.CancelCauseFunc

	mu      sync.Mutex
	holder  *pgconn.PgConn    // has the snapshot; nil once closed
	idle    []*pgconn.PgConn  // connections outside of a transaction
	dying   []<-chan struct{} // closed when a connection that was given up is gone
	catalog *catalog          // nil until it was read
	types   map[uint32]*typeInfo
}

var (
	_ source.Engine   = (*Source)(nil)
	_ source.Filterer = (*table)(nil)
	_ source.Declarer = (*table)(nil)
)

var errClosed = errors.New("the source is closed")

// Open connects to a database and takes the snapshot that the source reads. The
// package documentation has the URI. The error names the database and never holds
// a password.
func Open(ctx context.Context, uri string) (*Source, error) {
	p, err := parseURI(uri)
	if err != nil {
		return nil, err
	}
	s := &Source{place: p, mem: memory.DefaultAllocator, minRange: minRange, types: map[uint32]*typeInfo{}}
	s.life, s.stop = context.WithCancelCause(context.Background())
	if err := s.takeSnapshot(ctx); err != nil {
		s.stop(errClosed)
		return nil, fmt.Errorf("open %s: %w", p.uri, err)
	}
	return s, nil
}

// URI returns the user, the host and the name of the database, as a URI.
func (s *Source) URI() string { return s.place.uri }

// Dialect returns the name that package sqlgen has for PostgreSQL's SQL.
func (s *Source) Dialect() string { return string(sqlgen.Postgres) }

// Versions returns an empty map: all statements see one state of all tables.
func (s *Source) Versions() map[model.TableRef]string { return map[model.TableRef]string{} }

// Close gives up the snapshot and closes all connections. Scans and statements that
// are under way fail. It returns nil.
func (s *Source) Close() error {
	s.stop(errClosed)
	s.mu.Lock()
	conns, dying := s.idle, s.dying
	if s.holder != nil {
		conns = append(conns, s.holder)
	}
	s.idle, s.dying, s.holder = nil, nil, nil
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), closePatience)
	defer cancel()
	for _, conn := range conns {
		_ = conn.Close(ctx) // what was to be said to the server has been said
	}
	for _, done := range dying {
		select {
		case <-done:
		case <-ctx.Done():
		}
	}
	return nil
}

// giveUp closes a connection, whatever it is doing, and waits a moment for its
// statement to end on the server.
func (s *Source) giveUp(conn *pgconn.PgConn) {
	if !conn.IsClosed() {
		ctx, cancel := context.WithTimeout(context.Background(), endPatience)
		defer cancel()
		if conn.IsBusy() { // a statement that sends nothing would not notice
			_ = conn.CancelRequest(ctx)
		}
		_ = conn.Close(ctx)
		return
	}
	select {
	case <-conn.CleanupDone():
	case <-time.After(endPatience):
		s.mu.Lock()
		s.dying = append(s.dying, conn.CleanupDone())
		s.mu.Unlock()
	}
}
