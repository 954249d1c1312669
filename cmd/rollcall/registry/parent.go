package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	bolt "go.etcd.io/bbolt"
)

// Mode is where a parent segment is asked.
type Mode string

// The modes.
const (
	Copied  Mode = "copied"   // of a snapshot
	InPlace Mode = "in_place" // in the source, with SQL
)

// ParentInput is a parent segment as a caller gives it.
type ParentInput struct {
	Name        string   `json:"name"`
	Text        string   `json:"text"` // the configuration as it came
	Form        string   `json:"form"` // the form that it has
	Mode        Mode     `json:"mode"`
	Connections []string `json:"connections"` // names, one or more
	// Delete says that attributes, behaviors and fields which the version before had may go.
	// It is agreed with a version, and no part of what makes one another.
	Delete bool `json:"delete,omitempty"`
}

// Parent is a version of a parent segment. It is the current one where a method
// does not say otherwise.
type Parent struct {
	ParentInput
	Checksum string `json:"checksum"` // SHA-256 of the text, in hex
	Folder   string `json:"folder"`   // name of the folder of its snapshot, one part of a path; no other parent segment ever has it
	Version  uint64 `json:"version"`  // from 1, one more with every change
	Created  Stamp  `json:"created"`
	Updated  Stamp  `json:"updated"`           // when this version was made
	Deleted  bool   `json:"deleted,omitempty"` // in this version
}

// PutParent creates a parent segment, or changes the one of that name, which keeps
// its folder. Putting what is there (text, form, mode and connections) changes
// nothing and says so. Every change is a version; none is ever lost. A connection
// that is not there is a *[NotFoundError]. One that was deleted before goes on with
// its versions and gets a new folder.
func (r *Registry) PutParent(ctx context.Context, in ParentInput, by string) (parent Parent, outcome Outcome, err error) {
	if err := checkParent(in, by); err != nil {
		return Parent{}, "", err
	}
	in.Connections = slices.Clone(in.Connections)
	same := false
	err = r.view(ctx, func(tx *bolt.Tx) error { // most often it is the same: no need to wait for the disk
		parent, same, err = unchangedParent(tx, in)
		return err
	})
	if err != nil || same {
		return parent, Unchanged, err
	}
	err = r.update(ctx, func(tx *bolt.Tx) error {
		parent, outcome, err = r.putParent(tx, in, by)
		return err
	})
	if err != nil {
		return Parent{}, "", err
	}
	return parent, outcome, nil
}

func unchangedParent(tx *bolt.Tx, in ParentInput) (Parent, bool, error) {
	_, found, err := get[uint64](tx, parentBucket, []byte(in.Name))
	if err != nil || !found {
		return Parent{}, false, err
	}
	p, err := currentParent(tx, in.Name)
	same := p.Text == in.Text && p.Form == in.Form && p.Mode == in.Mode && slices.Equal(p.Connections, in.Connections)
	return p, err == nil && same, err
}

func (r *Registry) putParent(tx *bolt.Tx, in ParentInput, by string) (Parent, Outcome, error) {
	if p, same, err := unchangedParent(tx, in); err != nil || same {
		return p, Unchanged, err
	}
	for _, name := range in.Connections {
		if tx.Bucket([]byte(connectionBucket)).Get([]byte(name)) == nil {
			return Parent{}, "", notFound(tx, AConnection, connectionBucket, nil, name)
		}
	}
	p, found, err := lastVersion[Parent](tx, parentVersions, key(in.Name))
	if err != nil {
		return Parent{}, "", err
	}
	outcome, stamp := Updated, r.stamp(by)
	if !found || p.Deleted {
		outcome = Created
		p.Created, p.Deleted = stamp, false
		if p.Folder, err = newFolder(tx, in.Name); err != nil {
			return Parent{}, "", err
		}
	}
	p.ParentInput, p.Updated, p.Checksum = in, stamp, checksum(in.Text)
	p.Version++
	return p, outcome, storeParent(tx, p)
}

// storeParent stores a version and makes it the current one.
func storeParent(tx *bolt.Tx, p Parent) error {
	if err := put(tx, parentVersions, key(p.Name, number(p.Version)...), p); err != nil {
		return err
	}
	if p.Deleted {
		return tx.Bucket([]byte(parentBucket)).Delete([]byte(p.Name))
	}
	return put(tx, parentBucket, []byte(p.Name), p.Version)
}

// newFolder takes a folder that was never given.
func newFolder(tx *bolt.Tx, name string) (string, error) {
	for try := 0; ; try++ {
		folder := folderName(name, try)
		if tx.Bucket([]byte(folderBucket)).Get([]byte(folder)) == nil {
			return folder, put(tx, folderBucket, []byte(folder), name)
		}
	}
}

func checksum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// checkParent checks what a caller gives.
func checkParent(in ParentInput, by string) error {
	if err := checkName("parent segment name", in.Name); err != nil {
		return err
	}
	if err := checkBody(in.Text, in.Form, MaxConfig); err != nil {
		return err
	}
	if in.Mode != Copied && in.Mode != InPlace {
		return invalidf("mode", "%.64q, expected copied or in_place", in.Mode)
	}
	if len(in.Connections) == 0 {
		return invalidf("connections", "there are none, expected the names of one or more")
	}
	for i, name := range in.Connections {
		if err := checkName("connection name", name); err != nil {
			return err
		}
		if slices.Contains(in.Connections[:i], name) {
			return invalidf("connections", "%q is there twice", name)
		}
	}
	return checkBy(by)
}

// Parent returns a parent segment.
func (r *Registry) Parent(ctx context.Context, name string) (p Parent, err error) {
	err = r.view(ctx, func(tx *bolt.Tx) error {
		p, err = currentParent(tx, name)
		return err
	})
	return p, err
}

func currentParent(tx *bolt.Tx, name string) (Parent, error) {
	version, found, err := get[uint64](tx, parentBucket, []byte(name))
	if err != nil {
		return Parent{}, err
	}
	if !found {
		return Parent{}, notFound(tx, AParent, parentBucket, nil, name)
	}
	return versionOf[Parent](tx, parentVersions, key(name), version)
}

// Parents lists parent segments by name, those after one, limit of them.
func (r *Registry) Parents(ctx context.Context, after string, limit int) (page Page[Parent], err error) {
	err = r.view(ctx, func(tx *bolt.Tx) error {
		next := upward(tx, parentBucket, nil, after)
		page, err = collect(limit, func() (string, Parent, bool, error) {
			k, _ := next()
			if k == nil {
				return "", Parent{}, false, nil
			}
			p, err := currentParent(tx, string(k))
			return string(k), p, true, err
		})
		return err
	})
	return page, err
}

// ParentVersion returns a version of a parent segment, which may be deleted.
func (r *Registry) ParentVersion(ctx context.Context, name string, version uint64) (p Parent, err error) {
	err = r.view(ctx, func(tx *bolt.Tx) error {
		if err := everParent(tx, name); err != nil {
			return err
		}
		p, err = versionOf[Parent](tx, parentVersions, key(name), version)
		return err
	})
	return p, err
}

// ParentVersions lists the versions of a parent segment, which may be deleted,
// newest first.
func (r *Registry) ParentVersions(ctx context.Context, name, after string, limit int) (page Page[Parent], err error) {
	err = r.view(ctx, func(tx *bolt.Tx) error {
		if err := everParent(tx, name); err != nil {
			return err
		}
		page, err = listVersions[Parent](tx, parentVersions, key(name), after, limit)
		return err
	})
	return page, err
}

// everParent returns a *NotFoundError for a parent segment that never was.
func everParent(tx *bolt.Tx, name string) error {
	_, found, err := lastVersion[Parent](tx, parentVersions, key(name))
	if err == nil && !found {
		err = notFound(tx, AParent, parentBucket, nil, name)
	}
	return err
}

// DeleteParent removes a parent segment. Its versions stay, with a last one that
// says who removed it; its folder is not given again. One that has segments, or
// jobs that wait or run, is an *[InUseError].
func (r *Registry) DeleteParent(ctx context.Context, name, by string) error {
	if err := checkBy(by); err != nil {
		return err
	}
	return r.update(ctx, func(tx *bolt.Tx) error {
		p, err := currentParent(tx, name)
		if err != nil {
			return err
		}
		if err := parentUsers(tx, name); err != nil {
			return err
		}
		p.Version++
		p.Updated, p.Deleted = r.stamp(by), true
		return storeParent(tx, p)
	})
}

// parentUsers returns an *InUseError where a parent segment is needed.
func parentUsers(tx *bolt.Tx, name string) error {
	var users userList
	paths := upward(tx, pathBucket, key(name), "")
	for path, _ := paths(); path != nil; path, _ = paths() {
		users.add(ASegment, string(path))
	}
	jobs := downward(tx, jobIndex, key(name), ^uint64(0))
	for id, value := jobs(); value != nil; id, value = jobs() {
		entry, err := decode[indexEntry](tx, jobIndex, key(name, number(id)...), value)
		if err != nil {
			return err
		}
		if !entry.State.Finished() {
			users.add(AJob, strconv.FormatUint(id, 10))
		}
	}
	return users.err(AParent, name)
}

// lastVersion returns the newest of the versions that a bucket has below a prefix.
func lastVersion[T any](tx *bolt.Tx, bucket string, prefix []byte) (v T, found bool, err error) {
	n, value := downward(tx, bucket, prefix, ^uint64(0))()
	if value == nil {
		return v, false, nil
	}
	v, err = decode[T](tx, bucket, append(slices.Clone(prefix), number(n)...), value)
	return v, err == nil, err
}

// versionOf returns one of the versions that a bucket has below a prefix.
func versionOf[T any](tx *bolt.Tx, bucket string, prefix []byte, version uint64) (T, error) {
	v, found, err := get[T](tx, bucket, append(slices.Clone(prefix), number(version)...))
	if err == nil && !found {
		err = &NotFoundError{Thing: AVersion, Name: strconv.FormatUint(version, 10)}
	}
	return v, err
}

// listVersions lists the versions that a bucket has below a prefix, newest first.
func listVersions[T any](tx *bolt.Tx, bucket string, prefix []byte, after string, limit int) (Page[T], error) {
	below, err := belowOf(after)
	if err != nil {
		return Page[T]{}, err
	}
	next := downward(tx, bucket, prefix, below)
	return collect(limit, func() (after string, v T, ok bool, err error) {
		n, value := next()
		if value == nil {
			return "", v, false, nil
		}
		v, err = decode[T](tx, bucket, append(slices.Clone(prefix), number(n)...), value)
		return strconv.FormatUint(n, 10), v, true, err
	})
}
