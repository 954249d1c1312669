package access

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

// MaxTokens is how many tokens a file has at most, those that ended and were
// revoked with them: Find looks at all.
const MaxTokens = 4096

// Set is the tokens of a file. Any number of goroutines may use one.
type Set struct {
	path string
	// changing is held over a whole change, so that Find waits for no disk.
	changing sync.Mutex
	mu       sync.RWMutex
	records  []record       // in the order in which they were made; replaced, never changed
	byID     map[string]int // where in records; replaced with them

	changed func(made, revoked []Token) // see OnChange
}

// Open reads the tokens of a file. Where there is no file, there are no tokens, and
// the first that is added makes it; its folder must exist. A file that others than
// its owner can read or write, or that is damaged, is a *[FileError].
func Open(path string) (*Set, error) {
	s := &Set{path: path}
	if err := s.Reload(); err != nil {
		return nil, err
	}
	return s, nil
}

// Reload reads the file again, for what other processes have changed. After an
// error the tokens are those before.
func (s *Set) Reload() error {
	s.changing.Lock()
	defer s.changing.Unlock()
	_, err := s.reload()
	return err
}

// OnChange has f called with the tokens that another process has made or revoked, when a
// reload finds them. It must not change tokens, nor reload them.
func (s *Set) OnChange(f func(made, revoked []Token)) {
	s.changing.Lock()
	defer s.changing.Unlock()
	s.changed = f
}

// reload reads the file and returns its tokens.
func (s *Set) reload() ([]record, error) {
	records, err := readFile(s.path)
	if err != nil {
		return nil, err
	}
	if records == nil && len(s.all()) > 0 {
		return nil, &FileError{s.path, fmt.Sprintf("it is gone, expected %d tokens in it", len(s.all()))}
	}
	made, revoked := differences(s.all(), records)
	s.put(records)
	if len(made)+len(revoked) > 0 && s.changed != nil {
		s.changed(made, revoked)
	}
	return records, nil
}

// differences returns the tokens that are new, and those that are newly revoked.
func differences(before, now []record) (made, revoked []Token) {
	for _, r := range now {
		i := find(before, r.ID)
		if i < 0 {
			made = append(made, r.Token)
		}
		if !r.Revoked.IsZero() && (i < 0 || before[i].Revoked.IsZero()) {
			revoked = append(revoked, r.Token)
		}
	}
	return made, revoked
}

func (s *Set) all() []record {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.records
}

func (s *Set) put(records []record) {
	byID := make(map[string]int, len(records))
	for i := range records {
		byID[records[i].ID] = i
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records, s.byID = records, byID
}

// change replaces the file by what f makes of its tokens, a copy of which it gets.
// Where it returns an error, the tokens are as they were, but for one of making the
// change durable: then it is made, and may not survive a crash of the machine.
func (s *Set) change(f func([]record) ([]record, error)) error {
	return s.Hold(func() error {
		records, err := s.reload()
		if err != nil {
			return err
		}
		if records, err = f(slices.Clone(records)); err != nil {
			return err
		}
		if err := writeFile(s.path, records); err != nil {
			_, rerr := s.reload() // what is there now counts
			return errors.Join(err, rerr)
		}
		s.put(records)
		return nil
	})
}

// Path returns the file of the tokens.
func (s *Set) Path() string { return s.path }

// Hold calls f while nobody changes the file, of this process or another. Where another
// process does, f is not called and the error is a *[store.LockedError]. f must not change
// tokens, nor reload them.
func (s *Set) Hold(f func() error) (err error) {
	s.changing.Lock()
	defer s.changing.Unlock()
	lock, err := store.OS.Lock(s.path + ".lock")
	if locked := (*store.LockedError)(nil); errors.As(err, &locked) {
		return fmt.Errorf("tokens: another process is changing %s, expected nobody to: try again: %w", s.path, err)
	}
	if err != nil {
		return fmt.Errorf("tokens: %w", err)
	}
	defer func(lock io.Closer) { err = errors.Join(err, lock.Close()) }(lock)
	return f()
}

// Add makes a token and returns it with its secret, which nothing tells again. It
// has the roles, one at least, from now until expires; a zero expires is never.
// When Add returns, the token is on disk.
func (s *Set) Add(name string, roles Roles, expires, now time.Time) (Token, registry.Secret, error) {
	added, secret := newRecord()
	added.Name, added.Roles, added.Created = name, roles, stamp(now)
	if !expires.IsZero() {
		added.Expires = stamp(expires)
	}
	if err := added.check(); err != nil {
		return Token{}, registry.Secret{}, fmt.Errorf("a new token: %w", err)
	}
	err := s.change(func(records []record) ([]record, error) {
		if len(records) >= MaxTokens {
			return nil, fmt.Errorf("there are %d tokens, expected less than %d", len(records), MaxTokens)
		}
		for find(records, added.ID) >= 0 { // one in 10^12
			other, _ := newRecord()
			added.ID = other.ID
		}
		return append(records, added), nil
	})
	if err != nil {
		return Token{}, registry.Secret{}, err
	}
	return added.Token, secret, nil
}

// stamp returns a time as it is kept: UTC, whole seconds, no monotonic clock.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// Revoke ends the token with an id from now on. One that is revoked stays as it is.
// An id that no token has is an *[UnknownTokenError]. When Revoke returns, it is on
// disk.
func (s *Set) Revoke(id string, now time.Time) error {
	return s.change(func(records []record) ([]record, error) {
		i := find(records, id)
		if i < 0 {
			var ids []string
			for _, r := range records {
				ids = append(ids, r.ID)
			}
			return nil, &UnknownTokenError{ID: id, Nearest: model.Nearest(id, ids)}
		}
		if records[i].Revoked.IsZero() {
			records[i].Revoked = stamp(now)
		}
		return records, nil
	})
}

// find returns where the token with an id is, -1 for nowhere.
func find(records []record, id string) int {
	return slices.IndexFunc(records, func(r record) bool { return r.ID == id })
}

// List returns all tokens in the order in which they were made, also those that
// ended or were revoked.
func (s *Set) List() []Token {
	tokens := []Token{}
	for _, r := range s.all() {
		tokens = append(tokens, r.Token)
	}
	return tokens
}

// Len returns how many tokens there are, those that ended or were revoked with them.
func (s *Set) Len() int { return len(s.all()) }

// ByID returns the token with an id, valid or not, and whether there is one. Ids are not
// secret: it takes no care of how long it takes.
func (s *Set) ByID(id string) (Token, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	i, ok := s.byID[id]
	if !ok {
		return Token{}, false
	}
	return s.records[i].Token, true
}

// Find returns the token with this text, if it is valid now; else a *[DeniedError].
// How long it takes tells nothing of the text, see the package's comment.
func (s *Set) Find(text string, now time.Time) (Token, error) {
	records := s.all()
	hash, formed := hashOf(text)
	at := -1
	for i := range records {
		same := subtle.ConstantTimeCompare(records[i].hash[:], hash[:])
		at = subtle.ConstantTimeSelect(same, i, at)
	}
	switch {
	case text == "":
		return Token{}, &DeniedError{reason: Missing}
	case !formed:
		return Token{}, &DeniedError{reason: Malformed}
	case at < 0:
		return Token{}, &DeniedError{reason: Unknown}
	}
	token := records[at].Token
	if why := token.state(now); why != "" {
		return Token{}, &DeniedError{why, token.ID}
	}
	return token, nil
}

// Format writes how many tokens there are, whatever the verb: hashes stay here.
func (s *Set) Format(state fmt.State, _ rune) {
	_, _ = fmt.Fprintf(state, "%d tokens", len(s.all()))
}
