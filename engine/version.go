package engine

import (
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/window"
)

// version is one version of a snapshot, open for as long as somebody holds it:
// the DB that it is current in, a Snapshot, a query. Its files stay mapped until
// the last of them lets go. It is safe for concurrent use.
type version struct {
	snapshot *store.Snapshot
	schema   *model.Schema // the one of the version before, where that is equal
	location *time.Location
	results  *results
	holders  atomic.Int64 // 0: closed, for good
}

// openVersion opens the version that db is to ask now, and holds it once. What it
// has in common with prev, which the caller holds, it need not read again; nil:
// there is none.
func (db *DB) openVersion(prev *version) (*version, error) {
	var open *store.Snapshot
	if prev != nil {
		open = prev.snapshot
	}
	s, err := store.OpenNext(db.fsys, db.dir, db.options.Version, open)
	if err != nil {
		return nil, err
	}
	v := &version{snapshot: s, schema: s.Schema(), results: newResults(db.options.ResultCacheBytes)}
	if v.location, err = window.LoadLocation(v.schema.Timezone); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	v.holders.Store(1)
	return v, nil
}

// retain holds the version once more. It reports false where it is closed.
func (v *version) retain() bool {
	for {
		n := v.holders.Load()
		if n == 0 {
			return false
		}
		if v.holders.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// release lets go of the version once, and closes its files where nobody else
// holds it.
func (v *version) release() error {
	if v.holders.Add(-1) > 0 {
		return nil
	}
	return v.snapshot.Close()
}

// done is release for those who have nobody to tell: what was mapped can be
// unmapped.
func (v *version) done() { _ = v.release() }

// same reports whether two versions are one, opened twice. Equal numbers do not
// say so: somebody may have made the snapshot anew.
func (v *version) same(other *version) bool {
	x, y := v.snapshot.Manifest(), other.snapshot.Manifest()
	return x.Version == y.Version && x.CreatedAt.Equal(y.CreatedAt) && slices.Equal(x.Files, y.Files)
}

// sameSchema reports whether rules mean the same in two schemas.
func sameSchema(x, y *model.Schema) bool {
	return x.Name == y.Name && x.Timezone == y.Timezone && x.KeyColumn == y.KeyColumn && x.KeyType == y.KeyType &&
		slices.Equal(x.Attributes, y.Attributes) && slices.EqualFunc(x.Behaviors, y.Behaviors, sameBehavior)
}

func sameBehavior(x, y model.Behavior) bool {
	return x.Name == y.Name && x.TimeColumn == y.TimeColumn && slices.Equal(x.Fields, y.Fields)
}

// window shows the bounds of a window in the parent segment's time zone.
func (v *version) window(condition string, in window.Interval) Window {
	w := Window{Condition: condition}
	if t, ok := in.LoTime(); ok {
		t = t.In(v.location)
		w.From = &t
	}
	if t, ok := in.HiTime(); ok {
		t = t.In(v.location)
		w.To = &t
	}
	return w
}
