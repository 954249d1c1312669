package warehouse

import (
	"fmt"
	"strconv"
	"strings"
)

// parser is a statement taken apart into tokens. Places are indexes of tokens, and
// ranges of them are half open.
type parser struct {
	statement string
	tokens    []token
	closes    []int // of each opening bracket the place of the closing one
}

// parse reads a statement, without the semicolon at its end.
func parse(statement string) (*parser, error) {
	tokens, read, err := scan(statement)
	if err != nil {
		return nil, err
	}
	const endAndMore = 2
	if n := len(tokens); n >= endAndMore && tokens[n-2].is(";") {
		tokens = append(tokens[:n-2:n-2], tokens[n-1])
	}
	p := &parser{statement: read, tokens: tokens, closes: make([]int, len(tokens))}
	var open []int
	for i := range tokens {
		switch t := &tokens[i]; {
		case t.is("(", "["):
			open = append(open, i)
		case t.is(")", "]"):
			if len(open) == 0 || (t.text == ")") != tokens[open[len(open)-1]].is("(") {
				return nil, p.unexpected(i)
			}
			p.closes[open[len(open)-1]] = i
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return nil, p.unexpected(p.end())
	}
	if p.end() == 0 {
		return nil, p.unexpected(0)
	}
	return p, nil
}

// end is the place behind the last token.
func (p *parser) end() int { return len(p.tokens) - 1 }

// token returns the token at a place, or the one at the end.
func (p *parser) token(at int) *token {
	if at < 0 || at > p.end() {
		at = p.end()
	}
	return &p.tokens[at]
}

// closing returns the place of the bracket that closes the one at a place.
func (p *parser) closing(at int) int { return p.closes[at] }

// unexpected is the error of a token that cannot stand where it does.
func (p *parser) unexpected(at int) error {
	t := p.token(at)
	if t.kind == endToken {
		return syntaxError(p.statement, t.at, "Syntax error at or near end of input")
	}
	return syntaxError(p.statement, t.at, fmt.Sprintf("Syntax error at or near '%s'", t.text))
}

// accept steps over keywords or operators, if all of them stand here.
func (p *parser) accept(at *int, words ...string) bool {
	for i, w := range words {
		if !p.token(*at + i).is(w) {
			return false
		}
	}
	*at += len(words)
	return true
}

// expect steps over keywords or operators that must stand here.
func (p *parser) expect(at *int, words ...string) error {
	for _, w := range words {
		if !p.accept(at, w) {
			return p.unexpected(*at)
		}
	}
	return nil
}

// atEnd refuses what stands behind the end of a statement.
func (p *parser) atEnd(at int) error {
	if at != p.end() {
		return p.unexpected(at)
	}
	return nil
}

// name reads a name of one part.
func (p *parser) name(at *int) (string, error) {
	t := p.token(*at)
	if !t.isName() || t.kind == nameToken && t.text == "" {
		return "", p.unexpected(*at)
	}
	*at++
	return t.text, nil
}

// names reads a name of up to three parts.
func (p *parser) names(at *int) (parts []string, err error) {
	const most = 3
	for {
		part, err := p.name(at)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		if len(parts) == most || !p.token(*at).is(".") {
			return parts, nil
		}
		*at++
	}
}

// nameList reads names between brackets.
func (p *parser) nameList(at *int) (names []string, err error) {
	if err := p.expect(at, "("); err != nil {
		return nil, err
	}
	for {
		name, err := p.name(at)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
		if !p.accept(at, ",") {
			return names, p.expect(at, ")")
		}
	}
}

// literal reads a text.
func (p *parser) literal(at *int) (string, error) {
	t := p.token(*at)
	if t.kind != textToken {
		return "", p.unexpected(*at)
	}
	*at++
	return t.text, nil
}

// small reads a small number.
func (p *parser) small(at int) (int32, error) {
	n, err := strconv.ParseInt(p.token(at).text, 10, 32)
	if err != nil || p.token(at).kind != numberToken {
		return 0, p.unexpected(at)
	}
	return int32(n), nil
}

// version reads the number of a version.
func (p *parser) version(at *int) (int64, error) {
	t := p.token(*at)
	n, err := strconv.ParseInt(strings.TrimSuffix(t.text, "L"), 10, 64)
	if err != nil || t.kind != numberToken && t.kind != textToken {
		return 0, p.unexpected(*at)
	}
	*at++
	return n, nil
}

// span is a range of tokens, half open.
type span struct{ lo, hi int }

// split returns the ranges between commas that no bracket encloses.
func (p *parser) split(s span) (parts []span) {
	if s.lo == s.hi {
		return nil
	}
	lo := s.lo
	for i := s.lo; i < s.hi; i++ {
		switch t := &p.tokens[i]; {
		case t.is("(", "["):
			i = p.closes[i]
		case t.is(","):
			parts = append(parts, span{lo, i})
			lo = i + 1
		}
	}
	return append(parts, span{lo, s.hi})
}

// find returns the place of the first keyword or operator in a range that no
// bracket encloses, -1 where there is none.
func (p *parser) find(s span, words ...string) int {
	for i := s.lo; i < s.hi; i++ {
		switch t := &p.tokens[i]; {
		case t.is(words...):
			return i
		case t.is("(", "["):
			i = p.closes[i]
		}
	}
	return -1
}

// keywords are words that are not names unless they stand in backticks.
var keywords = wordSet(`ALL AND ANTI ANY AS ASC BETWEEN BOTH BY CASE CAST CROSS CUBE CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP
	DESC DISTINCT DIV ELSE END ESCAPE EXCEPT EXISTS FALSE FILTER FIRST FOLLOWING FOR FROM FULL GROUP GROUPING HAVING ILIKE IN INNER INTERSECT
	INTERVAL INTO IS JOIN LAST LATERAL LEADING LEFT LIKE LIMIT MINUS NATURAL NOT NULL NULLS OFFSET ON OR ORDER OUTER OVER PARTITION
	PRECEDING QUALIFY RANGE RECURSIVE REGEXP RIGHT RLIKE ROLLUP ROW ROWS SELECT SEMI SETS SIMILAR TABLE THEN TRAILING TRUE TRY_CAST
	UNBOUNDED UNION UNKNOWN USING VALUES WHEN WHERE WINDOW WITH`)

// units are words behind a number of an interval.
var units = wordSet(`YEAR YEARS MONTH MONTHS WEEK WEEKS DAY DAYS HOUR HOURS MINUTE MINUTES SECOND SECONDS MILLISECOND MILLISECONDS
	MICROSECOND MICROSECONDS TO`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}
