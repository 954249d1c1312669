package executions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// index is the engine over the snapshot of a world.
type index struct {
	snapshot string
}

func (*index) name() string { return "index" }

func (x *index) load(_ context.Context, w *world) error {
	x.snapshot = w.snapshot
	return nil
}

func (x *index) selects(ctx context.Context, q *question) ([]string, error) {
	return x.selectsRule(ctx, q, q.rule)
}

// selectsRule asks a rule in place of a question's.
func (x *index) selectsRule(ctx context.Context, q *question, r *rule.Rule) (keys []string, err error) {
	db, err := engine.Open(x.snapshot, &engine.Options{Segments: q.segments})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return selected(ctx, db, r, q.AsOf)
}

// selected returns the keys that a rule selects at a time, sorted.
func selected(ctx context.Context, db *engine.DB, r *rule.Rule, asOf time.Time) ([]string, error) {
	query, err := db.QueryRule(r)
	if err != nil {
		return nil, err
	}
	query = query.At(asOf)
	var keys []string
	for key, err := range query.Keys(ctx) {
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	n, err := query.Count(ctx)
	if err == nil && n != uint64(len(keys)) {
		err = fmt.Errorf("the count is %d, there are %d keys", n, len(keys))
	}
	slices.Sort(keys)
	return keys, err
}

func (*index) close() error { return nil }

// refreshedIndex is the index over the snapshot that came about by refreshes. Where
// the index opens the snapshot for each rule, this one keeps it open.
type refreshedIndex struct {
	snapshot string
	db       *engine.DB    // nil: none is open
	segments *rule.Library // of db
}

func (*refreshedIndex) name() string { return "index/refreshed" }

func (x *refreshedIndex) load(_ context.Context, w *world) error {
	x.snapshot = w.refreshed.dir
	return x.close()
}

func (x *refreshedIndex) selects(ctx context.Context, q *question) ([]string, error) {
	if x.db == nil || x.segments != q.segments {
		if err := x.close(); err != nil {
			return nil, err
		}
		db, err := engine.Open(x.snapshot, &engine.Options{Segments: q.segments})
		if err != nil {
			return nil, err
		}
		x.db, x.segments = db, q.segments
	}
	return selected(ctx, x.db, q.rule, q.AsOf)
}

func (x *refreshedIndex) close() error {
	if x.db == nil {
		return nil
	}
	err := x.db.Close()
	x.db = nil
	return err
}

// rewritten is the index that is asked a rule as one of its other forms reads: to
// write a rule and to read it back must not change who is selected.
type rewritten struct {
	index
	form string
	// again writes a rule and reads it back. Its text must not change.
	again func(q *question) (*rule.Rule, error)
}

// rewrittens are the index with the forms of a rule: canonical text, and files in
// both shapes.
func rewrittens() []execution {
	return []execution{
		&rewritten{form: "text", again: throughText},
		&rewritten{form: "segment", again: throughFile("segment.yml", (*rule.SegmentFile).AppendSegment)},
		&rewritten{form: "wire", again: throughFile("wire.json", (*rule.SegmentFile).AppendWire)},
	}
}

func (x *rewritten) name() string { return "index/" + x.form }

func (x *rewritten) selects(ctx context.Context, q *question) ([]string, error) {
	again, err := x.again(q)
	if err != nil {
		return nil, err
	}
	return x.selectsRule(ctx, q, again)
}

// throughText prints and parses the checked rule: what a file says of values has
// become literals of the columns' types there.
func throughText(q *question) (*rule.Rule, error) {
	again, err := rule.Parse(q.checked.String())
	if err == nil {
		err = sameText(q.checked.String(), again)
	}
	return again, err
}

// throughFile writes and reads a file.
func throughFile(name string, write func(*rule.SegmentFile, []byte, func(string) bool) ([]byte, error)) func(*question) (*rule.Rule, error) {
	return func(q *question) (*rule.Rule, error) {
		isBehavior := func(name string) bool { return q.world.Data.Schema.Behavior(name) >= 0 }
		text, err := write(&rule.SegmentFile{Path: "rule", Name: "rule", Rule: q.rule}, nil, isBehavior)
		if err != nil {
			return nil, err
		}
		again, err := rule.ParseFile(name, text)
		if err != nil {
			return nil, fmt.Errorf("%w\n%s", err, text)
		}
		return again.Rule, sameText(q.rule.String(), again.Rule)
	}
}

func sameText(before string, again *rule.Rule) error {
	if again.String() != before {
		return fmt.Errorf("the text changes from %s to %s", before, again)
	}
	return nil
}
