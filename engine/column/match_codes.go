package column

import (
	"context"
	"math/bits"
	"sync"
	"sync/atomic"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/model"
)

// A test of a column with a dictionary is one of the dictionary's values: each of
// them passes or does not, and rows only have codes. Most tests meet so many rows
// that all values are tested at once, in order. But a window of ten events must not
// cost a dictionary of 65,536 texts: while few rows have been asked for, those texts
// are tested that a row has, each once. So a test costs at most about twice the
// cheaper of the two, however the rows come.

// askedOfTexts is for how many texts a row may be asked for by itself: a text out
// of order takes about three times as long, and may be another for every row.
const askedOfTexts = 4

// passed is what a prepared test remembers: by *Dictionary which of its values
// pass. It is safe for concurrent use.
type passed struct {
	dictionaries sync.Map // from *Dictionary to *verdicts
}

// of returns what is known of the values of d. After the first call for d it
// allocates nothing.
func (p *passed) of(d *Dictionary) *verdicts {
	known, ok := p.dictionaries.Load(d)
	if !ok {
		known, _ = p.dictionaries.LoadOrStore(d, newVerdicts(d))
	}
	return known.(*verdicts)
}

// verdicts is what is known of one dictionary's values. It is safe for concurrent
// use.
type verdicts struct {
	all   atomic.Pointer[passing] // nil: some are not known yet
	mu    sync.Mutex              // of who works all out; the others wait
	asked atomic.Int64            // rows asked for so far
	some  []atomic.Uint64         // in pairs: of 64 codes which are known, which of them pass; nil: none ever are
}

// newVerdicts returns nothing known. Numbers are not asked for one by one: to
// compare all is quicker than to find out which.
func newVerdicts(d *Dictionary) *verdicts {
	k := &verdicts{}
	if d.values.typ.Kind == model.String {
		k.some = make([]atomic.Uint64, (d.Len()+63)/64*2)
	}
	return k
}

// isEnough notes that so many rows more are asked for, and reports whether all
// values are to be worked out for them.
func (k *verdicts) isEnough(rows int, d *Dictionary) bool {
	return k.some == nil || k.asked.Add(int64(rows)) >= int64(d.Len()/askedOfTexts)
}

// of returns whether the value of a code passes, where that is known.
func (k *verdicts) of(code int) (passes, known bool) {
	at, bit := code/64*2, code%64
	if k.some[at].Load()>>bit&1 == 0 {
		return false, false
	}
	return k.some[at+1].Load()>>bit&1 != 0, true
}

// note remembers whether the value of a code passes. Who sees that it is known
// sees what it is.
func (k *verdicts) note(code int, passes bool) {
	at, bit := code/64*2, code%64
	if passes {
		k.some[at+1].Or(1 << bit)
	}
	k.some[at].Or(1 << bit)
}

// word returns which of the codes from 64*i on are known, and which of them pass.
func (k *verdicts) word(i int) (known, passes uint64) {
	if k.some == nil {
		return 0, 0
	}
	known = k.some[2*i].Load()
	return known, k.some[2*i+1].Load() & known
}

// complete returns which values of d pass t. The first caller works it out; where
// its context ends, the next one does.
func (k *verdicts) complete(ctx context.Context, d *Dictionary, t Test) (*passing, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if all := k.all.Load(); all != nil {
		return all, nil
	}
	all, err := k.passing(ctx, d, t)
	if err != nil {
		return nil, err
	}
	k.all.Store(all)
	return all, nil
}

// passing is the codes of the values that pass a test.
type passing struct {
	bits   []uint64 // one for each code
	lo, hi int64    // the least and the greatest code; lo > hi: there is none
	dense  bool     // so are all codes between them
}

// passing returns which values of d pass t, which has been prepared. Those known
// are not tested again.
func (k *verdicts) passing(ctx context.Context, d *Dictionary, t Test) (*passing, error) {
	n := d.Len()
	p := &passing{bits: make([]uint64, (n+63)/64), lo: int64(n), hi: -1}
	count := 0
	var w bitmap.Words
	for base := 0; base < n; base += bitmap.BlockRows {
		piece := p.bits[base/64 : min(base+bitmap.BlockRows, n+63)/64]
		w.Fill(min(n-base, bitmap.BlockRows))
		for i := range piece {
			var known uint64
			known, piece[i] = k.word(base/64 + i)
			w[i] &^= known
		}
		if err := d.values.Keep(ctx, &w, base, t); err != nil {
			return nil, err
		}
		for i := range piece {
			piece[i] |= w[i]
		}
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
// prepared, of a vector with a dictionary. No row of w is NULL.
func (v *Vector) keepCodes(ctx context.Context, w *bitmap.Words, base, n int, t Test) error {
	known := t.passed.of(v.dict)
	p := known.all.Load()
	if p == nil && known.isEnough(w.Count(), v.dict) {
		var err error
		if p, err = known.complete(ctx, v.dict, t); err != nil {
			return err
		}
	}
	switch {
	case p == nil:
		return v.keepAsked(ctx, w, base, n, known, t)
	case v.codes.small != nil:
		keepPassing(w, v.codes.small[base:base+n], p)
	case v.codes.medium != nil:
		keepPassing(w, v.codes.medium[base:base+n], p)
	default:
		keepPassing(w, v.codes.large[base:base+n], p)
	}
	return nil
}

// keepAsked is keepCodes for strings of which not all are known: it tests those
// that the rows of w have.
func (v *Vector) keepAsked(ctx context.Context, w *bitmap.Words, base, n int, known *verdicts, t Test) error {
	values := v.dict.values
	one := single{texts: t.texts}
	defer one.done()
	for i := range (n + 63) / 64 {
		word := w[i]
		for rest := word; rest != 0; rest &= rest - 1 {
			bit := bits.TrailingZeros64(rest)
			code := v.codes.at(base + i*64 + bit)
			passes, ok := known.of(code)
			if !ok {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				passes = one.has(values.Text(code)) != t.Values.Except
				known.note(code, passes)
			}
			if !passes {
				word &^= 1 << bit
			}
		}
		w[i] = word
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
