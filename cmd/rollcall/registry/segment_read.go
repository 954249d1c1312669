package registry

import (
	"context"
	"strconv"

	bolt "go.etcd.io/bbolt"
)

// Segment returns a segment.
func (r *Registry) Segment(ctx context.Context, parent, path string) (s Segment, err error) {
	err = r.view(ctx, func(tx *bolt.Tx) error {
		s, err = currentSegment(tx, parent, path)
		return err
	})
	return s, err
}

// Segments lists the segments of a parent segment by path, those after one, limit
// of them: all of them where folder is empty, else those in it and in the folders
// below.
func (r *Registry) Segments(ctx context.Context, parent, folder, after string, limit int) (page Page[Segment], err error) {
	prefix := key(parent)
	if folder != "" {
		if err := checkPath("folder", folder); err != nil {
			return Page[Segment]{}, err
		}
		prefix = append(append(prefix, folder...), '/')
	}
	err = r.view(ctx, func(tx *bolt.Tx) error {
		if _, err := currentParent(tx, parent); err != nil {
			return err
		}
		next := upward(tx, pathBucket, prefix, after)
		page, err = collect(limit, func() (string, Segment, bool, error) {
			rest, value := next()
			if rest == nil {
				return "", Segment{}, false, nil
			}
			id, err := decode[uint64](tx, pathBucket, append(prefix[:len(prefix):len(prefix)], rest...), value)
			if err != nil {
				return "", Segment{}, false, err
			}
			s, err := anySegment(tx, parent, id)
			return string(rest), s, true, err
		})
		return err
	})
	return page, err
}

// DeletedSegments lists the segments of a parent segment that can be restored, those
// made last first: of each the version that says who removed it.
func (r *Registry) DeletedSegments(ctx context.Context, parent, after string, limit int) (page Page[Segment], err error) {
	below, err := belowOf(after)
	if err != nil {
		return Page[Segment]{}, err
	}
	err = r.view(ctx, func(tx *bolt.Tx) error {
		if err := everParent(tx, parent); err != nil {
			return err
		}
		next := downward(tx, deletedBucket, key(parent), below)
		page, err = collect(limit, func() (string, Segment, bool, error) {
			id, value := next()
			if value == nil {
				return "", Segment{}, false, nil
			}
			s, err := anySegment(tx, parent, id)
			return strconv.FormatUint(id, 10), s, true, err
		})
		return err
	})
	return page, err
}

// SegmentVersion returns a version of a segment, which may be deleted.
func (r *Registry) SegmentVersion(ctx context.Context, parent string, id, version uint64) (s Segment, err error) {
	err = r.view(ctx, func(tx *bolt.Tx) error {
		if _, err := anySegment(tx, parent, id); err != nil {
			return err
		}
		s, err = versionOf[Segment](tx, segmentVersions, number(id), version)
		return err
	})
	return s, err
}

// SegmentVersions lists the versions of a segment, which may be deleted, newest
// first.
func (r *Registry) SegmentVersions(ctx context.Context, parent string, id uint64, after string, limit int) (page Page[Segment], err error) {
	err = r.view(ctx, func(tx *bolt.Tx) error {
		if _, err := anySegment(tx, parent, id); err != nil {
			return err
		}
		page, err = listVersions[Segment](tx, segmentVersions, number(id), after, limit)
		return err
	})
	return page, err
}
