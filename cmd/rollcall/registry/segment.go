package registry

import (
	"context"
	"strconv"

	bolt "go.etcd.io/bbolt"
)

// Segment is a version of a segment. It is the current one where a method does not
// say otherwise.
type Segment struct {
	ID      uint64 `json:"id"` // stays through changes of the path; no other segment ever has it
	Parent  string `json:"parent"`
	Path    string `json:"path"`    // folder/name, or the name alone
	Text    string `json:"text"`    // the rule, canonical
	Form    string `json:"form"`    // the form that it came in
	Version uint64 `json:"version"` // from 1, one more with every change
	Created Stamp  `json:"created"`
	Updated Stamp  `json:"updated"`           // when this version was made
	Note    string `json:"note,omitempty"`    // on this version
	Deleted bool   `json:"deleted,omitempty"` // in this version
}

// SegmentText is the rule of a segment.
type SegmentText struct {
	Text string `json:"text"` // canonical
	Form string `json:"form"` // the form that it came in
}

// Change is who changes a segment, and why.
type Change struct {
	By   string `json:"by"`
	Note string `json:"note,omitempty"`
}

func (c Change) check() error {
	if err := checkText("note", c.Note, MaxNoteBytes); err != nil {
		return err
	}
	return checkBy(c.By)
}

// CreateSegment saves a segment. A path that another one of the parent segment has
// is an *[ExistsError].
func (r *Registry) CreateSegment(ctx context.Context, parent, path string, text SegmentText, change Change) (s Segment, err error) {
	if err := checkPath("segment path", path); err != nil {
		return Segment{}, err
	}
	if err := checkBody(text.Text, text.Form, MaxTextBytes); err != nil {
		return Segment{}, err
	}
	err = r.change(ctx, change, func(tx *bolt.Tx) error {
		if _, err := currentParent(tx, parent); err != nil {
			return err
		}
		id, err := tx.Bucket([]byte(segmentVersions)).NextSequence()
		if err != nil {
			return err
		}
		s = Segment{ID: id, Parent: parent, Path: path, Text: text.Text, Form: text.Form, Created: r.stamp(change.By)}
		if err := takePath(tx, s); err != nil {
			return err
		}
		s, err = r.revise(tx, s, change)
		return err
	})
	return s, err
}

// UpdateSegment saves another rule for a segment, of which expected is the current
// version, else it is a *[ConflictError]. The rule that is there, in its form, is no
// new version.
func (r *Registry) UpdateSegment(ctx context.Context, parent, path string, expected uint64, text SegmentText, change Change) (s Segment, err error) {
	if err := checkBody(text.Text, text.Form, MaxTextBytes); err != nil {
		return Segment{}, err
	}
	err = r.change(ctx, change, func(tx *bolt.Tx) error {
		s, err = expectedSegment(tx, parent, path, expected)
		if err != nil || s.Text == text.Text && s.Form == text.Form {
			return err
		}
		s.Text, s.Form = text.Text, text.Form
		s, err = r.revise(tx, s, change)
		return err
	})
	return s, err
}

// MoveSegment gives a segment, of which expected is the current version, another
// path: another name, another folder or both. The path that it has is no new
// version.
func (r *Registry) MoveSegment(ctx context.Context, parent, from, to string, expected uint64, change Change) (s Segment, err error) {
	if err := checkPath("segment path", to); err != nil {
		return Segment{}, err
	}
	err = r.change(ctx, change, func(tx *bolt.Tx) error {
		s, err = expectedSegment(tx, parent, from, expected)
		if err != nil || from == to {
			return err
		}
		s.Path = to
		if err := takePath(tx, s); err != nil {
			return err
		}
		if err := tx.Bucket([]byte(pathBucket)).Delete(pathKey(parent, from)); err != nil {
			return err
		}
		s, err = r.revise(tx, s, change)
		return err
	})
	return s, err
}

// DeleteSegment removes a segment, of which expected is the current version. It
// stays with all its versions, and a last one that says who removed it, and
// [Registry.RestoreSegment] brings it back.
func (r *Registry) DeleteSegment(ctx context.Context, parent, path string, expected uint64, change Change) (s Segment, err error) {
	err = r.change(ctx, change, func(tx *bolt.Tx) error {
		s, err = expectedSegment(tx, parent, path, expected)
		if err != nil {
			return err
		}
		if err := tx.Bucket([]byte(pathBucket)).Delete(pathKey(parent, path)); err != nil {
			return err
		}
		if err := put(tx, deletedBucket, key(parent, number(s.ID)...), true); err != nil {
			return err
		}
		s.Deleted = true
		s, err = r.revise(tx, s, change)
		return err
	})
	return s, err
}

// RestoreSegment brings a deleted segment back, to a path or, where that is empty,
// to the one that it had. A path that another segment has is an *[ExistsError].
func (r *Registry) RestoreSegment(ctx context.Context, parent string, id uint64, path string, change Change) (s Segment, err error) {
	if path != "" {
		if err := checkPath("segment path", path); err != nil {
			return Segment{}, err
		}
	}
	err = r.change(ctx, change, func(tx *bolt.Tx) error {
		if _, err := currentParent(tx, parent); err != nil {
			return err
		}
		s, err = anySegment(tx, parent, id)
		if err != nil {
			return err
		}
		if !s.Deleted {
			return &ExistsError{ASegment, s.Path}
		}
		if path != "" {
			s.Path = path
		}
		if err := takePath(tx, s); err != nil {
			return err
		}
		if err := tx.Bucket([]byte(deletedBucket)).Delete(key(parent, number(id)...)); err != nil {
			return err
		}
		s.Deleted = false
		s, err = r.revise(tx, s, change)
		return err
	})
	return s, err
}

// change runs a transaction that changes a segment.
func (r *Registry) change(ctx context.Context, change Change, f func(*bolt.Tx) error) error {
	if err := change.check(); err != nil {
		return err
	}
	return r.update(ctx, f)
}

// revise stores s as a new version.
func (r *Registry) revise(tx *bolt.Tx, s Segment, change Change) (Segment, error) {
	s.Version++
	s.Updated, s.Note = r.stamp(change.By), change.Note
	return s, put(tx, segmentVersions, append(number(s.ID), number(s.Version)...), s)
}

// takePath makes a path that of a segment.
func takePath(tx *bolt.Tx, s Segment) error {
	at := pathKey(s.Parent, s.Path)
	if tx.Bucket([]byte(pathBucket)).Get(at) != nil {
		return &ExistsError{ASegment, s.Path}
	}
	return put(tx, pathBucket, at, s.ID)
}

// expectedSegment returns a segment that is about to be changed.
func expectedSegment(tx *bolt.Tx, parent, path string, expected uint64) (Segment, error) {
	s, err := currentSegment(tx, parent, path)
	if err == nil && s.Version != expected {
		return Segment{}, &ConflictError{expected, s}
	}
	return s, err
}

func currentSegment(tx *bolt.Tx, parent, path string) (Segment, error) {
	id, found, err := get[uint64](tx, pathBucket, pathKey(parent, path))
	if err != nil {
		return Segment{}, err
	}
	if !found {
		if _, err := currentParent(tx, parent); err != nil {
			return Segment{}, err
		}
		return Segment{}, notFound(tx, ASegment, pathBucket, key(parent), path)
	}
	return anySegment(tx, parent, id)
}

// anySegment returns the last version of a segment, deleted or not.
func anySegment(tx *bolt.Tx, parent string, id uint64) (Segment, error) {
	s, found, err := lastVersion[Segment](tx, segmentVersions, number(id))
	if err == nil && (!found || s.Parent != parent) {
		err = &NotFoundError{Thing: ASegment, Name: strconv.FormatUint(id, 10)}
	}
	return s, err
}
