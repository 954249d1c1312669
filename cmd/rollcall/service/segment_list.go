package service

import (
	"context"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate"
)

// Segments lists the segments of a parent segment by path; where counts are asked for with
// how many customers each has, of a snapshot in one pass over it.
func (s *Service) Segments(ctx context.Context, who Caller, parent string, in SegmentsRequest) (*Page[SegmentJSON], error) {
	if err := s.allow(ctx, who, opSegments, parentObject(parent)+"/segments"); err != nil {
		return nil, err
	}
	e, err := s.entryOf(ctx, parent)
	if err != nil {
		return nil, err
	}
	if in.Deleted {
		return s.deletedSegments(ctx, parent, in)
	}
	saved, err := s.registry.Segments(ctx, parent, in.Folder, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	schema, err := s.knownSchema(ctx, e)
	if err != nil {
		return nil, err
	}
	library, err := s.libraryOf(ctx, e)
	if err != nil {
		return nil, err
	}
	out := &Page[SegmentJSON]{Items: []SegmentJSON{}, Next: saved.Next}
	for _, one := range saved.Items {
		shown, err := newSegmentJSON(one, schema, library)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, *shown)
	}
	if in.Counts {
		err = s.countSegments(ctx, parent, &in, out.Items)
	}
	return out, err
}

// deletedSegments lists the segments that can be restored.
func (s *Service) deletedSegments(ctx context.Context, parent string, in SegmentsRequest) (*Page[SegmentJSON], error) {
	if in.Counts || in.Folder != "" {
		return nil, inputf("deleted", "deleted segments have neither counts nor folders: leave counts and folder out")
	}
	page, err := s.registry.DeletedSegments(ctx, parent, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &Page[SegmentJSON]{Items: []SegmentJSON{}, Next: page.Next}
	for _, one := range page.Items {
		out.Items = append(out.Items, *bareSegmentJSON(one))
	}
	return out, nil
}

// countSegments fills in how many customers segments have. Where there is no snapshot yet
// there are none to be counted.
func (s *Service) countSegments(ctx context.Context, parent string, in *SegmentsRequest, segments []SegmentJSON) error {
	o, err := s.open(ctx, parent, 0)
	if isA[*NotBuiltError](err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer o.release()
	asOf, err := s.asOf(in.AsOf, o.entry.location)
	if err != nil {
		return err
	}
	text := ask.TimeText(asOf.In(o.entry.location))
	set := func(i int, count uint64, err error) {
		if err != nil {
			segments[i].Problems = itemsOf(err)
			return
		}
		segments[i].Count, segments[i].AsOf = &count, text
	}
	if o.place != nil {
		return o.failed(ctx, o.countInPlace(ctx, asOf, segments, set))
	}
	found, err := o.snapshot.Segments(ctx, o.library, asOf)
	if err != nil {
		return err
	}
	at := map[string]int{}
	for i := range segments {
		at[segments[i].Path] = i
	}
	for _, c := range found.Counts {
		if i, wanted := at[c.Path]; wanted {
			set(i, c.Count, c.Err)
		}
	}
	return nil
}

// countInPlace asks a source about segments, one after the other.
func (o *opened) countInPlace(ctx context.Context, asOf time.Time, segments []SegmentJSON, set func(int, uint64, error)) error {
	for i := range segments {
		count, err := countIn(ctx, o.place, o.library, segments[i].Text, asOf)
		if err != nil && itemsOf(err) == nil {
			return err
		}
		set(i, count, err)
	}
	return nil
}

func countIn(ctx context.Context, place *ask.Place, library *rule.Library, text string, asOf time.Time) (uint64, error) {
	r, err := rule.Parse(text)
	if err != nil {
		return 0, err
	}
	checked, err := rule.Check(r, place.Schema, library)
	if err != nil {
		return 0, err
	}
	return federate.Count(ctx, place.Place, checked, asOf)
}

// itemsOf returns the problems of a segment that cannot be counted; nil where the error is
// not its own.
func itemsOf(err error) []ProblemItem {
	if items := problemsOf(err); items != nil {
		return items
	}
	if k := kindOf(err); k.status == statusUnprocessable {
		return []ProblemItem{{Code: k.code, Message: err.Error(), Hint: k.hint}}
	}
	return nil
}
