package column

import (
	"cmp"
	"context"
	"math/bits"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"

	"github.com/rollcall-db/rollcall/bitmap"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// texts is a set of strings made ready for many look-ups. It is immutable and
// safe for concurrent use.
type texts struct {
	*rule.Strings
	set  map[string]struct{} // of StringIn with many members
	prog *syntax.Prog        // of StringMatches, for an automaton; nil where none can run it
	idle *sync.Pool          // of automatons for prog
	memo bool                // a look-up costs more than to remember the last ones

	parts   []string // a string in the set contains one of them; nil: nothing is known
	endings []ending // a string in the set, and no other, passes one of them; nil: nothing is known
	sketch  *sketch  // of StringIn with many members
}

// longList is from how many strings on a hash beats a comparison with each, or a
// search for each.
const longList = 4

func newTexts(s *rule.Strings) *texts {
	t := &texts{Strings: s}
	few := len(s.List) > 0 && len(s.List) <= longList
	switch s.Op {
	case rule.StringIn:
		if !few {
			t.set = make(map[string]struct{}, len(s.List))
			for _, member := range s.List {
				t.set[member] = struct{}{}
			}
			t.sketch = newSketch(s.List)
			t.memo = true
		}
	case rule.StringContains:
		t.memo = !few
		if few {
			t.parts = s.List
		}
	case rule.StringStarts, rule.StringEnds:
		t.memo = !few
	case rule.StringMatches:
		t.prog = newProg(s.Regexp)
		t.memo = t.prog == nil
		t.idle = &sync.Pool{New: func() any { return newAutomaton(s.Regexp, t.prog) }}
		t.parts = partsOf(s.Regexp)
	}
	if few && s.Op != rule.StringContains {
		for _, part := range s.List {
			t.endings = append(t.endings, newEnding(s.Op, part))
		}
	}
	return t
}

// partsOf returns few texts of which everything contains one that matches a
// pattern, the longest of each list of clues; nil: there are no such.
func partsOf(re *regexp.Regexp) []string {
	lists := cluesOf(re)
	if len(lists) > longList {
		return nil
	}
	var parts []string
	for _, list := range lists {
		longest := slices.MaxFunc(list, func(x, y Clue) int { return cmp.Compare(len(x.Text), len(y.Text)) })
		if len(longest.Text) < 2 {
			return nil
		}
		parts = append(parts, longest.Text)
	}
	return parts
}

// has reports whether s is in the set.
func (t *texts) has(s string) bool {
	switch t.Op {
	case rule.StringBetween:
		return s >= t.Lo && (!t.HasHi || s < t.Hi)
	case rule.StringContains:
		return anyOf(t.List, s, strings.Contains)
	case rule.StringStarts:
		return anyOf(t.List, s, strings.HasPrefix)
	case rule.StringEnds:
		return anyOf(t.List, s, strings.HasSuffix)
	case rule.StringMatches:
		return t.Regexp.MatchString(s)
	}
	if t.set == nil {
		return slices.Contains(t.List, s)
	}
	_, ok := t.set[s]
	return ok
}

func anyOf(list []string, s string, holds func(s, part string) bool) bool {
	for _, part := range list {
		if holds(s, part) {
			return true
		}
	}
	return false
}

// keepStrings takes the strings out of w that do not pass t, which has been
// prepared. No row of w is NULL.
func (v *Vector) keepStrings(ctx context.Context, w *bitmap.Words, base int, t Test) error {
	if !t.Values.Except {
		return v.keepTexts(ctx, w, base, t.texts)
	}
	all := *w
	if err := v.keepTexts(ctx, w, base, t.texts); err != nil {
		return err
	}
	for i := range w {
		w[i] = all[i] &^ w[i]
	}
	return nil
}

// keepTexts takes the strings out of w that are not in t. No row of w is NULL.
func (v *Vector) keepTexts(ctx context.Context, w *bitmap.Words, base int, t *texts) error {
	switch {
	case t.endings != nil:
		v.keepEndings(w, base, t.endings)
		return ctx.Err()
	case t.parts != nil && (t.Op == rule.StringContains || v.areRare(t.parts, base)):
		if err := v.keepContaining(ctx, w, base, t.parts); err != nil || t.Op == rule.StringContains {
			return err
		}
	case t.sketch != nil:
		v.keepSketched(w, base, t.sketch)
	}
	text, offsets := v.text, v.offsets
	m := newMatcher(t)
	defer m.done()
	return keepTwo(ctx, w, base, t.Op == rule.StringMatches, func(row, row2 int) (bool, bool) {
		return m.has2(text[offsets[row]:offsets[row+1]], text[offsets[row2]:offsets[row2+1]])
	})
}

// keepTwo takes the rows out of w that do not pass. It asks for two at a time, for
// the last one perhaps twice. Of rows that may take long, it looks at ctx before
// each pair.
func keepTwo(ctx context.Context, w *bitmap.Words, base int, long bool, passes func(row, row2 int) (bool, bool)) error {
	for i, word := range w {
		if i%ctxWords == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		for rest := word; rest != 0; {
			if long && ctx.Err() != nil {
				return ctx.Err()
			}
			bit := bits.TrailingZeros64(rest)
			rest &= rest - 1
			bit2 := bit
			if rest != 0 {
				bit2 = bits.TrailingZeros64(rest)
				rest &= rest - 1
			}
			in, in2 := passes(base+i*64+bit, base+i*64+bit2)
			if !in {
				word &^= 1 << bit
			}
			if !in2 {
				word &^= 1 << bit2
			}
		}
		w[i] = word
	}
	return nil
}

// matcher looks strings up and remembers some of the last ones with their
// answers, as long as that helps: columns of few values ask for the same ones
// again and again. It is not safe for concurrent use.
type matcher struct {
	*texts
	search *automaton // of StringMatches; nil: the pattern itself is asked
	memo   bool
	asked  int
	missed int
	slots  [memoSlots]struct {
		text string
		used bool
		in   bool
	}
}

const (
	memoSlots = 256
	memoTrial = 1024 // look-ups after which remembering must have helped
)

func newMatcher(t *texts) *matcher {
	m := &matcher{texts: t, memo: t.memo}
	if t.prog != nil {
		m.search = t.idle.Get().(*automaton)
		m.giveUp()
	}
	return m
}

// giveUp lets go of an automaton that no longer pays.
func (m *matcher) giveUp() {
	if m.search.crowded {
		m.search, m.memo = nil, true
	}
}

// done gives the automaton, which has learned, to the next matcher.
func (m *matcher) done() {
	if m.search != nil {
		m.idle.Put(m.search)
	}
}

// has2 reports whether two strings are in the set.
func (m *matcher) has2(s, s2 string) (in, in2 bool) {
	if m.search == nil {
		return m.has(s), m.has(s2)
	}
	in, in2 = m.search.match2(s, s2)
	m.giveUp()
	return in, in2
}

// single looks up strings that hardly come twice.
type single struct {
	*texts
	matcher *matcher // of StringMatches, once it is needed
}

// has reports whether s is in the set.
func (s *single) has(text string) bool {
	if s.prog == nil {
		return s.texts.has(text)
	}
	if s.matcher == nil {
		s.matcher = newMatcher(s.texts)
	}
	if s.matcher.search == nil {
		return s.texts.has(text)
	}
	in := s.matcher.search.match(text)
	s.matcher.giveUp()
	return in
}

// done gives back what has learned.
func (s *single) done() {
	if s.matcher != nil {
		s.matcher.done()
	}
}

// has reports whether s is in the set, without an automaton.
func (m *matcher) has(s string) bool {
	if !m.memo {
		return m.texts.has(s)
	}
	slot := &m.slots[memoSlot(s)]
	m.asked++
	if slot.used && slot.text == s {
		return slot.in
	}
	m.missed++
	if m.asked >= memoTrial {
		m.memo = m.missed < m.asked/2
	}
	slot.text, slot.used, slot.in = s, true, m.texts.has(s)
	return slot.in
}

// memoSlot spreads strings over the slots by their length and a few bytes.
func memoSlot(s string) uint8 {
	n := uint32(len(s))
	if n == 0 {
		return 0
	}
	mixed := (n<<24 ^ uint32(s[0])<<16 ^ uint32(s[n/2])<<8 ^ uint32(s[n-1])) * 0x9e3779b1
	return uint8(mixed >> 24)
}
