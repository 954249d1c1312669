package main

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/ingest"
)

// maxDifferentKeys is how many keys are named of those that only one side selects.
const maxDifferentKeys = 10

// comparedJSON is how a source's answer compares with that of a snapshot.
type comparedJSON struct {
	SnapshotCount  uint64      `json:"snapshot_count"`
	Agrees         bool        `json:"agrees"`
	OnlyInSource   *keysOfJSON `json:"only_in_source"`
	OnlyInSnapshot *keysOfJSON `json:"only_in_snapshot"`
	// Unpinned is the tables that may have changed between the two answers.
	Unpinned []string `json:"unpinned,omitempty"`
}

// keysOfJSON is some customers: how many, and the first keys.
type keysOfJSON struct {
	Count uint64   `json:"count"`
	Keys  []string `json:"keys"`
}

func (k *keysOfJSON) add(key string) {
	k.Count++
	if len(k.Keys) < maxDifferentKeys {
		k.Keys = append(k.Keys, key)
	}
}

// verified compares an answer of the source with that of a snapshot of it.
func (a *app) verified(ctx context.Context, q *inPlace, answer *answered) (*comparedJSON, error) {
	v, err := a.verifyInPlace(ctx, q)
	if err != nil {
		return nil, err
	}
	v.Unpinned = answer.source.unpinned
	// The keys were streamed apart from the count: it must be theirs.
	inSource := v.SnapshotCount + v.OnlyInSource.Count - v.OnlyInSnapshot.Count
	v.Agrees = v.Agrees && inSource == answer.Count
	return v, nil
}

// printVerified prints how the source's answer compares.
func (a *app) printVerified(answer *answered, v *comparedJSON) error {
	verdict := "the same customers"
	if !v.Agrees {
		verdict = "NOT the same customers"
	}
	if err := a.printf("verified: %s in the source, %s in a snapshot of it: %s\n",
		groups(int64(answer.Count)), groups(int64(v.SnapshotCount)), verdict); err != nil {
		return err
	}
	if len(v.Unpinned) > 0 {
		if err := a.printf("%s\n", unpinnedText(v.Unpinned)); err != nil {
			return err
		}
	}
	for _, side := range []struct {
		where string
		keys  *keysOfJSON
	}{{"source", v.OnlyInSource}, {"snapshot", v.OnlyInSnapshot}} {
		if side.keys.Count == 0 {
			continue
		}
		if err := a.printf("only in the %s: %s, the first %s\n", side.where,
			plural(int(side.keys.Count), "customer", "customers"), strings.Join(side.keys.Keys, ", ")); err != nil {
			return err
		}
	}
	return nil
}

// unpinnedText says what a verdict is worth where some tables have no versions.
func unpinnedText(tables []string) string {
	if len(tables) == 1 {
		return "table " + tables[0] + " could not be pinned: it may have changed between the two"
	}
	return "tables " + strings.Join(tables, ", ") + " could not be pinned: they may have changed between the two"
}

// verifyInPlace builds a temporary snapshot of the state that the source is asked
// in, and compares the customers that both select.
func (a *app) verifyInPlace(ctx context.Context, q *inPlace) (v *comparedJSON, err error) {
	home, err := newVerifyHome()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, home.Close()) }()
	dir := filepath.Join(home.dir, "snapshot")
	bar := a.newProgress()
	_, err = ingest.Build(ctx, q.parent, q.src, dir, &ingest.Options{AsOf: q.asOf, Progress: bar.build, FS: throwaway{store.OS}})
	bar.done()
	if err != nil {
		return nil, err
	}
	db, err := engine.Open(dir, &engine.Options{Segments: q.library})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	asked, err := db.QueryRule(q.rule)
	if err != nil {
		return nil, err
	}
	return compareKeys(federate.KeysOf(ctx, q.Place, q.checked, q.asOf), asked.At(q.asOf).Keys(ctx), q.Schema.KeyType)
}

// compareKeys compares the keys of a source with those of a snapshot, both in
// ascending order.
func compareKeys(inSource, inSnapshot iter.Seq2[string, error], key model.Type) (*comparedJSON, error) {
	v := &comparedJSON{OnlyInSource: &keysOfJSON{Keys: []string{}}, OnlyInSnapshot: &keysOfJSON{Keys: []string{}}}
	there, stop := iter.Pull2(inSource)
	defer stop()
	x, err, more := there()
	for y, yerr := range inSnapshot {
		if yerr != nil {
			return nil, yerr
		}
		v.SnapshotCount++
		for more && err == nil && compareKey(x, y, key) < 0 {
			v.OnlyInSource.add(x)
			x, err, more = there()
		}
		if err != nil {
			return nil, err
		}
		if more && x == y {
			x, err, more = there()
		} else {
			v.OnlyInSnapshot.add(y)
		}
	}
	for more && err == nil {
		v.OnlyInSource.add(x)
		x, err, more = there()
	}
	if err != nil {
		return nil, err
	}
	v.Agrees = v.OnlyInSource.Count == 0 && v.OnlyInSnapshot.Count == 0
	return v, nil
}

// compareKey orders two keys: as numbers, or byte by byte.
func compareKey(x, y string, key model.Type) int {
	if key.Kind == model.String {
		return strings.Compare(x, y)
	}
	a, aerr := strconv.ParseInt(x, 10, 64)
	b, berr := strconv.ParseInt(y, 10, 64)
	if aerr != nil || berr != nil { // no keys of whole numbers: both are named
		return strings.Compare(x, y)
	}
	return cmp.Compare(a, b)
}
