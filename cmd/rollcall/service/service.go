package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
	"github.com/rollcall-db/rollcall/cmd/rollcall/jobs"
	"github.com/rollcall-db/rollcall/cmd/rollcall/load"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
)

// MinGroup is how many customers a value must have to be shown by itself to callers who
// may see numbers only.
const MinGroup = 10

// Folders below that of the data.
const (
	snapshotsFolder = "snapshots"
	exportsFolder   = "exports"
)

// Options of a service.
type Options struct {
	Dir      string             // of the data; it is there
	Registry *registry.Registry // what survives; the caller closes it, after the service
	Audit    *audit.Log         // who did what; the caller closes it, after the service
	Tokens   *access.Set        // nil: there are none, and everybody who asks is local
	// Masks is how roles see columns, by the name of a parent segment. Who is not in it:
	// as access.Masks has it without rules.
	Masks map[string]access.Masks
	// FilesRoots are the folders that connections to files may lie in. None: no files.
	FilesRoots []string
	Exports    int                // exports that run at a time; 0: as jobs has it
	Loads      int                // builds and refreshes that run at a time; 0: as jobs has it
	Finished   func(registry.Job) // is called with every job that has ended; nil: nobody wants to know
	Load       load.Loader        // what builds snapshots; nil: this process
	Keep       int                // versions of a snapshot that stay; 0: as ingest has it
	Now        func() time.Time   // the clock; nil: the machine's
	Log        *slog.Logger       // never of personal data; nil: nothing is logged
}

// Service does what callers ask. It is safe for concurrent use.
type Service struct {
	dir      string
	registry *registry.Registry
	audit    *audit.Log
	tokens   *access.Set
	masks    map[string]access.Masks
	roots    []string
	load     load.Loader
	keep     int
	now      func() time.Time
	slog     *slog.Logger
	jobs     *jobs.Runner
	salt     *saltFile

	scheduler     *jobs.Scheduler
	scheduling    sync.WaitGroup
	stopScheduler context.CancelFunc // nil: it is not started

	mu      sync.RWMutex
	entries map[string]*entry // of parent segments that were asked, by name
	closed  bool
}

// New returns a service over a folder of data. Jobs do not run before [Service.Start].
func New(options Options) (*Service, error) {
	s := &Service{
		dir: options.Dir, registry: options.Registry, audit: options.Audit, tokens: options.Tokens, masks: options.Masks,
		keep: options.Keep, now: options.Now, slog: options.Log, entries: map[string]*entry{},
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.load = options.Load; s.load == nil {
		s.load = load.Here
	}
	if s.slog == nil {
		s.slog = slog.New(slog.DiscardHandler)
	}
	if s.registry == nil || s.audit == nil {
		return nil, errors.New("a service needs a registry and an audit log")
	}
	var err error
	if s.roots, err = realRoots(options.FilesRoots); err != nil {
		return nil, err
	}
	for _, folder := range []string{snapshotsFolder, exportsFolder} {
		if err := os.MkdirAll(filepath.Join(s.dir, folder), 0o700); err != nil {
			return nil, fmt.Errorf("the folder of the data: %w", err)
		}
	}
	s.salt = &saltFile{path: filepath.Join(s.dir, "mask.salt")}
	s.newJobs(&options)
	return s, nil
}
