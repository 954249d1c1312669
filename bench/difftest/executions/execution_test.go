package executions

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// execution is one way of evaluating rules.
type execution interface {
	name() string
	// load makes a world the one that rules are asked of.
	load(ctx context.Context, w *world) error
	// selects returns the keys of the customers that a rule selects, sorted.
	// errUnsupported says that the execution cannot say such a rule.
	selects(ctx context.Context, q *question) ([]string, error)
	close() error
}

// question is a rule asked of a world at an as_of.
type question struct {
	*oracle.Case // its table is the data of the world
	world        *world
	rule         *rule.Rule
	segments     *rule.Library
	checked      *rule.Checked
}

// ask reads and checks a case whose table is the data of a world.
func ask(w *world, c *oracle.Case) (*question, error) {
	r, err := rule.Parse(c.Rule)
	if err != nil {
		return nil, fmt.Errorf("rule %s: %w", c.Rule, err)
	}
	segments, err := library(c.Segments)
	if err != nil {
		return nil, err
	}
	return askRule(w, c, r, segments)
}

// askRule checks a rule with the segments that it may refer to. The texts of the
// case are for messages.
func askRule(w *world, c *oracle.Case, r *rule.Rule, segments *rule.Library) (*question, error) {
	checked, err := rule.Check(r, w.Data.Schema, segments)
	if err != nil {
		return nil, fmt.Errorf("rule %s: %w", c.Rule, err)
	}
	return &question{Case: c, world: w, rule: r, segments: segments, checked: checked}, nil
}

// library returns the segments of a case as the engine takes them, nil where there
// are none.
func library(segments []oracle.Segment) (*rule.Library, error) {
	if len(segments) == 0 {
		return nil, nil
	}
	var files []*rule.SegmentFile
	for _, s := range segments {
		parsed, err := rule.Parse(s.Rule)
		if err != nil {
			return nil, fmt.Errorf("segment %s: %w", s.Path, err)
		}
		files = append(files, &rule.SegmentFile{Path: s.Path, Name: path.Base(s.Path), Rule: parsed})
	}
	return rule.NewLibrary(files), nil
}

// errUnsupported is returned for a rule that an execution cannot say.
var errUnsupported = errors.New("UNSUPPORTED_IN_DIALECT")

// sqlFor returns the SQL of a rule in a dialect.
func (q *question) sqlFor(dialect sqlgen.Dialect) (string, error) {
	text, err := sqlgen.Generate(dialect, q.checked, q.world.Layout, q.AsOf)
	var unsupported *sqlgen.UnsupportedError
	if errors.As(err, &unsupported) {
		return "", fmt.Errorf("%w: %w", errUnsupported, err)
	}
	return text, err
}

// byOracle returns what the oracle selects, sorted. overflow says that a sum has
// too many digits: then an execution may say so, too, or answer.
func (q *question) byOracle() (keys []string, overflow bool, err error) {
	rows, err := oracle.Select(q.Table, q.checked, q.AsOf)
	if errors.Is(err, oracle.ErrOverflow) {
		return nil, true, nil
	}
	return sortedKeys(q.Table.Selected(rows)), false, err
}

// sortedKeys returns keys as text, sorted.
func sortedKeys(keys []any) []string {
	texts := make([]string, len(keys))
	for i, key := range keys {
		texts[i] = fmt.Sprint(key)
	}
	slices.Sort(texts)
	return texts
}
