package sqlgen

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// patternSyntax is how a dialect writes what differs between pattern languages.
// Groups, alternation, repetition, brackets and \A are the same in RE2, in Java
// and in PostgreSQL's ARE.
type patternSyntax struct {
	end   string              // the end of the text, nothing else
	first rune                // the least character that text may hold
	hex   func(r rune) string // a character by its number
}

var (
	// bracedHex is of RE2 and Java.
	bracedHex = patternSyntax{end: `\z`, hex: func(r rune) string { return fmt.Sprintf(`\x{%X}`, r) }}
	// plainHex is of PostgreSQL. Its \Z is what the others call \z.
	plainHex = patternSyntax{end: `\Z`, first: 1, hex: func(r rune) string {
		if r > 0xffff {
			return fmt.Sprintf(`\U%08X`, r)
		}
		return fmt.Sprintf(`\u%04X`, r)
	}}
)

// Limits of the portable subset.
const (
	maxRepeat      = 255 // in {m,n}; PostgreSQL's limit
	maxClassRanges = 500 // of all classes of a pattern: \w has 4, \pL some 650
)

// nothing is the translation of a pattern that matches nothing.
const nothing = "\xff"

// translate returns an RE2 pattern in another syntax. The translation matches
// somewhere in just those texts in which the pattern does. It is "" where that
// is all of them; problem says what has no translation.
func translate(pattern string, to patternSyntax) (translation, problem string) {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", "it cannot be parsed again: " + err.Error()
	}
	w := &patternWriter{to: to}
	s := w.write(parsed, false)
	if w.ranges > maxClassRanges {
		w.refuse(fmt.Sprintf("its classes have more than %d ranges of characters", maxClassRanges))
	}
	return s, w.problem
}

// patternWriter translates one pattern.
type patternWriter struct {
	to      patternSyntax
	ranges  int
	problem string // the first
}

func (w *patternWriter) refuse(problem string) {
	if w.problem == "" {
		w.problem = problem
	}
}

// write translates a node. Where atom is set the result can be repeated. It is
// nothing where the node matches nothing.
func (w *patternWriter) write(re *syntax.Regexp, atom bool) string {
	switch re.Op {
	case syntax.OpNoMatch:
		return nothing
	case syntax.OpEmptyMatch:
		return group("", atom)
	case syntax.OpLiteral:
		return w.literal(re, atom)
	case syntax.OpCharClass:
		return w.class(re.Rune)
	case syntax.OpAnyCharNotNL:
		return w.class([]rune{0, '\n' - 1, '\n' + 1, unicode.MaxRune})
	case syntax.OpAnyChar:
		return w.class([]rune{0, unicode.MaxRune})
	case syntax.OpBeginText:
		return group(`\A`, atom)
	case syntax.OpEndText:
		return group(w.to.end, atom)
	case syntax.OpCapture:
		return w.write(re.Sub[0], atom)
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		return w.repeat(re, atom)
	case syntax.OpConcat:
		return w.concat(re, atom)
	case syntax.OpAlternate:
		return w.alternate(re, atom)
	}
	w.refuse(map[syntax.Op]string{
		syntax.OpBeginLine:      "^ at the start of every line",
		syntax.OpEndLine:        "$ at the end of every line",
		syntax.OpWordBoundary:   `the word boundary \b`,
		syntax.OpNoWordBoundary: `the word boundary \B`,
	}[re.Op] + " is not in the portable subset")
	return ""
}

// group puts brackets around what is to be repeated.
func group(s string, atom bool) string {
	if atom {
		return "(?:" + s + ")"
	}
	return s
}

func (w *patternWriter) literal(re *syntax.Regexp, atom bool) string {
	var b strings.Builder
	for _, r := range re.Rune {
		switch {
		case surrogate(r):
			return nothing
		case re.Flags&syntax.FoldCase != 0 && unicode.SimpleFold(r) != r:
			b.WriteString(w.class(foldOrbit(r)))
		default:
			b.WriteString(w.char(r, `\.^$*+?()[]{}|`))
		}
	}
	return group(b.String(), atom && len(re.Rune) != 1)
}

// foldOrbit returns the characters that differ from r by case only, r included,
// as ranges.
func foldOrbit(r rune) []rune {
	orbit := []rune{r}
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		orbit = append(orbit, f)
	}
	slices.Sort(orbit)
	var ranges []rune
	for _, r := range orbit {
		ranges = append(ranges, r, r)
	}
	return ranges
}

// char writes a character, escaped where it is one of special. Characters that
// a reader would not see are written by number.
func (w *patternWriter) char(r rune, special string) string {
	switch {
	case r < w.to.first:
		w.refuse("text in this dialect holds no NUL")
		return ""
	case strings.ContainsRune(special, r):
		return `\` + string(r)
	case r != ' ' && !unicode.IsGraphic(r) || unicode.Is(unicode.Mn, r) || unicode.IsSpace(r) && r != ' ':
		return w.to.hex(r)
	}
	return string(r)
}

// class writes a set of characters given as pairs, in order.
func (w *patternWriter) class(pairs []rune) string {
	pairs = w.holdable(pairs)
	if len(pairs) == 0 {
		return nothing
	}
	negate := ""
	if rest := w.others(pairs); len(rest) > 0 && pairs[len(pairs)-1] == unicode.MaxRune && len(rest) <= len(pairs) {
		negate, pairs = "^", rest
	}
	w.ranges += len(pairs) / 2
	if w.ranges > maxClassRanges {
		return ""
	}
	if negate == "" && len(pairs) == 2 && pairs[0] == pairs[1] {
		return w.char(pairs[0], `\.^$*+?()[]{}|`)
	}
	var b strings.Builder
	b.WriteString("[" + negate)
	for i := 0; i < len(pairs); i += 2 {
		b.WriteString(w.char(pairs[i], `\[]^-&`))
		if pairs[i+1] > pairs[i]+1 {
			b.WriteByte('-')
		}
		if pairs[i+1] > pairs[i] {
			b.WriteString(w.char(pairs[i+1], `\[]^-&`))
		}
	}
	b.WriteByte(']')
	return b.String()
}

// holdable returns the part of a set that text can hold. Ranges over all
// surrogates stay whole; they end nowhere among them.
func (w *patternWriter) holdable(pairs []rune) []rune {
	var kept []rune
	for i := 0; i < len(pairs); i += 2 {
		lo, hi := max(pairs[i], w.to.first), pairs[i+1]
		if surrogate(lo) {
			lo = 0xe000
		}
		if surrogate(hi) {
			hi = 0xd7ff
		}
		if lo <= hi {
			kept = append(kept, lo, hi)
		}
	}
	return kept
}

// others returns what a set leaves out of what text can hold.
func (w *patternWriter) others(pairs []rune) []rune {
	var rest []rune
	next := w.to.first
	for i := 0; i < len(pairs); i += 2 {
		if next < pairs[i] {
			rest = append(rest, next, pairs[i]-1)
		}
		next = pairs[i+1] + 1
	}
	if next <= unicode.MaxRune {
		rest = append(rest, next, unicode.MaxRune)
	}
	return w.holdable(rest)
}

// surrogate reports whether r is half a character of UTF-16, which no text holds.
func surrogate(r rune) bool { return 0xd800 <= r && r <= 0xdfff }

func (w *patternWriter) repeat(re *syntax.Regexp, atom bool) string {
	low, high := re.Min, re.Max
	suffix := map[syntax.Op]string{syntax.OpStar: "*", syntax.OpPlus: "+", syntax.OpQuest: "?"}[re.Op]
	switch re.Op {
	case syntax.OpStar, syntax.OpQuest:
		low, high = 0, -1
	case syntax.OpPlus:
		low, high = 1, -1
	case syntax.OpRepeat:
		suffix = "{" + strconv.Itoa(low) + "}"
		if high < 0 {
			suffix = "{" + strconv.Itoa(low) + ",}"
		} else if high > low {
			suffix = "{" + strconv.Itoa(low) + "," + strconv.Itoa(high) + "}"
		}
	}
	if max(low, high) > maxRepeat {
		w.refuse(fmt.Sprintf("a repetition of more than %d times is not in the portable subset", maxRepeat))
	}
	sub := w.write(re.Sub[0], true)
	switch {
	case sub == nothing && low > 0:
		return nothing
	case sub == nothing || re.Op == syntax.OpRepeat && high == 0:
		return group("", atom)
	}
	return group(sub+suffix, atom)
}

func (w *patternWriter) concat(re *syntax.Regexp, atom bool) string {
	var b strings.Builder
	for _, sub := range re.Sub {
		for sub.Op == syntax.OpCapture {
			sub = sub.Sub[0]
		}
		s := w.write(sub, sub.Op == syntax.OpAlternate)
		if s == nothing {
			return nothing
		}
		b.WriteString(s)
	}
	return group(b.String(), atom)
}

func (w *patternWriter) alternate(re *syntax.Regexp, atom bool) string {
	var branches []string
	for _, sub := range re.Sub {
		s := w.write(sub, sub.Op == syntax.OpEmptyMatch)
		if s != nothing {
			branches = append(branches, s)
		}
	}
	if len(branches) == 0 {
		return nothing
	}
	return group(strings.Join(branches, "|"), atom)
}
