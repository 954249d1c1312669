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
	pattern *regexp.Regexp
	prog    *syntax.Prog // of pattern
	start   *state
	states  map[string]*state // by their places
	bytes   int               // that the states take, about
	crowded bool              // they take more than it keeps: package regexp is asked

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

// maxAutomatonBytes bounds the memory of an automaton's states.
const maxAutomatonBytes = 8 << 20

// What states take, about: each with its table of ASCII, for each place in it with
// its key, and for each other character.
const (
	bytesPerState = 1200
	bytesPerPlace = 8
	bytesPerOther = 48
)

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

func newAutomaton(pattern *regexp.Regexp, prog *syntax.Prog) *automaton {
	a := &automaton{pattern: pattern, prog: prog, states: map[string]*state{}, seen: make([]bool, len(prog.Inst))}
	a.start = a.closure([]uint32{uint32(prog.Start)}, syntax.EmptyBeginText)
	return a
}

// match reports whether s has a match.
func (a *automaton) match(s string) bool { return a.from(a.start, s, 0) }

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
	return a.from(x, s, i), a.from(y, t, i)
}

// from reports whether s has a match, given the state that a search has reached
// at the byte i. A crowded automaton leaves the string to package regexp where it
// would have to learn more.
func (a *automaton) from(at *state, s string, i int) bool {
	for i < len(s) && !at.matched {
		r, size := rune(s[i]), 1
		var next *state
		if r < utf8.RuneSelf {
			next = at.ascii[r]
		} else {
			r, size = utf8.DecodeRuneInString(s[i:]) // as package regexp reads invalid bytes
			next = at.others[r]
		}
		if next == nil {
			if a.crowded {
				return a.pattern.MatchString(s)
			}
			next = a.learn(at, r)
		}
		at = next
		i += size
	}
	return at.matched || at.atEnd
}

// learn finds the state after a character and keeps it with the one before.
func (a *automaton) learn(at *state, r rune) *state {
	next := a.step(at, r)
	if r < utf8.RuneSelf {
		at.ascii[r] = next
		return next
	}
	if at.others == nil {
		at.others = map[rune]*state{}
	}
	at.others[r] = next
	a.grow(bytesPerOther)
	return next
}

// grow notes memory.
func (a *automaton) grow(bytes int) {
	a.bytes += bytes
	a.crowded = a.bytes > maxAutomatonBytes
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
	a.states[string(key)] = s
	a.grow(bytesPerState + bytesPerPlace*len(s.places))
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
