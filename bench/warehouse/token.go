package warehouse

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// tokenKind is what a token of a statement is.
type tokenKind uint8

const (
	endToken    tokenKind = iota // behind the last one
	wordToken                    // a name or keyword without quotes
	nameToken                    // a name in backticks
	textToken                    // a literal of text
	binaryToken                  // X'…'
	numberToken                  // with its suffix
	paramToken                   // :name, or ? with an empty name
	operatorToken
)

// token is a piece of a statement.
type token struct {
	kind  tokenKind
	text  string // as it stands, of words, numbers and operators; the name or the text of others
	upper string // of words, in upper case
	at    int    // byte in the statement
	tight bool   // nothing stands between it and the token before
}

// is reports whether the token is one of some keywords or operators.
func (t *token) is(any ...string) bool {
	for _, s := range any {
		if t.kind == wordToken && t.upper == s || t.kind == operatorToken && t.text == s {
			return true
		}
	}
	return false
}

// isName reports whether the token can be a name.
func (t *token) isName() bool { return t.kind == wordToken || t.kind == nameToken }

// scanner reads the tokens of a statement.
type scanner struct {
	s      string
	at     int
	tokens []token
}

// references are replaced before a statement is read, wherever they stand. No
// variable is set here, so that nothing is what replaces them.
var references = regexp.MustCompile(`\$\{[^}]*\}`)

// scan returns the tokens of a statement, with one at the end that is none, and the
// statement as it was read.
func scan(statement string) (tokens []token, read string, err error) {
	s := &scanner{s: references.ReplaceAllString(statement, "")}
	if !utf8.ValidString(s.s) {
		return nil, s.s, syntaxError(s.s, 0, "the statement is not UTF-8")
	}
	for {
		start := s.at
		if err := s.space(); err != nil {
			return nil, s.s, err
		}
		if s.at == len(s.s) {
			s.tokens = append(s.tokens, token{at: s.at})
			return s.tokens, s.s, nil
		}
		t, err := s.next()
		if err != nil {
			return nil, s.s, err
		}
		t.tight = t.at == start && start > 0
		if err := s.add(t); err != nil {
			return nil, s.s, err
		}
	}
}

// add appends a token. Literals of text one behind the other are one.
func (s *scanner) add(t token) error {
	if last := len(s.tokens) - 1; last >= 0 && t.kind == textToken && s.tokens[last].kind == textToken {
		if t.tight {
			// One literal with a quote in it, or two, by the version of Spark.
			return syntaxError(s.s, t.at, "quotes in a row in a literal mean different things to different versions: write \\'")
		}
		s.tokens[last].text += t.text
		return nil
	}
	s.tokens = append(s.tokens, t)
	return nil
}

// space skips space and comments. A comment of one line goes on behind a backslash
// at its end; others may stand within one another.
func (s *scanner) space() error {
	for s.at < len(s.s) {
		rest := s.s[s.at:]
		switch {
		case strings.IndexByte(" \t\r\n\f\v", rest[0]) >= 0:
			s.at++
		case strings.HasPrefix(rest, "--"):
			for s.at < len(s.s) && (s.s[s.at] != '\n' || s.s[s.at-1] == '\\') {
				s.at++
			}
		case strings.HasPrefix(rest, "/*"):
			if err := s.comment(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
	return nil
}

func (s *scanner) comment() error {
	start, depth := s.at, 0
	for s.at < len(s.s) {
		switch rest := s.s[s.at:]; {
		case strings.HasPrefix(rest, "/*"):
			depth++
			s.at += len("/*")
		case strings.HasPrefix(rest, "*/"):
			depth--
			s.at += len("*/")
		default:
			s.at++
		}
		if depth == 0 {
			return nil
		}
	}
	return &sqlFailure{"UNCLOSED_BRACKETED_COMMENT", stateSyntax, "Found an unclosed bracketed comment. Please, append */ at the end of the comment" + place(s.s, start)}
}

// next reads the token that begins here.
func (s *scanner) next() (token, error) {
	t := token{at: s.at}
	c := s.s[s.at]
	following := byte(0)
	if s.at+1 < len(s.s) {
		following = s.s[s.at+1]
	}
	var err error
	switch {
	case c == '`':
		t.kind = nameToken
		t.text, err = s.quotedName()
	case c == '\'' || c == '"':
		t.kind = textToken
		t.text, err = s.literal(false)
	case (c == 'r' || c == 'R') && (following == '\'' || following == '"'):
		s.at++
		t.kind = textToken
		t.text, err = s.literal(true)
	case (c == 'x' || c == 'X') && following == '\'':
		s.at++
		t.kind = binaryToken
		t.text, err = s.literal(true)
	case isDigit(c) || c == '.' && isDigit(following):
		t.kind, t.text = numberToken, s.number()
	case isLetter(c):
		t.kind, t.text = wordToken, s.word()
		t.upper = strings.ToUpper(t.text)
	case c == ':' && isLetter(following) && s.beginsParam():
		s.at++
		t.kind, t.text = paramToken, s.word()
	case c == '?':
		s.at++
		t.kind = paramToken
	default:
		t.kind = operatorToken
		t.text, err = s.operator()
	}
	return t, err
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// beginsParam reports whether a colon here stands before a parameter and not
// within a path or a cast.
func (s *scanner) beginsParam() bool {
	if len(s.tokens) == 0 {
		return true
	}
	last := &s.tokens[len(s.tokens)-1]
	return last.kind == operatorToken && last.text != ")" && last.text != "]" || last.kind == wordToken && keywords[last.upper]
}

func (s *scanner) word() string {
	start := s.at
	for s.at < len(s.s) && (isLetter(s.s[s.at]) || isDigit(s.s[s.at])) {
		s.at++
	}
	return s.s[start:s.at]
}

// numberText is a number with its suffix.
var numberText = regexp.MustCompile(`^(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?([lLsSyYfFdD]|[bB][dD])?`)

func (s *scanner) number() string {
	found := numberText.FindString(s.s[s.at:])
	s.at += len(found)
	return found
}

func (s *scanner) quotedName() (string, error) {
	start := s.at
	var b strings.Builder
	for s.at++; s.at < len(s.s); s.at++ {
		if s.s[s.at] != '`' {
			b.WriteByte(s.s[s.at])
			continue
		}
		s.at++
		if s.at == len(s.s) || s.s[s.at] != '`' {
			return b.String(), nil
		}
		b.WriteByte('`')
	}
	return "", syntaxError(s.s, start, "Syntax error at or near '`'")
}

// operators of more than one character, the longest first.
var operators = []string{"<=>", "->", "=>", "::", "||", "<>", "!=", "<=", ">=", "=="}

func (s *scanner) operator() (string, error) {
	rest := s.s[s.at:]
	for _, o := range operators {
		if strings.HasPrefix(rest, o) {
			s.at += len(o)
			return o, nil
		}
	}
	if strings.IndexByte("()[],.;+-*/%<>=!&|^~:@", rest[0]) < 0 {
		r, _ := utf8.DecodeRuneInString(rest)
		return "", syntaxError(s.s, s.at, fmt.Sprintf("Syntax error at or near '%c'", r))
	}
	s.at++
	return rest[:1], nil
}
