package service

import (
	"context"
	"path"
	"strconv"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// segmentObject is what the log calls a segment.
func segmentObject(parent, path string) string { return parentObject(parent) + "/segments/" + path }

// Segment returns a segment in all three shapes.
func (s *Service) Segment(ctx context.Context, who Caller, parent, path string) (*SegmentJSON, error) {
	if err := s.allow(ctx, who, opSegment, segmentObject(parent, path)); err != nil {
		return nil, err
	}
	e, err := s.entryOf(ctx, parent)
	if err != nil {
		return nil, err
	}
	saved, err := s.registry.Segment(ctx, parent, path)
	if err != nil {
		return nil, err
	}
	return s.showSegment(ctx, e, saved)
}

// showSegment returns a segment as it reads in its parent segment.
func (s *Service) showSegment(ctx context.Context, e *entry, saved registry.Segment) (*SegmentJSON, error) {
	schema, err := s.knownSchema(ctx, e)
	if err != nil {
		return nil, err
	}
	library, err := s.libraryOf(ctx, e)
	if err != nil {
		return nil, err
	}
	return newSegmentJSON(saved, schema, library)
}

// newSegmentJSON shows a segment. A nil schema leaves names and types unchecked.
func newSegmentJSON(saved registry.Segment, schema *model.Schema, library *rule.Library) (*SegmentJSON, error) {
	out := bareSegmentJSON(saved)
	r, err := rule.Parse(saved.Text)
	if err != nil {
		return nil, err
	}
	if schema == nil {
		err = rule.CheckReferences(r, library)
	} else {
		_, err = rule.Check(r, schema, library)
	}
	if problems := ask.RuleProblems(err); problems != nil {
		out.Problems = ruleItems(problems)
	} else if err != nil {
		return nil, err
	} else {
		out.Rule = r.String()
	}
	out.Segment, out.Wire, err = shapes(r, saved.Path, schema)
	return out, err
}

// bareSegmentJSON shows a segment as it was saved, without looking at its rule.
func bareSegmentJSON(saved registry.Segment) *SegmentJSON {
	folder, name := path.Split(saved.Path)
	if folder != "" {
		folder = folder[:len(folder)-1]
	}
	return &SegmentJSON{
		ID: saved.ID, Path: saved.Path, Folder: folder, Name: name, Rule: saved.Text, Text: saved.Text, Form: saved.Form,
		Problems: []ProblemItem{}, Version: saved.Version, Created: saved.Created, Updated: saved.Updated, Note: saved.Note,
		Deleted: saved.Deleted,
	}
}

// SegmentVersions lists the versions of a segment, newest first, each as it was saved. Of
// a deleted one, where nothing else has its path, those up to the last.
func (s *Service) SegmentVersions(ctx context.Context, who Caller, parent, path string, in Listing) (*Page[SegmentJSON], error) {
	if err := s.allow(ctx, who, opSegmentVersions, segmentObject(parent, path)); err != nil {
		return nil, err
	}
	saved, err := s.findSegment(ctx, parent, path, 0)
	if err != nil {
		return nil, err
	}
	versions, err := s.registry.SegmentVersions(ctx, parent, saved.ID, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &Page[SegmentJSON]{Items: []SegmentJSON{}, Next: versions.Next}
	for _, v := range versions.Items {
		out.Items = append(out.Items, *bareSegmentJSON(v))
	}
	return out, nil
}

// findSegment returns the segment with a path, or the one deleted last that had it. An id
// tells which of several.
func (s *Service) findSegment(ctx context.Context, parent, path string, id uint64) (registry.Segment, error) {
	saved, err := s.registry.Segment(ctx, parent, path)
	if err == nil && (id == 0 || id == saved.ID) {
		return saved, nil
	}
	if err != nil && !isA[*registry.NotFoundError](err) {
		return registry.Segment{}, err
	}
	missing := err
	for after := ""; ; {
		page, err := s.registry.DeletedSegments(ctx, parent, after, registry.MaxPage)
		if err != nil {
			return registry.Segment{}, err
		}
		for _, deleted := range page.Items {
			if deleted.Path == path && (id == 0 || id == deleted.ID) {
				return deleted, nil
			}
		}
		if after = page.Next; after == "" {
			break
		}
	}
	if missing == nil {
		missing = &registry.NotFoundError{Thing: registry.ASegment, Name: path + " of the id " + strconv.FormatUint(id, 10)}
	}
	return registry.Segment{}, missing
}
