package column

import (
	"encoding/binary"
	"regexp"
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// automaton searches strings for a pattern in one look at each character, where
// package regexp follows every way that a match may go. It is not safe for
// concurrent use.
//
// Method: K. Thompson's simulation, its sets of places kept as states of a
// deterministic automaton as they turn up; see R. Cox, "Regular Expression
// Matching Can Be Simple And Fast", 2007. Whether there is a match is all that
// is asked, so that preferences do not matter and the first match ends a search.
type automaton struct {
	prog    *syntax.Prog
	start   *state
	states  map[string]*state // by their places
	crowded bool              // there are more states than it keeps: better ask package regexp

	stack, places []uint32 // for closure
	seen          []bool   // by place
}

// state is a set of places in the program, at some point of a string.
type state struct {
	places  []uint32 // of instructions that read a character or wait for the end
	matched bool     // a match ends here
	atEnd   bool     // one does if the string ends here
	ascii   [utf8.RuneSelf]*state
	others  map[rune]*state
}

// maxStates bounds the memory of an automaton. It answers beyond, but slowly.
const maxStates = 1000

// newProg returns the program of a pattern, nil where an automaton cannot run
// it: it asks for the edges of words or lines.
func newProg(re *regexp.Regexp) *syntax.Prog {
	parsed, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return nil
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil
	}
	for _, inst := range prog.Inst {
		if op := syntax.EmptyOp(inst.Arg); inst.Op == syntax.InstEmptyWidth && op&^(syntax.EmptyBeginText|syntax.EmptyEndText) != 0 {
			return nil
		}
	}
	return prog
}

func newAutomaton(prog *syntax.Prog) *automaton {
	a := &automaton{prog: prog, states: map[string]*state{}, seen: make([]bool, len(prog.Inst))}
	a.start = a.closure([]uint32{uint32(prog.Start)}, syntax.EmptyBeginText)
	return a
}

// match reports whether s has a match.
func (a *automaton) match(s string) bool { return a.from(a.start, s) }

// match2 is match for two strings. Every state waits for the one before it, so
// that two searches side by side take little more time than one.
func (a *automaton) match2(s, t string) (inS, inT bool) {
	x, y := a.start, a.start
	i := 0
	for n := min(len(s), len(t)); i < n; i++ {
		c, d := s[i], t[i]
		if (c|d)&utf8.RuneSelf != 0 {
			break
		}
		nextX, nextY := x.ascii[c], y.ascii[d]
		if nextX == nil || nextY == nil || nextX.matched || nextY.matched {
			break
		}
		x, y = nextX, nextY
	}
	return a.from(x, s[i:]), a.from(y, t[i:])
}

// from reports whether there is a match when a search goes on at a state with
// the rest of a string.
func (a *automaton) from(at *state, rest string) bool {
	for i := 0; i < len(rest) && !at.matched; {
		r, size := rune(rest[i]), 1
		var next *state
		if r < utf8.RuneSelf {
			next = at.ascii[r]
		} else {
			r, size = utf8.DecodeRuneInString(rest[i:]) // as package regexp reads invalid bytes
			next = at.others[r]
		}
		if next == nil {
			next = a.learn(at, r)
		}
		at = next
		i += size
	}
	return at.matched || at.atEnd
}

// learn finds the state after a character and keeps it with the one before, as
// long as there is room.
func (a *automaton) learn(at *state, r rune) *state {
	next := a.step(at, r)
	switch {
	case a.crowded:
	case r < utf8.RuneSelf:
		at.ascii[r] = next
	default:
		if at.others == nil {
			at.others = map[rune]*state{}
		}
		at.others[r] = next
	}
	return next
}

// step returns the state after a character: a match may also start there.
func (a *automaton) step(at *state, r rune) *state {
	places := []uint32{uint32(a.prog.Start)}
	for _, place := range at.places {
		if inst := &a.prog.Inst[place]; inst.Op != syntax.InstEmptyWidth && inst.MatchRune(r) {
			places = append(places, inst.Out)
		}
	}
	return a.closure(places, 0)
}

// closure returns the state of some places and all that can be reached from
// them without reading, at a point where the edges in holds do.
func (a *automaton) closure(from []uint32, holds syntax.EmptyOp) *state {
	matched := a.reach(from, holds)
	key := []byte{byte(holds), byte(index(matched))} // the beginning may also be the end
	for _, place := range a.places {
		key = binary.LittleEndian.AppendUint32(key, place)
	}
	if known := a.states[string(key)]; known != nil {
		return known
	}
	s := &state{places: slices.Clone(a.places), matched: matched}
	s.atEnd = a.reach(s.places, holds|syntax.EmptyEndText)
	if a.crowded = len(a.states) == maxStates; !a.crowded {
		a.states[string(key)] = s
	}
	return s
}

// reach sets a.places to the instructions, sorted, that wait at the places
// reached from some without reading, and reports whether a match is among them.
func (a *automaton) reach(from []uint32, holds syntax.EmptyOp) (matched bool) {
	clear(a.seen)
	a.places, a.stack = a.places[:0], append(a.stack[:0], from...)
	for len(a.stack) > 0 {
		place := a.stack[len(a.stack)-1]
		a.stack = a.stack[:len(a.stack)-1]
		if a.seen[place] {
			continue
		}
		a.seen[place] = true
		switch inst := &a.prog.Inst[place]; inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			a.stack = append(a.stack, inst.Out, inst.Arg)
		case syntax.InstCapture, syntax.InstNop:
			a.stack = append(a.stack, inst.Out)
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(inst.Arg)&^holds == 0 {
				a.stack = append(a.stack, inst.Out)
			} else {
				a.places = append(a.places, place)
			}
		case syntax.InstMatch:
			matched = true
		case syntax.InstFail:
		default:
			a.places = append(a.places, place)
		}
	}
	slices.Sort(a.places)
	return matched
}
