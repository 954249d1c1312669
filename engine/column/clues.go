package column

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"github.com/rollcall-db/rollcall/engine/rule"
)

// Clue is a text that a string has somewhere, or at an end.
type Clue struct {
	Text  string
	Start bool // the string starts with it
	End   bool // the string ends with it
}

// Limits of what is worked out of a pattern. Beyond them less is known of it.
const (
	maxClueLists = 64 // that a string has one of
	maxClues     = 16 // in a list
)

// Clues returns lists of texts such that a string that passes t has all of at least
// one list. ok is false where nothing like it is known: of tests for NULL, of ranges
// and of what says which strings do not pass. No lists at all, and ok: none passes.
func (t Test) Clues() (lists [][]Clue, ok bool) {
	if t.IsNull || t.Values == nil || t.Values.Except {
		return nil, false
	}
	s := &t.Values.Strings
	switch s.Op {
	case rule.StringIn, rule.StringContains, rule.StringStarts, rule.StringEnds:
		for _, text := range s.List {
			whole := s.Op == rule.StringIn
			lists = append(lists, []Clue{{text, whole || s.Op == rule.StringStarts, whole || s.Op == rule.StringEnds}})
		}
		return lists, true
	case rule.StringMatches:
		lists = cluesOf(s.Regexp)
		return lists, lists != nil
	}
	return nil, false
}

// cluesOf returns Clues of what matches a pattern; nil: nothing is known.
func cluesOf(re *regexp.Regexp) [][]Clue {
	parsed, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return nil
	}
	return clues(parsed.Simplify())
}

// clues returns the clues of what matches an expression; nil: nothing is known.
func clues(re *syntax.Regexp) [][]Clue {
	switch re.Op {
	case syntax.OpLiteral:
		// The character that stands for bad bytes is found in them, too.
		if text := string(re.Rune); re.Flags&syntax.FoldCase == 0 && !strings.ContainsRune(text, utf8.RuneError) {
			return [][]Clue{{{Text: text}}}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return clues(re.Sub[0])
	case syntax.OpAlternate:
		return alternativeClues(re.Sub)
	case syntax.OpConcat:
		return sequenceClues(re.Sub)
	}
	return nil
}

// alternativeClues returns the clues of what matches one of some expressions.
func alternativeClues(subs []*syntax.Regexp) [][]Clue {
	var lists [][]Clue
	for _, sub := range subs {
		more := clues(sub)
		if more == nil || len(lists)+len(more) > maxClueLists {
			return nil
		}
		lists = append(lists, more...)
	}
	return lists
}

// sequenceClues returns the clues of what matches some expressions one after the
// other.
func sequenceClues(subs []*syntax.Regexp) [][]Clue {
	var lists [][]Clue
	for i, sub := range subs {
		more := clues(sub)
		if more == nil {
			continue
		}
		if sub.Op == syntax.OpLiteral {
			more[0][0].Start = i > 0 && subs[i-1].Op == syntax.OpBeginText
			more[0][0].End = i+1 < len(subs) && subs[i+1].Op == syntax.OpEndText
		}
		lists = bothClues(lists, more)
	}
	return lists
}

// bothClues returns lists of which one is had by who has one of x and one of y;
// either may be nil, of which nothing is known.
func bothClues(x, y [][]Clue) [][]Clue {
	switch {
	case x == nil:
		return y
	case len(x)*len(y) > maxClueLists || len(x[0])+len(y[0]) > maxClues:
		return x
	}
	var lists [][]Clue
	for _, a := range x {
		for _, b := range y {
			lists = append(lists, append(a[:len(a):len(a)], b...))
		}
	}
	return lists
}
