package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/federate/export"
)

// opened is a parent segment that is open to be asked: one of snapshot and place is there.
type opened struct {
	entry    *entry
	snapshot *ask.Snapshot
	place    *ask.Place
	library  *rule.Library
	release  func()
}

// open opens a parent segment to be asked, in a version of its snapshot that is kept; 0 is
// the current one. The caller releases it. Answers call its sources as the connections are
// called: where these lead is an administrator's matter.
func (s *Service) open(ctx context.Context, parent string, version uint64) (*opened, error) {
	e, err := s.entryOf(ctx, parent)
	if err != nil {
		return nil, err
	}
	if e.Mode == registry.InPlace {
		if version != 0 {
			return nil, ask.UnsupportedInPlace("a source has no versions of a snapshot")
		}
		return s.openInPlace(ctx, e)
	}
	h, err := s.hold(ctx, e)
	if err != nil {
		return nil, err
	}
	if version != 0 && version != h.db.Manifest().Version {
		defer h.release()
		return s.openVersion(e, h.library, version)
	}
	at, err := h.db.Snapshot()
	if err != nil {
		h.release()
		return nil, err
	}
	snap := ask.NewSnapshot(at)
	snap.Sources = e.Connections
	return &opened{entry: e, snapshot: snap, library: h.library, release: func() {
		_ = snap.Close() // it was only read
		h.release()
	}}, nil
}

// openVersion opens an earlier version of a snapshot. It is closed after the question:
// who looks back does so now and then.
func (s *Service) openVersion(e *entry, library *rule.Library, version uint64) (*opened, error) {
	snap, err := ask.OpenSnapshot(s.folder(&e.Parent), version, library)
	if missing := (*store.VersionNotFoundError)(nil); errors.As(err, &missing) { // which names the folder
		told := store.VersionNotFoundError{Dir: fmt.Sprintf("the parent segment %q", e.Name), Version: missing.Version, Have: missing.Have}
		return nil, &folderlessError{told.Error(), err}
	}
	if err != nil {
		return nil, err
	}
	snap.Sources = e.Connections
	return &opened{entry: e, snapshot: snap, library: library, release: func() { _ = snap.Close() }}, nil
}

func (s *Service) openInPlace(ctx context.Context, e *entry) (*opened, error) {
	library, err := s.libraryOf(ctx, e)
	if err != nil {
		return nil, err
	}
	p, err := s.holdPlace(ctx, e)
	if err != nil {
		return nil, err
	}
	return &opened{entry: e, place: p.place, library: library, release: p.release}, nil
}

// schema returns the names and types of what is open.
func (o *opened) schema() *model.Schema {
	if o.place != nil {
		return o.place.Schema
	}
	return o.snapshot.Schema()
}

// failed returns the error of a question. What is not the caller's doing is the source's
// where a source was asked.
func (o *opened) failed(ctx context.Context, err error) error {
	if o.place == nil {
		return err
	}
	return sourceFailed(ctx, o.entry.Connections, err)
}

// asked is a rule of a request that is open to be asked.
type asked struct {
	*opened
	ask.Asker
	given *ask.Rule
	form  string
	asOf  time.Time
}

// ask opens a parent segment and checks a rule against it. The caller releases it.
func (s *Service) ask(ctx context.Context, parent string, in *Ask) (*asked, error) {
	o, err := s.open(ctx, parent, in.Version)
	if err != nil {
		return nil, err
	}
	q, err := s.askOf(ctx, o, in)
	if err != nil {
		o.release()
		return nil, err
	}
	return q, nil
}

// askOf checks a rule against what is open.
func (s *Service) askOf(ctx context.Context, o *opened, in *Ask) (*asked, error) {
	given, err := s.given(ctx, o.entry.Name, in)
	if err != nil {
		return nil, err
	}
	asOf, err := s.asOf(in.AsOf, o.entry.location)
	if err != nil {
		return nil, err
	}
	q := &asked{opened: o, given: &ask.Rule{Parsed: given.rule, Segment: given.file}, form: given.form, asOf: asOf}
	if o.place != nil {
		q.Asker, err = ask.AskInPlace(o.place.At(asOf), q.given, o.library)
	} else {
		q.Asker, err = ask.Ask(o.snapshot, q.given, asOf)
	}
	if err != nil {
		return nil, err
	}
	return q, nil
}

// choose returns what asks for the members that a request takes: all of them where it
// says nothing.
func (q *asked) choose(in *Pick) (ask.Asker, error) {
	if *in == (Pick{}) {
		return q.Asker, nil
	}
	if in.Top == "" && in.Per == "" {
		return nil, inputf("order_by", "it needs top or per: it says who comes first")
	}
	pick, err := ask.ParsePick(in.Top, in.OrderBy, in.Per)
	if err != nil {
		return nil, err
	}
	return ask.Choose(q.Asker, pick)
}

// columnsOf returns the columns that a request asks for beside the key: all attributes
// where it names none.
func columnsOf(schema *model.Schema, columns []string) []string {
	if columns == nil {
		return ask.AllColumns(schema)
	}
	return columns
}

// seen returns how a caller sees columns of a parent segment, those of events as what they
// are made of.
func (s *Service) seen(who Caller, parent string, columns []string, made reads) map[string]export.Mask {
	masks := s.masks[parent].Of(who.Roles, columns)
	made.through(masks, func(fields []string) map[string]export.Mask { return s.masks[parent].Of(who.Roles, fields) })
	return masks
}

// hidesSmall reports whether values of an attribute are hidden from a caller that few
// members have: from who may see numbers only, and from whom the column is masked for.
func (s *Service) hidesSmall(who Caller, parent, attribute string) bool {
	return !who.Roles.Has(access.Members) || s.seen(who, parent, []string{attribute}, nil)[attribute] != export.Clear
}

// checked returns the rule as it was checked.
func (q *asked) checked() (*rule.Checked, error) {
	return rule.Check(q.given.Parsed, q.schema(), q.library)
}
