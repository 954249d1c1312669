package rule

import (
	"slices"
	"strings"
	"unicode"

	"github.com/rollcall-db/rollcall/engine/model"
)

// keywordList holds every reserved word. The package comment lists them for
// users; a test keeps the two equal. Words of parts that this version refuses
// are reserved already, so that names need no new quotes later.
var keywordList = strings.Fields(`
	after ago all and any at avg before between contains count days distinct
	ends ever exactly false first for from full in is last least matches max
	min more most next not null or segment since starts sum than this to today
	true where with yesterday`)

var keywords = func() map[string]bool {
	m := make(map[string]bool, len(keywordList))
	for _, k := range keywordList {
		m[k] = true
	}
	return m
}()

// keywordOf returns the keyword that word is, ignoring the case of ASCII
// letters, or "".
func keywordOf(word string) string {
	if len(word) > len("yesterday") {
		return ""
	}
	if lower := lowerASCII(word); keywords[lower] {
		return lower
	}
	return ""
}

// joiningWords are the words that join the steps of a sequence. They are no keywords,
// since a name may be called so.
var joiningWords = []string{"then", "within"}

// nearestKeyword returns the keyword, or the word between two steps, that word may
// be a slip of, or "".
func nearestKeyword(word string) string {
	if len(word) > 2*len("yesterday") {
		return ""
	}
	return model.Nearest(word, slices.Concat(joiningWords, keywordList))
}

// lowerASCII lower-cases ASCII letters and nothing else: keywords are ASCII, and
// a Kelvin sign is not a k.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

func isNameStart(r rune) bool { return r == '_' || unicode.IsLetter(r) }

func isNamePart(r rune) bool { return isNameStart(r) || unicode.IsDigit(r) }

// isBareName reports whether name can be written without quotes.
func isBareName(name string) bool {
	for i, r := range name {
		if i == 0 && !isNameStart(r) || !isNamePart(r) {
			return false
		}
	}
	return name != "" && keywordOf(name) == ""
}

// quoteName returns name as a rule writes it: in double quotes where needed.
func quoteName(name string) string {
	if isBareName(name) {
		return name
	}
	return quoteDouble(name)
}

// quoteString returns s as a rule writes it, in single quotes.
func quoteString(s string) string {
	return `'` + strings.ReplaceAll(s, `'`, `''`) + `'`
}
