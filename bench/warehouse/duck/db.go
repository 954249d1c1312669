package duck

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// DB is a database in memory. It is safe for concurrent use until Close.
type DB struct {
	mu     sync.Mutex
	db     bindings.Database
	closed bool
}

// Open makes an empty database with settings of DuckDB, by name.
func Open(settings map[string]string) (*DB, error) {
	var config bindings.Config
	if bindings.CreateConfig(&config) == bindings.StateError {
		return nil, errors.New("duckdb: no configuration can be made")
	}
	defer bindings.DestroyConfig(&config)
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		if bindings.SetConfig(config, name, settings[name]) == bindings.StateError {
			return nil, fmt.Errorf("duckdb: the setting %s = %q is not known", name, settings[name])
		}
	}
	d := &DB{}
	var problem string
	if bindings.OpenExt(":memory:", &d.db, config, &problem) == bindings.StateError {
		return nil, newError(problem)
	}
	return d, nil
}

// Connect returns a new connection.
func (d *DB) Connect() (*Conn, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, errors.New("duckdb: the database is closed")
	}
	c := &Conn{}
	if bindings.Connect(d.db, &c.conn) == bindings.StateError {
		return nil, errors.New("duckdb: no connection can be made")
	}
	return c, nil
}

// Close closes the database. Its connections have been closed before.
func (d *DB) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.closed {
		d.closed = true
		bindings.Close(&d.db)
	}
	return nil
}

// Error is what DuckDB says of a statement.
type Error struct {
	Kind string // as DuckDB names it: "Parser Error", "Binder Error"; empty where it has none
	Text string // the first line, without the kind
	Full string
}

// Error returns all that DuckDB says.
func (e *Error) Error() string { return e.Full }

// newError takes apart what DuckDB says, such as
// "Binder Error: Referenced column "a" not found in FROM clause!\nCandidate…".
func newError(full string) *Error {
	first, _, _ := strings.Cut(full, "\n\nLINE ")
	kind, text, found := strings.Cut(first, ": ")
	if !found || !strings.HasSuffix(kind, "Error") {
		return &Error{Text: first, Full: full}
	}
	return &Error{Kind: kind, Text: text, Full: full}
}
