package assistant

import (
	"fmt"
	"slices"
	"strings"
)

// Cuts is what was left out of an answer, in words.
type Cuts struct {
	Cut []string `json:"cut,omitempty"`

	whole []wholeList // of Cut, each
}

// wholeList is what an entry of Cut is about, and how many things there were.
type wholeList struct {
	what string
	of   int
}

// place returns where something is among what was left out; it is put there first.
func (c *Cuts) place(what string) int {
	i := slices.IndexFunc(c.whole, func(w wholeList) bool { return w.what == what })
	if i < 0 {
		i = len(c.whole)
		c.whole = append(c.whole, wholeList{what: what})
		c.Cut = append(c.Cut, "")
	}
	return i
}

// note says that of a list only the first entries are shown, of those that there were first.
func (c *Cuts) note(what string, shown, of int) {
	i := c.place(what)
	if c.whole[i].of == 0 {
		c.whole[i].of = of
	}
	c.Cut[i] = fmt.Sprintf("%s: the first %d of %d are shown", what, shown, c.whole[i].of)
}

// say says what was left out of something, in place of what was said of it before.
func (c *Cuts) say(what, text string) { c.Cut[c.place(what)] = text }

// add says that something else was left out.
func (c *Cuts) add(text string) { c.say(text, text) }

// lines writes what was left out, for the text.
func (c *Cuts) lines() string {
	if len(c.Cut) == 0 {
		return ""
	}
	return "Cut: " + strings.Join(c.Cut, "; ") + "\n"
}

// limit leaves the first entries of a list.
func limit[T any](c *Cuts, what string, list *[]T, most int) {
	if n := len(*list); n > most {
		*list = (*list)[:most]
		c.note(what, most, n)
	}
}

// halve leaves the first half of a list, and reports whether it had two entries at least.
func halve[T any](c *Cuts, what string, list *[]T) bool {
	n := len(*list)
	limit(c, what, list, max(1, n/2))
	return n >= 2
}
