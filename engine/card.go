package engine

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/exec"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
)

// Profile is what a snapshot knows of one customer: a card to look at.
type Profile struct {
	Key        string          // as it is stored: of whole numbers "7", where "007" was asked for
	Manifest   *store.Manifest // of the version that was asked; it must not be changed
	AsOf       time.Time       // events before it are shown, UTC
	Attributes []NamedValue    // those asked for, as they were when the snapshot was made
	Behaviors  []History       // all, in the order of the schema
	// Segments is the paths of the library's segments that the customer is in, in the
	// order of the library; nil where they were not asked for.
	Segments []string
	// SegmentsAsked is how many segments were looked at.
	SegmentsAsked int
}

// NamedValue is a value of an attribute or of an event's field.
type NamedValue struct {
	Name  string
	Value any // as Row.Values has values
}

// History is what a customer did of one behavior, as far as as_of has seen it, and as
// far back as the behavior's events are kept.
type History struct {
	Behavior string
	Count    uint64     // of all events, those without a time too
	First    *time.Time // of the events that have a time, UTC; nil: there is none
	Last     *time.Time
	// Recent is the latest events, the newest first, those without a time last. Events
	// of one instant are in no particular order.
	Recent []Event
}

// Event is one thing that a customer did.
type Event struct {
	Time   *time.Time   // UTC; nil: unknown
	Fields []NamedValue // in the order of the schema
}

// ProfileOptions say what to show of a customer. The zero value shows all attributes
// and how many events there are, as of now.
type ProfileOptions struct {
	AsOf     *time.Time // nil: now
	Columns  []string   // attributes to show; nil: all, less the key
	Events   int        // the most recent events to show of each behavior; 0 or less: none
	Segments bool       // whether to look which segments of Options.Segments have the customer
}

// Profile returns the card of the customer with a key, whole numbers in decimal
// digits, whose Key is written as it is stored. Where there is no such customer the error is a *KeyError; a *ColumnError is
// the one for a name that is no attribute, rule.Errors for a segment that does not
// fit the schema. It takes as long as a look at whose the events of a block of
// customers are, and with Segments for each of these as Has does of a block.
func (s *Snapshot) Profile(ctx context.Context, key string, options ProfileOptions) (out *Profile, err error) {
	v, err := s.acquire()
	if err != nil {
		return nil, err
	}
	defer v.done()
	err = guard(func() error {
		if err := ctx.Err(); err != nil {
			return err
		}
		row, err := v.rowOf(key)
		if err != nil {
			return err
		}
		asOf := s.db.options.Now()
		if options.AsOf != nil {
			asOf = *options.AsOf
		}
		stored, err := v.keyAt(row)
		if err != nil {
			return err
		}
		out = &Profile{Key: stored, Manifest: v.snapshot.Manifest(), AsOf: floor(asOf)}
		if out.Attributes, err = v.valuesOf(row, options.Columns); err != nil {
			return err
		}
		for i := range v.schema.Behaviors {
			h, err := v.history(i, row, out.AsOf, options.Events)
			if err != nil {
				return err
			}
			out.Behaviors = append(out.Behaviors, *h)
		}
		if options.Segments {
			return s.segmentsOf(ctx, row, out)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// keyAt returns the key of the customer at row, a whole number in decimal digits.
func (v *version) keyAt(row uint32) (string, error) {
	keys, err := v.snapshot.Keys().Block(int(row / bitmap.BlockRows))
	if err != nil {
		return "", err
	}
	i := int(row % bitmap.BlockRows)
	if keys.Type().Kind == model.String {
		return strings.Clone(keys.Text(i)), nil
	}
	return strconv.FormatInt(keys.Int(i), 10), nil
}

// valuesOf returns the attributes called names of the customer at row; nil: all.
func (v *version) valuesOf(row uint32, names []string) ([]NamedValue, error) {
	if names == nil {
		for _, a := range v.schema.Attributes {
			if a.Name != v.schema.KeyColumn {
				names = append(names, a.Name)
			}
		}
	}
	positions, err := columns(v.schema, names)
	if err != nil {
		return nil, err
	}
	out := make([]NamedValue, len(positions))
	for i, position := range positions {
		values, err := v.snapshot.Attribute(position).Block(int(row / bitmap.BlockRows))
		if err != nil {
			return nil, err
		}
		out[i] = NamedValue{names[i], values.Value(int(row % bitmap.BlockRows))}
	}
	return out, nil
}

// segmentsOf notes the segments that the customer at row is in.
func (s *Snapshot) segmentsOf(ctx context.Context, row uint32, out *Profile) error {
	queries, err := s.library()
	if err != nil {
		return err
	}
	out.Segments, out.SegmentsAsked = []string{}, len(queries)
	for _, q := range queries {
		b, err := q.bind(s.version)
		if err != nil {
			return err
		}
		p, err := q.At(out.AsOf).program(ctx, s.version, b)
		if err != nil {
			return err
		}
		has, err := exec.Has(ctx, s.version.snapshot, p.Root, row)
		if err != nil {
			return fmt.Errorf("segment %q: %w", q.path, err)
		}
		if has {
			out.Segments = append(out.Segments, q.path)
		}
	}
	return nil
}

// segmentQuery is the query of a segment of the library.
type segmentQuery struct {
	*Query
	path string
}

// library returns the queries of the library's segments, which are checked once for
// a Snapshot.
func (s *Snapshot) library() ([]segmentQuery, error) {
	if found := s.segments.Load(); found != nil {
		return *found, nil
	}
	var out []segmentQuery
	var problems rule.Errors
	if s.db.options.Segments != nil {
		for _, f := range s.db.options.Segments.Segments() {
			b := &bound{db: s.db, from: s, rule: f.Rule}
			first := b.check(s.version.schema)
			if first.err != nil {
				var some rule.Errors
				if !errors.As(first.err, &some) {
					return nil, fmt.Errorf("segment %q: %w", f.Path, first.err)
				}
				problems = append(problems, some...)
				continue
			}
			b.text = first.text
			out = append(out, segmentQuery{&Query{bound: b}, f.Path})
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	s.segments.Store(&out)
	return out, nil
}
