package service

import (
	"context"
	"fmt"
	"path"
	"slices"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// CreateSegment saves a new segment. Its rule must fit the parent segment, and the
// segments that are there.
func (s *Service) CreateSegment(ctx context.Context, who Caller, parent string, in SegmentRequest) (*SegmentJSON, error) {
	return s.changeSegment(ctx, who, opCreateSegment, parent, in.Path, func(c *segmentChange) (registry.Segment, error) {
		if in.Path == "" {
			return registry.Segment{}, inputf("path", "it is empty, expected the new segment's folder/name")
		}
		text, err := c.check(&in, in.Path)
		if err != nil {
			return registry.Segment{}, err
		}
		return s.registry.CreateSegment(ctx, parent, in.Path, text, registry.Change{By: who.by(), Note: in.Note})
	})
}

// UpdateSegment saves another rule for a segment, of which expected is the version that
// the change is of.
func (s *Service) UpdateSegment(ctx context.Context, who Caller, parent, path string, expected uint64, in SegmentRequest) (*SegmentJSON, error) {
	return s.changeSegment(ctx, who, opUpdateSegment, parent, path, func(c *segmentChange) (registry.Segment, error) {
		if in.Path != "" && in.Path != path {
			return registry.Segment{}, inputf("path", "it is %q, but the segment is %q: move it to give it another path", in.Path, path)
		}
		if err := s.expects(ctx, parent, path, expected); err != nil {
			return registry.Segment{}, err
		}
		text, err := c.check(&in, path)
		if err != nil {
			return registry.Segment{}, err
		}
		return s.registry.UpdateSegment(ctx, parent, path, expected, text, registry.Change{By: who.by(), Note: in.Note})
	})
}

// MoveSegment gives a segment another path. Segments that refer to it by the old one are
// in the way.
func (s *Service) MoveSegment(ctx context.Context, who Caller, parent, from string, expected uint64, in MoveRequest) (*SegmentJSON, error) {
	return s.changeSegment(ctx, who, opMoveSegment, parent, from, func(c *segmentChange) (registry.Segment, error) {
		if err := s.expects(ctx, parent, from, expected); err != nil {
			return registry.Segment{}, err
		}
		if in.To == "" {
			return registry.Segment{}, inputf("to", "it is empty, expected the new folder/name")
		}
		if err := c.keeps(from, c.with(from, func(f rule.SegmentFile) *rule.SegmentFile {
			f.Path, f.Name = in.To, path.Base(in.To)
			return &f
		})); err != nil {
			return registry.Segment{}, err
		}
		return s.registry.MoveSegment(ctx, parent, from, in.To, expected, registry.Change{By: who.by(), Note: in.Note})
	})
}

// DeleteSegment removes a segment that no other refers to. It can be restored.
func (s *Service) DeleteSegment(ctx context.Context, who Caller, parent, path string, expected uint64, note string) (*SegmentJSON, error) {
	return s.changeSegment(ctx, who, opDeleteSegment, parent, path, func(c *segmentChange) (registry.Segment, error) {
		if err := s.expects(ctx, parent, path, expected); err != nil {
			return registry.Segment{}, err
		}
		if err := c.keeps(path, c.with(path, func(rule.SegmentFile) *rule.SegmentFile { return nil })); err != nil {
			return registry.Segment{}, err
		}
		return s.registry.DeleteSegment(ctx, parent, path, expected, registry.Change{By: who.by(), Note: note})
	})
}

// RestoreSegment brings back a deleted segment, or the rule that one had in an earlier
// version; either is a new version.
func (s *Service) RestoreSegment(ctx context.Context, who Caller, parent, path string, in RestoreRequest) (*SegmentJSON, error) {
	return s.changeSegment(ctx, who, opRestoreSegment, parent, path, func(c *segmentChange) (registry.Segment, error) {
		saved, err := s.findSegment(ctx, parent, path, in.ID)
		if err != nil {
			return registry.Segment{}, err
		}
		was := saved
		if in.Version != 0 {
			if was, err = s.registry.SegmentVersion(ctx, parent, saved.ID, in.Version); err != nil {
				return registry.Segment{}, err
			}
		} else if !saved.Deleted {
			return registry.Segment{}, inputf("version", "it is missing: the segment is there, say which of its versions to go back to")
		}
		text, err := c.check(&SegmentRequest{Rule: was.Text}, path)
		if err != nil {
			return registry.Segment{}, err
		}
		text.Form = was.Form
		change := registry.Change{By: who.by(), Note: in.Note}
		if change.Note == "" && in.Version != 0 {
			change.Note = fmt.Sprintf("as in version %d", in.Version)
		}
		if saved.Deleted {
			if saved, err = s.registry.RestoreSegment(ctx, parent, saved.ID, "", change); err != nil || saved.Text == text.Text {
				return saved, err
			}
		}
		return s.registry.UpdateSegment(ctx, parent, path, saved.Version, text, change)
	})
}

// expects looks whether a change is of the version that is there, before anything else is
// said of it.
func (s *Service) expects(ctx context.Context, parent, path string, expected uint64) error {
	saved, err := s.registry.Segment(ctx, parent, path)
	switch {
	case err != nil:
		return err
	case expected == 0:
		return &NeedsVersionError{path}
	case expected != saved.Version:
		return &registry.ConflictError{Expected: expected, Current: saved}
	}
	return nil
}

// segmentChange is what a change of a segment is checked against.
type segmentChange struct {
	s       *Service
	ctx     context.Context //nolint:containedctx // It lives as long as the call.
	entry   *entry
	library *rule.Library // as it is
}

// changeSegment does a change of a segment, one at a time for a parent segment, logs it
// and returns the segment as it is then.
func (s *Service) changeSegment(ctx context.Context, who Caller, op Operation, parent, path string, change func(*segmentChange) (registry.Segment, error)) (*SegmentJSON, error) {
	object := segmentObject(parent, path)
	if err := s.allow(ctx, who, op, object); err != nil {
		return nil, err
	}
	e, err := s.entryOf(ctx, parent)
	if err != nil {
		return nil, s.record(ctx, who, op, object, 0, err)
	}
	e.changing.Lock()
	defer e.changing.Unlock()
	var saved registry.Segment
	library, err := s.readLibrary(ctx, parent)
	if err == nil {
		saved, err = change(&segmentChange{s, ctx, e, library})
	}
	e.libraryChanged() // also after an error, which may come after the change
	if err := s.record(ctx, who, op, object, saved.Version, err); err != nil {
		return nil, err
	}
	if saved.Deleted {
		return bareSegmentJSON(saved), nil
	}
	return s.showSegment(ctx, e, saved)
}

// check returns the text of a rule that is to be saved under a path: it fits the schema,
// where there is one, and leads to no cycle of segments.
func (c *segmentChange) check(in *SegmentRequest, path string) (registry.SegmentText, error) {
	given, err := parseGiven(in.Rule, in.Segment, in.File)
	if err != nil {
		return registry.SegmentText{}, err
	}
	schema, err := c.s.knownSchema(c.ctx, c.entry)
	if err != nil {
		return registry.SegmentText{}, err
	}
	r, err := given.typed(schema)
	if err != nil {
		return registry.SegmentText{}, err
	}
	file, err := segmentFile(registry.Segment{Path: path, Text: r.String()})
	if err != nil {
		return registry.SegmentText{}, err
	}
	library := c.with(path, func(old rule.SegmentFile) *rule.SegmentFile {
		file.ID = old.ID
		return file
	})
	if !slices.Contains(library.Segments(), file) {
		library = rule.NewLibrary(append(slices.Clone(library.Segments()), file))
	}
	if schema == nil {
		err = rule.CheckReferences(r, library)
	} else {
		_, err = rule.Check(r, schema, library)
	}
	if err == nil {
		err = c.keeps(path, library)
	}
	return registry.SegmentText{Text: r.String(), Form: given.form}, err
}

// with returns the library with another segment in place of the one with a path; nil
// leaves it out. Where there is none of that path, it is the library itself.
func (c *segmentChange) with(path string, replace func(rule.SegmentFile) *rule.SegmentFile) *rule.Library {
	var files []*rule.SegmentFile
	for _, f := range c.library.Segments() {
		if f.Path == path {
			if f = replace(*f); f == nil {
				continue
			}
		}
		files = append(files, f)
	}
	return rule.NewLibrary(files)
}

// keeps returns an *registry.InUseError where another library has segments refer to what is
// not there any more, is not meant alone, or leads back to them, and this one has not.
func (c *segmentChange) keeps(path string, next *rule.Library) error {
	var users []string
	for _, f := range c.library.Segments() {
		if f.Path == path || rule.CheckReferences(f.Rule, c.library) != nil {
			continue // the one that changes, or wrong before
		}
		if rule.CheckReferences(f.Rule, next) != nil {
			users = append(users, fmt.Sprintf("segment %q", f.Path))
		}
	}
	if len(users) == 0 {
		return nil
	}
	const shown = 5
	err := &registry.InUseError{Thing: registry.ASegment, Name: path, Users: users}
	if len(users) > shown {
		err.Users, err.More = users[:shown], len(users)-shown
	}
	return err
}
