package rule

// span is a stretch of the source text, in bytes.
type span struct {
	offset, length int
}

// end returns the offset just behind s.
func (s span) end() int { return s.offset + s.length }

// to returns the span from the start of s to the end of t, or of s if that is
// later.
func (s span) to(t span) span { return span{s.offset, max(t.end(), s.end()) - s.offset} }

// tokenKind is the kind of a token.
type tokenKind uint8

const (
	tokenEnd    tokenKind = iota // of the rule; an empty span behind the last token
	tokenWord                    // a name or a keyword, without quotes
	tokenName                    // a name in double quotes
	tokenString                  // a string in single quotes
	tokenNumber                  // digits, with sign and point
	tokenSymbol                  // = != < <= > >= ( ) ,
	tokenBad                     // nothing of the language; err says why
)

// token is one word, name, value or symbol of a rule.
type token struct {
	kind tokenKind
	span
	text    string // name and string: without quotes; "<>" is "!="; else as written
	keyword string // of a word that is a keyword: its lower-case form
	err     *Error // of tokenBad
}

// is reports whether t is the keyword.
func (t token) is(keyword string) bool { return t.kind == tokenWord && t.keyword == keyword }

// isName reports whether t is a name.
func (t token) isName() bool {
	return t.kind == tokenName || t.kind == tokenWord && t.keyword == ""
}

// isSymbol reports whether t is the symbol.
func (t token) isSymbol(symbol string) bool { return t.kind == tokenSymbol && t.text == symbol }

// endsValue reports whether t stands where a value was forgotten rather than
// written wrongly.
func (t token) endsValue() bool {
	return t.kind == tokenEnd || t.isSymbol(")") || t.isSymbol(",") || t.is("and") || t.is("or")
}
