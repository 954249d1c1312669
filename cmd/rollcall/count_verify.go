package main

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/ingest"
)

// maxDifferentKeys is how many keys are named of those that only one side selects.
const maxDifferentKeys = 10

// addKey adds a customer.
func addKey(k *ask.KeysJSON, key string) {
	k.Count++
	if len(k.Keys) < maxDifferentKeys {
		k.Keys = append(k.Keys, key)
	}
}

// verified compares an answer of the source with that of a snapshot of it.
func (a *app) verified(ctx context.Context, q *ask.InPlace, answer *ask.Answer) (*ask.VerifyJSON, error) {
	v, err := a.verifyInPlace(ctx, q)
	if err != nil {
		return nil, err
	}
	v.Unpinned = answer.Source.Unpinned
	// The keys were streamed apart from the count: it must be theirs.
	inSource := v.SnapshotCount + v.OnlyInSource.Count - v.OnlyInSnapshot.Count
	v.Agrees = v.Agrees && inSource == answer.Count
	return v, nil
}

// printVerified prints how the source's answer compares.
func (a *app) printVerified(answer *ask.Answer, v *ask.VerifyJSON) error {
	verdict := "the same customers"
	if !v.Agrees {
		verdict = "NOT the same customers"
	}
	if err := a.printf("verified: %s in the source, %s in a snapshot of it: %s\n",
		wording.Number(answer.Count), wording.Number(v.SnapshotCount), verdict); err != nil {
		return err
	}
	if len(v.Unpinned) > 0 {
		if err := a.printf("%s\n", unpinnedText(v.Unpinned)); err != nil {
			return err
		}
	}
	for _, side := range []struct {
		where string
		keys  *ask.KeysJSON
	}{{"source", v.OnlyInSource}, {"snapshot", v.OnlyInSnapshot}} {
		if side.keys.Count == 0 {
			continue
		}
		if err := a.printf("only in the %s: %s, the first %s\n", side.where,
			wording.Plural(side.keys.Count, "customer", "customers"), strings.Join(side.keys.Keys, ", ")); err != nil {
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
func (a *app) verifyInPlace(ctx context.Context, q *ask.InPlace) (v *ask.VerifyJSON, err error) {
	home, err := newVerifyHome()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, home.Close()) }()
	dir := filepath.Join(home.dir, "snapshot")
	bar := a.newProgress()
	_, err = ingest.Build(ctx, q.Place.Parent, q.Place.Source, dir, &ingest.Options{AsOf: q.AsOf, Progress: bar.build, FS: throwaway{store.OS}})
	bar.done()
	if err != nil {
		return nil, err
	}
	db, err := engine.Open(dir, &engine.Options{Segments: q.Library})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	asked, err := db.QueryRule(q.Rule)
	if err != nil {
		return nil, err
	}
	return compareKeys(federate.KeysOf(ctx, q.Place.Place, q.Checked, q.AsOf), asked.At(q.AsOf).Keys(ctx), q.Schema().KeyType)
}

// compareKeys compares the keys of a source with those of a snapshot, both in
// ascending order.
func compareKeys(inSource, inSnapshot iter.Seq2[string, error], key model.Type) (*ask.VerifyJSON, error) {
	v := &ask.VerifyJSON{OnlyInSource: &ask.KeysJSON{Keys: []string{}}, OnlyInSnapshot: &ask.KeysJSON{Keys: []string{}}}
	there, stop := iter.Pull2(inSource)
	defer stop()
	x, err, more := there()
	for y, yerr := range inSnapshot {
		if yerr != nil {
			return nil, yerr
		}
		v.SnapshotCount++
		for more && err == nil && compareKey(x, y, key) < 0 {
			addKey(v.OnlyInSource, x)
			x, err, more = there()
		}
		if err != nil {
			return nil, err
		}
		if more && x == y {
			x, err, more = there()
		} else {
			addKey(v.OnlyInSnapshot, y)
		}
	}
	for more && err == nil {
		addKey(v.OnlyInSource, x)
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
