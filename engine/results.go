package engine

import (
	"container/list"
	"sync"
	"time"

	"github.com/rollcall-db/rollcall/engine/plan"
)

// entryBytes is what an entry of a results costs beside its rule's text: the
// list's element, the map's slot and the entry itself, rounded up.
const entryBytes = 192

// results remembers counts of one snapshot version, the most recently asked,
// within a number of bytes. It is safe for concurrent use. A nil results
// remembers nothing.
type results struct {
	mu    sync.Mutex
	size  int64 // bytes in all
	left  int64 // bytes that are free
	found map[question]*list.Element
	used  *list.List // of *remembered, the most recently asked first
}

// question is what a count is the answer to.
type question struct {
	rule    string // canonical
	moments string // what its windows come to: see plan.Moments
}

// question returns what the count of a rule at a time is remembered under; the zero
// question where nothing is remembered.
func (v *version) question(b *binding, asOf time.Time) question {
	if v.results == nil {
		return question{}
	}
	return question{rule: b.text, moments: plan.Moments(v.snapshot, b.checked, asOf)}
}

// remembered is a count and its question.
type remembered struct {
	question
	count uint64
}

// newResults returns a cache of so many bytes; nil where that is not even one
// entry.
func newResults(bytes int64) *results {
	if bytes < entryBytes {
		return nil
	}
	return &results{size: bytes, left: bytes, found: map[question]*list.Element{}, used: list.New()}
}

// get returns the count of a question, false where it is not remembered.
func (r *results) get(q question) (uint64, bool) {
	if r == nil {
		return 0, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.found[q]
	if !ok {
		return 0, false
	}
	r.used.MoveToFront(e)
	return e.Value.(*remembered).count, true
}

// put remembers a count, and forgets those that nobody asked for the longest
// time to make room. What would take all of the room is not remembered.
func (r *results) put(q question, count uint64) {
	if r == nil || cost(q) > r.size {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.found[q]; ok {
		return // another goroutine was first; the snapshot is the same
	}
	r.found[q] = r.used.PushFront(&remembered{q, count})
	r.left -= cost(q)
	for r.left < 0 {
		oldest := r.used.Remove(r.used.Back()).(*remembered)
		delete(r.found, oldest.question)
		r.left += cost(oldest.question)
	}
}

// cost returns the bytes that an entry is taken for.
func cost(q question) int64 { return entryBytes + int64(len(q.rule)+len(q.moments)) }
