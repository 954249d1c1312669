package load

import (
	"context"
	"errors"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/ingest"
)

// Request is a snapshot to be built or refreshed.
type Request struct {
	Folder  string // of the snapshot
	Config  string // text of the parent segment's configuration, in any form
	Sources []Source
	AsOf    time.Time
	Full    bool // read everything and number the customers anew
	Delete  bool // allow that attributes, behaviors and fields go
	Keep    int  // versions that stay; 0: as ingest has it
}

// Loader does a request and returns the manifest of the version that came of it. It calls
// progress, which is not nil, as it goes. It ends soon after ctx has.
type Loader func(ctx context.Context, in Request, progress func(ingest.Progress)) (*store.Manifest, error)

// lockWait is how long to wait for another process that writes the snapshot: one whose
// server was killed may take a moment to end.
const lockWait = 10 * time.Second

// Here does a request in this process. It is a [Loader].
func Here(ctx context.Context, in Request, progress func(ingest.Progress)) (m *store.Manifest, err error) {
	config, err := model.Parse("", []byte(in.Config))
	if err != nil {
		return nil, err
	}
	src, err := openAll(ctx, in.Sources)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	options := &ingest.Options{AsOf: in.AsOf, Full: in.Full, Delete: in.Delete, Keep: in.Keep, Progress: progress}
	for end := time.Now().Add(lockWait); ; {
		m, err = ingest.Build(ctx, config, src, in.Folder, options)
		if locked := (*store.LockedError)(nil); !errors.As(err, &locked) || time.Now().After(end) {
			return m, err
		}
		again := time.NewTimer(100 * time.Millisecond)
		select {
		case <-again.C:
		case <-ctx.Done():
			again.Stop()
			return nil, errors.Join(ctx.Err(), err)
		}
	}
}
