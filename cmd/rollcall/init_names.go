package main

import (
	"slices"
	"strings"
	"unicode"
)

// personWords are what tables of customers are called, in the singular.
var personWords = []string{
	"account", "client", "consumer", "contact", "customer", "guest", "lead", "member", "patient", "people", "person",
	"profile", "shopper", "subscriber", "user", "visitor",
}

// keyWords are the last words of the names of keys.
var keyWords = []string{"email", "guid", "id", "key", "no", "number", "uuid"}

// bareKeys are names of keys that do not say of what.
var bareKeys = []string{"guid", "id", "key", "pk", "uuid"}

// words splits a name at what is no letter or digit, and before a capital that
// follows a small letter. The words are in lower case.
func words(name string) []string {
	var b strings.Builder
	last := rune(0)
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			b.WriteByte(' ')
		case unicode.IsUpper(r) && unicode.IsLower(last):
			b.WriteByte(' ')
			fallthrough
		default:
			b.WriteRune(unicode.ToLower(r))
		}
		last = r
	}
	return strings.Fields(b.String())
}

// joined is a name without what separates its words, in lower case.
func joined(name string) string { return strings.Join(words(name), "") }

// singular returns an English noun without the ending of its plural, as far as
// that can be told from the ending.
func singular(noun string) string {
	for _, ending := range []struct{ many, one string }{
		{"ies", "y"}, {"sses", "ss"}, {"xes", "x"}, {"ches", "ch"}, {"shes", "sh"}, {"ss", "ss"}, {"us", "us"}, {"is", "is"}, {"s", ""},
	} {
		if stem, ok := strings.CutSuffix(noun, ending.many); ok && stem != "" {
			return stem + ending.one
		}
	}
	return noun
}

// personScore tells how much a table's name is that of a table of customers: 2
// where its last word is one for them, 1 where another is, else 0.
func personScore(table string) int {
	list := words(table)
	score := 0
	for i, w := range list {
		if slices.Contains(personWords, singular(w)) || slices.Contains(personWords, w) {
			score = 1
			if i == len(list)-1 {
				return 2
			}
		}
	}
	return score
}

// isKeyName reports whether a column is called like a key: customer_id, userId,
// email.
func isKeyName(column string) bool {
	list := words(column)
	if len(list) == 0 {
		return false
	}
	last := list[len(list)-1]
	if slices.Contains(keyWords, last) || slices.Contains(bareKeys, last) {
		return true
	}
	stem, ok := strings.CutSuffix(last, "id") // customerid
	return ok && slices.Contains(personWords, stem)
}

// isBareKey reports whether a key's name does not say of what it is the key.
func isBareKey(column string) bool { return slices.Contains(bareKeys, strings.ToLower(column)) }

// keysOf returns the names, joined, that other tables may have for the bare key
// of a table: customer_id, customers_id for id of customers.
func keysOf(table, key string) []string {
	name := joined(table)
	return []string{singular(name) + joined(key), name + joined(key)}
}

// timeScore tells how much a column's name is that of the time of an event in a
// table. Names of times that say when a row was written, or of what has not
// happened, are below 0; names that say nothing about time are 0.
func timeScore(table, column string) int {
	list := words(column)
	score := 0
	for i, w := range list {
		switch {
		case slices.Contains([]string{"updated", "modified", "deleted", "loaded", "ingested", "processed", "synced", "inserted", "expires", "expiry", "due", "birth", "until", "end", "ended", "valid"}, w):
			score -= 6
		case slices.Contains([]string{"timestamp", "time", "datetime", "ts", "date", "day"}, w), w == "at" && i == len(list)-1:
			score += 2
		case slices.Contains([]string{"event", "occurred", "happened"}, w):
			score += 2
		case slices.Contains([]string{"created", "start", "started"}, w):
			score++
		case sharesStem(w, table):
			score += 3
		}
	}
	return score
}

// sharesStem reports whether a word begins like one of a table's name: purchased
// and purchases.
func sharesStem(word, table string) bool {
	const enough = 4 // letters
	for _, w := range words(table) {
		n := 0
		for n < len(w) && n < len(word) && w[n] == word[n] {
			n++
		}
		if n >= enough && n >= len(singular(w))-1 {
			return true
		}
	}
	return false
}

// saysTime reports whether a column's name says that it is a time.
func saysTime(column string) bool {
	list := words(column)
	return slices.ContainsFunc(list, func(w string) bool {
		return slices.Contains([]string{"timestamp", "time", "datetime", "ts", "date", "epoch", "unix"}, w)
	}) || len(list) > 0 && list[len(list)-1] == "at"
}

// behaviorName returns what rules may call the events of a table: purchase for
// purchases.
func behaviorName(table string) string {
	cut := strings.LastIndexByte(table, '_') + 1
	last := table[cut:]
	if one := singular(strings.ToLower(last)); !strings.HasPrefix(strings.ToLower(last), one) {
		return table[:cut] + one
	} else if len(strings.ToLower(last)) == len(last) {
		return table[:cut+len(one)]
	}
	return table
}
