package rule

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lexer cuts a rule into tokens. The text is valid UTF-8. It goes through the
// text once, forwards.
type lexer struct {
	text source
	pos  int // of the next byte
	last int // the end of the last token
}

// next returns the next token. Behind the last one it returns tokenEnd, however
// often it is called.
func (l *lexer) next() token {
	l.skipSpace()
	t := l.scan()
	l.last = t.end()
	return t
}

func (l *lexer) scan() token {
	if l.pos == len(l.text) {
		return token{kind: tokenEnd, span: span{l.last, 0}}
	}
	c := l.text[l.pos]
	switch {
	case c == '\'':
		return l.quoted(tokenString)
	case c == '"':
		return l.quoted(tokenName)
	case isDigit(c), c == '-' && isDigit(l.at(1)):
		return l.number()
	}
	if r, _ := l.rune(); isNameStart(r) {
		return l.word()
	}
	return l.symbol()
}

// at returns the byte i places ahead, or 0.
func (l *lexer) at(i int) byte {
	if l.pos+i < len(l.text) {
		return l.text[l.pos+i]
	}
	return 0
}

// rune returns the next character and its size in bytes, 0 at the end.
func (l *lexer) rune() (rune, int) {
	return utf8.DecodeRuneInString(string(l.text[l.pos:]))
}

// take returns a token of the next n bytes.
func (l *lexer) take(kind tokenKind, n int) token {
	t := token{kind: kind, span: span{l.pos, n}, text: string(l.text[l.pos : l.pos+n])}
	l.pos += n
	return t
}

// bad returns a token for text that is not of the language. Its span is err's.
func (l *lexer) bad(err *Error) token {
	l.pos = max(l.pos, err.Offset+err.Length)
	return token{kind: tokenBad, span: span{err.Offset, err.Length}, err: err}
}

// skipSpace moves behind white space and comments.
func (l *lexer) skipSpace() {
	for l.pos < len(l.text) {
		if l.at(0) == '-' && l.at(1) == '-' {
			if n := strings.IndexByte(string(l.text[l.pos:]), '\n'); n >= 0 {
				l.pos += n
			} else {
				l.pos = len(l.text)
			}
			continue
		}
		r, size := l.rune()
		if !unicode.IsSpace(r) {
			return
		}
		l.pos += size
	}
}

// quoted reads a string or a name in quotes, in which a doubled quote stands for
// one.
func (l *lexer) quoted(kind tokenKind) token {
	start, quote := l.pos, l.text[l.pos]
	doubled := false
	for i := start + 1; ; i++ {
		n := strings.IndexByte(string(l.text[i:]), quote)
		if n < 0 {
			l.pos = len(l.text) // what follows may be inside the quotes or not
			return l.bad(l.text.unclosedQuote(span{start, 1}, quote))
		}
		i += n
		if i+1 < len(l.text) && l.text[i+1] == quote {
			doubled = true
			i++
			continue
		}
		t := l.take(kind, i+1-start)
		t.text = t.text[1 : len(t.text)-1]
		if doubled {
			q := string(quote)
			t.text = strings.ReplaceAll(t.text, q+q, q)
		}
		return t
	}
}

// number reads [-]digits[.digits].
func (l *lexer) number() token {
	n := 1
	for isDigit(l.at(n)) {
		n++
	}
	switch {
	case l.at(n) == '-' && isDigit(l.at(n+1)):
		return l.badRun(n, l.text.bareDate)
	case l.at(n) == '.' && !isDigit(l.at(n+1)):
		return l.bad(l.text.pointAtEnd(span{l.pos, n + 1}))
	case l.at(n) == '.':
		for n++; isDigit(l.at(n)); {
			n++
		}
	}
	if r, _ := utf8.DecodeRuneInString(string(l.text[l.pos+n:])); isNameStart(r) || r == '.' {
		return l.badRun(n, l.text.badNumber)
	}
	return l.take(tokenNumber, n)
}

// badRun returns what problem says of the next n bytes and all that follows them
// without a space.
func (l *lexer) badRun(n int, problem func(span) *Error) token {
	for l.pos+n < len(l.text) {
		r, size := utf8.DecodeRuneInString(string(l.text[l.pos+n:]))
		if !isNamePart(r) && !strings.ContainsRune(".-+:", r) {
			break
		}
		n += size
	}
	return l.bad(problem(span{l.pos, n}))
}

// word reads a name without quotes or a keyword.
func (l *lexer) word() token {
	n := 0
	for l.pos+n < len(l.text) {
		r, size := utf8.DecodeRuneInString(string(l.text[l.pos+n:]))
		if !isNamePart(r) {
			break
		}
		n += size
	}
	t := l.take(tokenWord, n)
	t.keyword = keywordOf(t.text)
	return t
}

// symbol reads an operator, a bracket or a comma.
func (l *lexer) symbol() token {
	two := string(l.text[l.pos:min(l.pos+2, len(l.text))])
	switch two {
	case "!=", "<=", ">=":
		return l.take(tokenSymbol, 2)
	case "<>":
		t := l.take(tokenSymbol, 2)
		t.text = "!="
		return t
	case "==", "&&", "||", "=<", "=>":
		return l.bad(l.text.foreignSymbol(span{l.pos, 2}, two))
	}
	if strings.IndexByte("=<>(),", l.text[l.pos]) >= 0 {
		return l.take(tokenSymbol, 1)
	}
	r, size := l.rune()
	return l.bad(l.text.foreignSymbol(span{l.pos, size}, string(r)))
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
