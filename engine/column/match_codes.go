package column

import (
	"context"
	"math/bits"
	"sync"
	"sync/atomic"

	"github.com/rollcall-db/rollcall/bitmap"
)

// passed is what a prepared test remembers: by *Dictionary which of its values
// pass. It is safe for concurrent use.
type passed struct {
	dictionaries sync.Map // from *Dictionary to *passedOnce
}

// passedOnce is what one dictionary's values gave. The first caller works it out,
// and the others wait for it; where its context ends, the next one does.
type passedOnce struct {
	mu     sync.Mutex
	values atomic.Pointer[passing]
}

// of returns which values of d pass t. After the first call for d it allocates
// nothing.
func (p *passed) of(ctx context.Context, d *Dictionary, t Test) (*passing, error) {
	slot, ok := p.dictionaries.Load(d)
	if !ok {
		slot, _ = p.dictionaries.LoadOrStore(d, new(passedOnce))
	}
	once := slot.(*passedOnce)
	if values := once.values.Load(); values != nil {
		return values, nil
	}
	once.mu.Lock()
	defer once.mu.Unlock()
	if values := once.values.Load(); values != nil {
		return values, nil
	}
	values, err := d.passing(ctx, t)
	if err != nil {
		return nil, err
	}
	once.values.Store(values)
	return values, nil
}

// passing is the codes of the values that pass a test.
type passing struct {
	bits   []uint64 // one for each code
	lo, hi int64    // the least and the greatest code; lo > hi: there is none
	dense  bool     // so are all codes between them
}

// passing returns which values pass t, which has been prepared.
func (d *Dictionary) passing(ctx context.Context, t Test) (*passing, error) {
	n := d.Len()
	p := &passing{bits: make([]uint64, (n+63)/64), lo: int64(n), hi: -1}
	count := 0
	var w bitmap.Words
	for base := 0; base < n; base += bitmap.BlockRows {
		w.Fill(min(n-base, bitmap.BlockRows))
		if err := d.values.Keep(ctx, &w, base, t); err != nil {
			return nil, err
		}
		copy(p.bits[base/64:], w[:])
	}
	for i, word := range p.bits {
		if word != 0 {
			count += bits.OnesCount64(word)
			p.lo = min(p.lo, int64(i*64+bits.TrailingZeros64(word)))
			p.hi = int64(i*64 + 63 - bits.LeadingZeros64(word))
		}
	}
	p.dense = int64(count) == p.hi-p.lo+1
	return p, nil
}

// keepCodes takes the rows out of w whose value does not pass t, which has been
// prepared, of a vector with a dictionary. NULL rows stay or go.
func (v *Vector) keepCodes(ctx context.Context, w *bitmap.Words, base, n int, t Test) error {
	p, err := t.passed.of(ctx, v.dict, t)
	if err != nil {
		return err
	}
	switch {
	case v.codes.small != nil:
		keepPassing(w, v.codes.small[base:base+n], p)
	case v.codes.medium != nil:
		keepPassing(w, v.codes.medium[base:base+n], p)
	default:
		keepPassing(w, v.codes.large[base:base+n], p)
	}
	return nil
}

// keepPassing takes the rows out of w whose code does not pass; bit i is codes[i].
// Where the codes that do lie side by side, as one does, and a range of values
// whose dictionary ascends, no bit is looked up.
func keepPassing[C uint8 | uint16 | uint32](w *bitmap.Words, codes []C, p *passing) {
	switch {
	case p.lo > p.hi:
		w.Clear()
		return
	case p.dense:
		spanWhole(w, codes, p.lo, p.hi)
		return
	}
	table := p.bits
	for i := 0; len(codes) > 0; i++ {
		n := min(64, len(codes))
		if w[i] != 0 {
			var word uint64
			for _, c := range codes[:n] {
				word = word>>1 | table[c/64]>>(c%64)<<63
			}
			w[i] &= word >> (64 - n)
		}
		codes = codes[n:]
	}
}
