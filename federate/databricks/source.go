package databricks

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// Source is the tables of a catalog of a warehouse, and of the catalogs beside it
// where a name has three parts. It is safe for concurrent use until Close.
//
// Each table is pinned to a version when it is first opened, all of them to what
// they were at one instant, the clock of the warehouse at the first opening. Where
// a table cannot be pinned its Info says so in Notes.
type Source struct {
	cfg    *Config
	client statements
	pulls  pulling
	closed atomic.Bool

	catalog *remembered[string]    // that names without one are of
	instant *remembered[time.Time] // that tables are pinned to

	mu     sync.Mutex
	found  map[model.TableRef]*remembered[entry]  // by the name asked for
	opened map[model.TableRef]*remembered[*table] // by the name found
}

// statements runs statements in a warehouse. The client does; tests have others.
type statements interface {
	query(ctx context.Context, what, statement string) iter.Seq2[arrow.RecordBatch, error]
	ask(ctx context.Context, what, statement string) iter.Seq2[arrow.RecordBatch, error]
	exec(ctx context.Context, what, statement string) (int64, error)
	close() error
}

// Open returns the source that a URI names; see [ParseURI] for its form, and for
// the environment and files that complete it. Nothing is sent. Parts of pulls that
// were given up more than a day ago are removed from the spool.
func Open(ctx context.Context, uri string) (*Source, error) {
	cfg, err := ParseURI(uri, os.Getenv)
	if err != nil {
		return nil, err
	}
	return OpenConfig(ctx, cfg)
}

// OpenConfig is [Open] with a configuration, which must not be changed after.
func OpenConfig(ctx context.Context, cfg *Config) (*Source, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c, err := newClient(cfg)
	if err != nil {
		return nil, err
	}
	return newSource(cfg, c), nil
}

func newSource(cfg *Config, client statements) *Source {
	s := &Source{
		cfg: cfg, client: client, pulls: defaultPulling(cfg),
		catalog: newRemembered[string](), instant: newRemembered[time.Time](),
		found:  map[model.TableRef]*remembered[entry]{},
		opened: map[model.TableRef]*remembered[*table]{},
	}
	s.pulls.spool.clean(time.Now())
	return s
}

// URI names the warehouse, without any secret.
func (s *Source) URI() string { return s.cfg.String() }

// Close ends what the source keeps open in the warehouse. Scans that are under way
// fail at their next batch. Parts of pulls that did not end well stay in the spool
// for a day, so that another pull of the same version need not fetch them again.
func (s *Source) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	return s.client.close()
}

// check returns an error once the source is closed or ctx is done.
func (s *Source) check(ctx context.Context) error {
	if s.closed.Load() {
		return fmt.Errorf("source %s is closed", s.URI())
	}
	return ctx.Err()
}

// Table finds a table and pins it, where this is the first time that it is opened.
// A name without catalog is of the one that the URI names, or of the warehouse's
// own default; one without schema needs the URI to name a schema.
func (s *Source) Table(ctx context.Context, ref model.TableRef) (source.Table, error) {
	if err := s.check(ctx); err != nil {
		return nil, err
	}
	ref.Connection = ""
	found, err := recall(&s.mu, s.found, ref).get(ctx, func() (entry, error) { return s.find(ctx, ref) })
	if err != nil {
		return nil, err
	}
	t, err := recall(&s.mu, s.opened, found.ref).get(ctx, func() (*table, error) { return s.openTable(ctx, found) })
	if err != nil {
		return nil, err
	}
	return t.as(), nil
}

// Dialect returns the name of Databricks' SQL.
func (s *Source) Dialect() string { return string(sqlgen.Databricks) }

// Versions returns the versions that the tables opened so far are pinned to.
func (s *Source) Versions() map[model.TableRef]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	versions := map[model.TableRef]string{}
	for ref, opened := range s.opened {
		if t, ok := opened.peek(); ok && t.pin.isPinned {
			versions[ref] = t.pin.text()
		}
	}
	return versions
}

// Query implements [source.Engine]. Values of types that no table of rollcall has
// come as the warehouse sends them.
func (s *Source) Query(ctx context.Context, statement string) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		if err := s.check(ctx); err != nil {
			yield(nil, err)
			return
		}
		for batch, err := range s.client.query(ctx, "statement", statement) {
			if err != nil {
				yield(nil, err)
				return
			}
			plain := plainBatch(batch)
			more := yield(plain, nil)
			plain.Release()
			if !more {
				return
			}
		}
	}
}

// Exec implements [source.Engine]. A statement is sent once, but for CREATE OR REPLACE
// TABLE and INSERT OVERWRITE TABLE, which are sent again where the warehouse is busy or
// starts: it is assumed that their query does not read the table that they write, so
// that it does not matter whether they are carried out twice.
func (s *Source) Exec(ctx context.Context, statement string) (int64, error) {
	if err := s.check(ctx); err != nil {
		return -1, err
	}
	return s.client.exec(ctx, "statement", statement)
}

// errStopped ends a scan whose reader broke off the loop.
var errStopped = errors.New("stopped")
