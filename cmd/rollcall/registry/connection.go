package registry

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"

	"github.com/rollcall-db/rollcall/engine/model"
)

// ConnectionInput is a connection as a caller gives it.
type ConnectionInput struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
	URI  string `json:"uri"` // without secrets
	// Secrets says where each secret is, by what it is for, such as "password" or
	// "token": [Stored], or "env:NAME".
	Secrets map[string]string `json:"secrets,omitempty"`
}

// Connection is a source that parent segments may use.
type Connection struct {
	ConnectionInput
	Version uint64 `json:"version"` // from 1, one more with every change
	Created Stamp  `json:"created"`
	Updated Stamp  `json:"updated"`
}

// connectionRecord is a connection as it is stored.
type connectionRecord struct {
	Connection
	Held map[string]string `json:"held,omitempty"` // ids of stored secrets, by what they are for
}

// PutConnection creates a connection, or changes the one of that name. values are
// the texts of secrets that the connection says are stored; one that is not given
// stays as it is. Putting what is there changes nothing and says so.
func (r *Registry) PutConnection(ctx context.Context, in ConnectionInput, values map[string]Secret, by string) (Connection, Outcome, error) {
	if err := checkConnection(in, values, by); err != nil {
		return Connection{}, "", err
	}
	in.Secrets = maps.Clone(in.Secrets)
	r.secrets.changing.Lock()
	defer r.secrets.changing.Unlock()
	record, found, err := r.connectionRecord(ctx, in.Name)
	if err != nil {
		return Connection{}, "", err
	}
	held, added, err := r.hold(in, values, record.Held)
	if err != nil {
		return Connection{}, "", err
	}
	if found && len(added) == 0 && sameConnection(in, record.ConnectionInput) {
		return record.Connection, Unchanged, nil
	}
	outcome, stamp := Updated, r.stamp(by)
	if !found {
		outcome, record.Created = Created, stamp
	}
	old := record.Held
	record.ConnectionInput, record.Held, record.Updated = in, held, stamp
	record.Version++
	if err := r.secrets.change(added, func(string) bool { return true }); err != nil {
		return Connection{}, "", err
	}
	err = r.update(ctx, func(tx *bolt.Tx) error { return put(tx, connectionBucket, []byte(in.Name), record) })
	if err != nil {
		return Connection{}, "", errors.Join(err, r.drop(added, nil))
	}
	// The change is made. Secrets that nobody needs any more go now, or at the next
	// start where that does not work.
	_ = r.drop(invert(old), invert(held))
	return record.Connection, outcome, nil
}

// checkConnection checks what a caller gives.
func checkConnection(in ConnectionInput, values map[string]Secret, by string) error {
	err := checkName("connection name", in.Name)
	if err == nil {
		err = checkURI(in.Kind, in.URI)
	}
	if err == nil {
		err = checkBy(by)
	}
	for _, role := range slices.Sorted(maps.Keys(in.Secrets)) {
		if err == nil {
			err = checkReference(role, in.Secrets[role])
		}
	}
	for _, role := range slices.Sorted(maps.Keys(values)) {
		if err != nil {
			break
		}
		text := values[role].Reveal()
		switch {
		case in.Secrets[role] != Stored:
			err = invalidf("secret", "%.64q has a value, but the connection does not say that it is stored", role)
		case text == "":
			err = invalidf("secret "+role, "it is empty")
		default:
			err = checkText("secret "+role, text, MaxSecretBytes)
		}
	}
	return err
}

// hold decides on the ids of the stored secrets of a connection that has some: a
// new one for every value that is new.
func (r *Registry) hold(in ConnectionInput, values map[string]Secret, has map[string]string) (held, added map[string]string, err error) {
	held, added = map[string]string{}, map[string]string{}
	for _, role := range slices.Sorted(maps.Keys(in.Secrets)) {
		if in.Secrets[role] != Stored {
			continue
		}
		value, given := values[role]
		id, stored := has[role]
		switch {
		case !given && !stored:
			return nil, nil, invalidf("secret "+role, "it is said to be stored, but no value is given and none is there")
		case given && !(stored && r.secrets.equal(id, value.Reveal())):
			id = newSecretID()
			added[id] = value.Reveal()
		}
		held[role] = id
	}
	return held, added, nil
}

func sameConnection(a, b ConnectionInput) bool {
	return a.Kind == b.Kind && a.URI == b.URI && maps.Equal(a.Secrets, b.Secrets)
}

func invert(held map[string]string) map[string]string {
	ids := make(map[string]string, len(held))
	for role, id := range held {
		ids[id] = role
	}
	return ids
}

// drop removes secrets from the file, by id, but those to keep.
func (r *Registry) drop(ids, except map[string]string) error {
	return r.secrets.change(nil, func(id string) bool {
		_, dropped := ids[id]
		_, kept := except[id]
		return !dropped || kept
	})
}

// Connection returns a connection.
func (r *Registry) Connection(ctx context.Context, name string) (Connection, error) {
	record, found, err := r.connectionRecord(ctx, name)
	if err == nil && !found {
		err = r.view(ctx, func(tx *bolt.Tx) error { return notFound(tx, AConnection, connectionBucket, nil, name) })
	}
	return record.Connection, err
}

func (r *Registry) connectionRecord(ctx context.Context, name string) (record connectionRecord, found bool, err error) {
	err = r.view(ctx, func(tx *bolt.Tx) (err error) {
		record, found, err = get[connectionRecord](tx, connectionBucket, []byte(name))
		return err
	})
	return record, found, err
}

// Connections lists connections by name, those after one, limit of them.
func (r *Registry) Connections(ctx context.Context, after string, limit int) (page Page[Connection], err error) {
	err = r.view(ctx, func(tx *bolt.Tx) error {
		next := upward(tx, connectionBucket, nil, after)
		page, err = collect(limit, func() (string, Connection, bool, error) {
			k, v := next()
			if k == nil {
				return "", Connection{}, false, nil
			}
			record, err := decode[connectionRecord](tx, connectionBucket, k, v)
			return string(k), record.Connection, true, err
		})
		return err
	})
	return page, err
}

// DeleteConnection removes a connection and its secrets. One that a parent segment
// uses is an *[InUseError].
func (r *Registry) DeleteConnection(ctx context.Context, name string) error {
	r.secrets.changing.Lock()
	defer r.secrets.changing.Unlock()
	var held map[string]string
	err := r.update(ctx, func(tx *bolt.Tx) error {
		record, found, err := get[connectionRecord](tx, connectionBucket, []byte(name))
		if err != nil {
			return err
		}
		if !found {
			return notFound(tx, AConnection, connectionBucket, nil, name)
		}
		if err := connectionUsers(tx, name); err != nil {
			return err
		}
		held = record.Held
		return tx.Bucket([]byte(connectionBucket)).Delete([]byte(name))
	})
	if err != nil {
		return err
	}
	if err := r.drop(invert(held), nil); err != nil {
		return fmt.Errorf("the connection %q is removed, but its secrets are not yet: %w", name, err)
	}
	return nil
}

// connectionUsers returns an *InUseError where parent segments use a connection.
func connectionUsers(tx *bolt.Tx, name string) error {
	var users userList
	next := upward(tx, parentBucket, nil, "")
	for k, _ := next(); k != nil; k, _ = next() {
		parent, err := currentParent(tx, string(k))
		if err != nil {
			return err
		}
		if slices.Contains(parent.Connections, name) {
			users.add(AParent, parent.Name)
		}
	}
	return users.err(AConnection, name)
}

// Secret returns a secret of a connection, by what it is for: what is stored, or
// what the variable of the environment has now. It is the only way to get one.
func (r *Registry) Secret(ctx context.Context, connection, role string) (Secret, error) {
	record, found, err := r.connectionRecord(ctx, connection)
	if err != nil {
		return Secret{}, err
	}
	if !found {
		_, err := r.Connection(ctx, connection)
		return Secret{}, err
	}
	reference, has := record.Secrets[role]
	if !has {
		names := slices.Sorted(maps.Keys(record.Secrets))
		return Secret{}, &NotFoundError{ASecret, role, model.Nearest(role, names)}
	}
	if variable, env := strings.CutPrefix(reference, envPrefix); env {
		text, ok := r.env(variable)
		if !ok || text == "" {
			return Secret{}, fmt.Errorf("the secret %q of the connection %q is said to be in the environment, but %s is not set, or is none that connections may name", role, connection, variable)
		}
		return NewSecret(text), nil
	}
	text, ok := r.secrets.get(record.Held[role])
	if !ok {
		return Secret{}, &DamageError{r.secrets.path, fmt.Sprintf("the secret %q of the connection %q is not in it: put the connection with its value again", role, connection)}
	}
	return NewSecret(text), nil
}

// sweepSecrets drops secrets that no connection refers to: a process died before
// it could refer to them, or before it could remove them.
func (r *Registry) sweepSecrets(ctx context.Context) error {
	used := map[string]bool{}
	err := r.view(ctx, func(tx *bolt.Tx) error {
		next := upward(tx, connectionBucket, nil, "")
		for k, v := next(); k != nil; k, v = next() {
			record, err := decode[connectionRecord](tx, connectionBucket, k, v)
			if err != nil {
				return err
			}
			for _, id := range record.Held {
				used[id] = true
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.secrets.change(nil, func(id string) bool { return used[id] })
}

// maxNearest is how many names are compared with one that is not there.
const maxNearest = 1000

// notFound returns the error about a name that is not in a bucket, below a prefix.
func notFound(tx *bolt.Tx, thing Thing, bucket string, prefix []byte, name string) error {
	var names []string
	next := upward(tx, bucket, prefix, "")
	for k, _ := next(); k != nil && len(names) < maxNearest; k, _ = next() {
		names = append(names, string(k))
	}
	shown := name
	if len(shown) > MaxPathBytes {
		shown = strings.ToValidUTF8(shown[:MaxPathBytes], "") + "…"
	}
	return &NotFoundError{thing, shown, model.Nearest(shown, names)}
}

// maxUsers is how many users an InUseError names.
const maxUsers = 5

// userList collects what needs a thing.
type userList struct {
	users []string
	more  int
}

func (l *userList) add(thing Thing, name string) {
	if len(l.users) == maxUsers {
		l.more++
		return
	}
	l.users = append(l.users, fmt.Sprintf("%s %q", thing, name))
}

// err returns an *InUseError where there is a user.
func (l *userList) err(thing Thing, name string) error {
	if len(l.users) == 0 {
		return nil
	}
	return &InUseError{thing, name, l.users, l.more}
}
