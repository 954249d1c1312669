package keys

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"unsafe"

	"github.com/rollcall-db/rollcall/engine/model"
)

// Key is a key of either kind: Int where it is a whole number, Text where it is
// a string.
type Key struct {
	Int  int64
	Text string
}

// Sorter takes the keys of a build in any order and gives them back in ascending
// order, whole numbers by value, strings byte-wise. What is more than its limit
// goes to scratch files. It is not safe for concurrent use.
type Sorter struct {
	typ   model.Type
	limit int64 // bytes
	spill Spill
	n     int // keys added

	maxRuns int // outside tests the constant

	ints  []int64
	texts []textKey // of text
	text  []byte

	runs    []Run
	reading bool // Sorted was ranged over
}

// textKey is a string key of a Sorter: text[at:][:size]. Most comparisons end
// with its first bytes, and need no look at the text.
type textKey struct {
	first    uint64 // see setFirst; while sorting only
	at, size uint32
}

const (
	intBytes     = int64(unsafe.Sizeof(int64(0)))
	textKeyBytes = int64(unsafe.Sizeof(textKey{}))
)

// NewSorter returns a sorter of string or int64 keys that holds at most about
// limitBytes of them in memory; slices that grow take up to as much again. The
// rest goes to spill.
func NewSorter(t model.Type, limitBytes int64, spill Spill) *Sorter {
	if t.Kind == model.String {
		limitBytes = min(limitBytes, math.MaxUint32-maxKeyBytes) // places in the text are 32-bit
	}
	return &Sorter{typ: t, limit: limitBytes, spill: spill, maxRuns: maxRuns}
}

// Len returns the number of keys added, equal ones counted each.
func (s *Sorter) Len() int { return s.n }

// AddInt adds a whole-number key. It is not called once Sorted is ranged over.
func (s *Sorter) AddInt(key int64) error {
	s.ints = append(s.ints, key)
	s.n++
	if intBytes*int64(len(s.ints)) < s.limit {
		return nil
	}
	return s.flush(context.Background())
}

// AddString adds a string key. It is copied. It is not called once Sorted is
// ranged over.
func (s *Sorter) AddString(key string) error {
	if err := checkSize(len(key)); err != nil {
		return err
	}
	s.texts = append(s.texts, textKey{at: uint32(len(s.text)), size: uint32(len(key))})
	s.text = append(s.text, key...)
	s.n++
	if int64(len(s.text))+textKeyBytes*int64(len(s.texts)) < s.limit {
		return nil
	}
	return s.flush(context.Background())
}

// checkSize refuses keys that an Arrow array, and a place in the text, may not be
// able to hold.
func checkSize(n int) error {
	if n > maxKeyBytes {
		return fmt.Errorf("a key of %d bytes, at most %d fit", n, maxKeyBytes)
	}
	return nil
}

// held returns the number of keys in memory.
func (s *Sorter) held() int { return len(s.ints) + len(s.texts) }

// sort puts the keys in memory in order.
func (s *Sorter) sort() {
	if s.typ.Kind != model.String {
		slices.Sort(s.ints)
		return
	}
	s.setFirst()
	slices.SortFunc(s.texts, func(x, y textKey) int {
		if x.first != y.first {
			return cmp.Compare(x.first, y.first)
		}
		return bytes.Compare(s.bytes(x), s.bytes(y))
	})
}

// setFirst sets the first bytes of all texts: the 8 bytes after what all of them
// start with, big-endian, zeros beyond the end.
func (s *Sorter) setFirst() {
	if len(s.texts) == 0 {
		return
	}
	common := s.bytes(s.texts[0])
	for _, k := range s.texts {
		text, n := s.bytes(k), 0
		for n < min(len(text), len(common)) && text[n] == common[n] {
			n++
		}
		common = common[:n]
	}
	for i, k := range s.texts {
		var first [8]byte
		copy(first[:], s.bytes(k)[len(common):])
		s.texts[i].first = binary.BigEndian.Uint64(first[:])
	}
}

// bytes returns the text of a key.
func (s *Sorter) bytes(k textKey) []byte { return s.text[k.at:][:k.size] }

// key returns key i in memory, whose text stays valid until the next flush.
func (s *Sorter) key(i int) Key {
	if s.typ.Kind != model.String {
		return Key{Int: s.ints[i]}
	}
	return Key{Text: view(s.bytes(s.texts[i]))}
}

// view returns b as a string that shares its memory; b must not change while it
// is in use.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// inMemory gives the keys in memory, which are in order, and ctx's error once it
// is done.
func (s *Sorter) inMemory(ctx context.Context) iter.Seq2[Key, error] {
	return func(yield func(Key, error) bool) {
		for i := range s.held() {
			if i%batchKeys == 0 && ctx.Err() != nil {
				yield(Key{}, ctx.Err())
				return
			}
			if !yield(s.key(i), nil) {
				return
			}
		}
	}
}

// flush writes the keys in memory as a run, and merges the runs where there are
// many.
func (s *Sorter) flush(ctx context.Context) error {
	s.sort()
	if err := s.addRun(s.inMemory(ctx)); err != nil {
		return err
	}
	s.ints, s.texts, s.text = s.ints[:0], s.texts[:0], s.text[:0]
	if len(s.runs) < s.maxRuns {
		return nil
	}
	old := s.runs
	if err := s.addRun(merge(ctx, s.typ, old)); err != nil {
		return err
	}
	s.runs = s.runs[len(old):]
	return removeRuns(old)
}

// addRun writes keys that come in order as a run.
func (s *Sorter) addRun(keys iter.Seq2[Key, error]) error {
	run, err := writeRun(s.typ, s.spill, keys)
	if err != nil {
		return err
	}
	s.runs = append(s.runs, run)
	return nil
}

// Sorted gives all keys in ascending order; equal keys come one after the other.
// The text of a key is valid until the next one. It is ranged over once: after
// that, or after an error, which is the last thing it gives, the sorter is empty
// and its runs are off the disk.
func (s *Sorter) Sorted(ctx context.Context) iter.Seq2[Key, error] {
	return func(yield func(Key, error) bool) {
		if s.reading {
			yield(Key{}, errors.New("keys: sorted keys are given once"))
			return
		}
		s.reading = true
		going := true
		for key, err := range s.all(ctx) {
			if going = yield(key, err) && err == nil; !going {
				break
			}
		}
		if err := s.Close(); err != nil && going {
			yield(Key{}, err)
		}
	}
}

// all gives the keys in order, from memory or from runs.
func (s *Sorter) all(ctx context.Context) iter.Seq2[Key, error] {
	if len(s.runs) == 0 {
		s.sort()
		return s.inMemory(ctx)
	}
	return func(yield func(Key, error) bool) {
		if s.held() > 0 {
			if err := s.flush(ctx); err != nil {
				yield(Key{}, err)
				return
			}
		}
		s.release()
		merge(ctx, s.typ, s.runs)(yield)
	}
}

// release gives up the memory of the keys.
func (s *Sorter) release() { s.ints, s.texts, s.text = nil, nil, nil }

// Close takes the runs off the disk and gives up the keys in memory. It is for
// sorters that are given up before Sorted was ranged over, and harmless after
// that.
func (s *Sorter) Close() error {
	s.release()
	runs := s.runs
	s.runs = nil
	return removeRuns(runs)
}

func removeRuns(runs []Run) error {
	var errs []error
	for _, run := range runs {
		errs = append(errs, run.Remove())
	}
	return errors.Join(errs...)
}
