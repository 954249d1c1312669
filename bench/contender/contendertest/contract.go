package contendertest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/suite"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// threads is what engines may use.
const threads = 2

// Opener loads a data set into an engine.
type Opener func(ctx context.Context, d *workload.Dataset, o contender.Options) (contender.Engine, error)

// Contract is an engine to check, and what it can do.
type Contract struct {
	Open      Opener
	Questions []Question // that the engine must be able to express; at least one
	// Append and Export say that the engine can do that. Where they are false, it must
	// return ErrUnsupported.
	Append, Export bool
	Python         string // as contender.Options has it
}

// Run checks that an engine keeps the contract of package contender. It opens
// the engine several times: over a data set with every edge in it, over one that
// package workload generated, and where it cannot be opened.
//
// A query without rule, SQL and loop is one that no engine can express.
func Run(t *testing.T, c Contract) {
	t.Run("edges", func(t *testing.T) {
		s := open(t, c, Write(t))
		for _, test := range []struct {
			name string
			run  func(*testing.T)
		}{
			{"description", s.description}, {"counts and keys", s.answers}, {"concurrent", s.concurrent},
			{"cancelled", s.cancelled}, {"unsupported", s.unsupported}, {"export", s.export},
			{"append", s.append}, {"close", s.close}, // from here on the engine is another
		} {
			t.Run(test.name, test.run)
		}
	})
	t.Run("generated", func(t *testing.T) {
		s := open(t, c, Generate(t))
		t.Run("counts and keys", s.answers)
		t.Run("append", s.append)
		t.Run("close", s.close)
	})
	t.Run("failures", func(t *testing.T) {
		s := &contract{Contract: c}
		t.Run("missing table", s.missingTable)
		t.Run("damaged file", s.damagedFile)
		t.Run("cancelled load", s.cancelledLoad)
		t.Run("cancelled stages", s.cancelledStages)
	})
}

// open loads data into an engine, which is closed when the test ends, whatever
// became of it.
func open(t *testing.T, c Contract, data *Data) *contract {
	t.Helper()
	s := &contract{Contract: c, data: data, scratch: t.TempDir()}
	var err error
	s.engine, err = c.Open(t.Context(), data.Base, s.options(t, s.scratch))
	if err != nil {
		t.Fatalf("opening: %v", err)
	}
	t.Cleanup(func() {
		if s.closed {
			return
		}
		if err := s.engine.Close(); err != nil {
			t.Errorf("Close after a failed test: %v", err)
		}
	})
	return s
}

type contract struct {
	Contract
	data    *Data
	scratch string
	engine  contender.Engine
	closed  bool
}

// options returns the options for an engine with its files in scratch.
func (s *contract) options(t *testing.T, scratch string) contender.Options {
	return contender.Options{
		Scratch: scratch, Threads: threads, Python: s.Python,
		Progress: func(stage string) { t.Log(stage) },
	}
}

// prepare readies a query, which is closed when the test ends.
func (s *contract) prepare(t *testing.T, q *suite.Query) contender.Prepared {
	t.Helper()
	p, err := s.engine.Prepare(t.Context(), q)
	if err != nil {
		t.Fatalf("Prepare(%s): %v", q.ID, err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("closing query %s: %v", q.ID, err)
		}
	})
	return p
}

// description checks what an engine says of itself.
func (s *contract) description(t *testing.T) {
	if s.engine.Name() == "" || s.engine.Version() == "" {
		t.Errorf("name %q, version %q: neither may be empty", s.engine.Name(), s.engine.Version())
	}
	load := s.engine.Loaded()
	if load.Seconds <= 0 || load.SizeBytes <= 0 || load.PeakBytes < 0 {
		t.Errorf("Loaded is %+v, want seconds and size above 0 and a peak that is not negative", load)
	}
	for name, size := range load.Indexes {
		if size < 0 {
			t.Errorf("part %s has %d bytes", name, size)
		}
	}
}

// close checks that nothing is left of an engine, and that it can be told again.
func (s *contract) close(t *testing.T) {
	s.closed = true
	if err := s.engine.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	checkEmpty(t, s.scratch)
	if err := s.engine.Close(); err != nil && err.Error() == "" {
		t.Error("a second Close returns an error that says nothing")
	}
	checkEmpty(t, s.scratch)
	q := s.Questions[0].Query(workload.End)
	p, err := s.engine.Prepare(t.Context(), q)
	if err != nil {
		return
	}
	if n, _, err := p.Count(t.Context()); err == nil {
		t.Errorf("a closed engine counts %d customers in query %s, want an error", n, q.ID)
	}
}

// checkEmpty checks that a folder has nothing in it.
func checkEmpty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range left {
		t.Errorf("%s is left in the folder for files", filepath.Join("…", entry.Name()))
	}
}
