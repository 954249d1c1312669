package api

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
)

// reloadEvery is how long what another process has changed in the file of tokens may
// stay unseen, as `rollcall token revoke` does.
const reloadEvery = time.Second

// tokens are those of the file, read again now and then.
type tokens struct {
	set      *access.Set // nil: there are none, and none can be made
	now      func() time.Time
	required atomic.Bool // stays so: who makes a token closes the door for good
	mu       sync.Mutex  // of a reload
	reloaded atomic.Int64
	failed   func(error) // of a file that cannot be read any more
}

// areRequired reports whether a caller needs a token: the operator says so, or there is
// one, valid or not. That the last one ends does not open the door.
func (t *tokens) areRequired() bool {
	if t.required.Load() {
		return true
	}
	if t.set == nil {
		return false
	}
	t.refresh()
	if t.set.Len() == 0 {
		return false
	}
	t.required.Store(true)
	return true
}

// find returns the token with a text, if it is valid.
func (t *tokens) find(text string) (access.Token, error) {
	if t.set == nil {
		return access.Token{}, &access.DeniedError{}
	}
	t.refresh()
	return t.set.Find(text, t.now())
}

// valid returns the token with an id, if it is valid.
func (t *tokens) valid(id string) (access.Token, bool) {
	if t.set == nil {
		return access.Token{}, false
	}
	t.refresh()
	token, ok := t.set.ByID(id)
	return token, ok && token.Valid(t.now())
}

// anyValid reports whether somebody could come in.
func (t *tokens) anyValid() bool {
	if t.set == nil {
		return false
	}
	for _, token := range t.set.List() {
		if token.Valid(t.now()) {
			return true
		}
	}
	return false
}

// refresh reads the file again, if that was some time ago. One request in a second waits
// for it; the others go on with what is there. Where the file cannot be read, the tokens
// are those before.
func (t *tokens) refresh() {
	now := t.now().UnixNano()
	if now-t.reloaded.Load() < int64(reloadEvery) || !t.mu.TryLock() {
		return
	}
	defer t.mu.Unlock()
	if err := t.set.Reload(); err != nil && t.failed != nil {
		t.failed(err)
	}
	t.reloaded.Store(now)
}
