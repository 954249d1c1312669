package dbtest

import (
	"fmt"
	"maps"
	"sync"
)

// faults keeps what is to go wrong, and counts what did. It is safe for
// concurrent use.
type faults struct {
	mu      sync.Mutex
	pending []*pending
	hits    map[string]int
}

// pending is a fault and the calls that it has seen.
type pending struct {
	fault Fault
	calls int // of its method, since it was injected
}

func newFaults() *faults { return &faults{hits: map[string]int{}} }

func (f *faults) add(fault Fault) {
	fault.Nth = max(fault.Nth, 1)
	if fault.Times == 0 {
		fault.Times = 1
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pending = append(f.pending, &pending{fault: fault})
}

func (f *faults) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pending = nil
}

// call counts a call of a method and returns the fault that hits it; a fault of
// no Kind if none does.
func (f *faults) call(method string) hit {
	f.mu.Lock()
	defer f.mu.Unlock()
	found := hit{book: f, counted: new(bool)}
	left := f.pending[:0]
	for _, p := range f.pending {
		if p.fault.Method != "" && p.fault.Method != method {
			left = append(left, p)
			continue
		}
		p.calls++
		past := p.calls - p.fault.Nth // calls after the first that it hits
		if past >= 0 && found.Kind == "" {
			found.Fault = p.fault
		}
		if p.fault.Times < 0 || past+1 < p.fault.Times {
			left = append(left, p)
		}
	}
	clear(f.pending[len(left):])
	f.pending = left
	return found
}

func (f *faults) counts() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.hits)
}

// hit is the fault of one call. Its Kind is empty where all goes well.
type hit struct {
	Fault
	book    *faults
	counted *bool // guarded by book.mu
}

// is tells whether the fault is of the given kind, and counts it if so, once a
// call. It is asked where the fault is about to take effect, and nowhere else.
func (h hit) is(kind Kind) bool {
	if h.Kind != kind {
		return false
	}
	name := string(kind)
	if kind == HTTPStatus {
		name = fmt.Sprintf("%s %d", kind, h.status())
	}
	h.book.mu.Lock()
	defer h.book.mu.Unlock()
	if !*h.counted {
		h.book.hits[name]++
		*h.counted = true
	}
	return true
}

// status is that of an answer of kind HTTPStatus.
func (h hit) status() int {
	if h.Status == 0 {
		return 500
	}
	return h.Status
}

// message returns the fault's message, or the server's own.
func (h hit) message(own string) string {
	if h.Message != "" {
		return h.Message
	}
	return own
}
