package assistant

import (
	"context"
	"errors"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
	"github.com/rollcall-db/rollcall/engine/window"
)

// SnapshotOptions say which snapshot is asked.
type SnapshotOptions struct {
	// Open opens the snapshot, with the segments of the folder. It is called for every
	// question, so that an answer is of the newest version and knows segments just saved.
	Open     func() (*ask.Snapshot, error)
	Segments string           // folder of segment files; empty: there are none, and none can be saved
	AsOf     string           // the time that a call is asked at which names none, as it would name it; empty: now
	Now      func() time.Time // the clock; nil: the machine's
}

// snapshotBackend asks a snapshot on this machine.
type snapshotBackend struct{ options SnapshotOptions }

// NewSnapshotBackend returns a backend that asks a snapshot on this machine, for who may see
// all of it. With a folder of segments it is a [Saver], and writes files there. It has no
// [Sources]: a snapshot does not know the way to its tables.
func NewSnapshotBackend(options SnapshotOptions) Backend {
	if options.Now == nil {
		options.Now = time.Now
	}
	b := &snapshotBackend{options}
	if options.Segments == "" {
		return b
	}
	return &folderBackend{snapshotBackend: b}
}

// within calls do with the snapshot open, if it is the parent segment that is asked for.
func within[T any](ctx context.Context, b *snapshotBackend, parent string, do func(*ask.Snapshot) (*T, error)) (*T, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	snap, err := b.options.Open()
	if err != nil {
		return nil, &localError{err}
	}
	var out *T
	if name := snap.Schema().Name; parent != "" && name != parent {
		err = notFound(registry.AParent, parent, name)
	} else {
		out, err = do(snap)
	}
	if err = errors.Join(err, snap.Close()); err != nil {
		return nil, &localError{err}
	}
	return out, nil
}

// asked calls do with the snapshot open, and a rule checked against it.
func asked[T any](ctx context.Context, b *snapshotBackend, parent string, in *service.Ask, do func(*ask.Snapshot, *ask.Question) (*T, error)) (*T, error) {
	return within(ctx, b, parent, func(snap *ask.Snapshot) (*T, error) {
		q, err := b.ask(snap, in)
		if err != nil {
			return nil, err
		}
		return do(snap, q)
	})
}

// asOf returns the time that a text says; where it is empty that of the options, or now.
func (b *snapshotBackend) asOf(snap *ask.Snapshot, text string) (time.Time, error) {
	text = orElse(text, b.options.AsOf)
	if text == "" {
		return b.options.Now().In(snap.Location()), nil
	}
	return timeOf("as_of", snap, text)
}

// timeOf reads a time of an argument.
func timeOf(argument string, snap *ask.Snapshot, text string) (time.Time, error) {
	at, err := window.ParseAsOf(text, snap.Location())
	if err != nil {
		return at, &InputError{Argument: argument, Message: err.Error()}
	}
	return at, nil
}

// ask checks a rule against the snapshot.
func (b *snapshotBackend) ask(snap *ask.Snapshot, in *service.Ask) (*ask.Question, error) {
	asOf, err := b.asOf(snap, in.AsOf)
	if err != nil {
		return nil, err
	}
	r, err := ask.ParseRule(in.Rule)
	if err != nil {
		return nil, err
	}
	return ask.Ask(snap, r, asOf)
}
