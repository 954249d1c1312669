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

// wholeList is a list before anything was left out of it.
type wholeList struct {
	what string
	of   int
}

// note says that of a list only the first entries are shown, once for each list.
func (c *Cuts) note(what string, shown, of int) {
	i := slices.IndexFunc(c.whole, func(w wholeList) bool { return w.what == what })
	if i < 0 {
		i = len(c.whole)
		c.whole = append(c.whole, wholeList{what, of})
		c.Cut = append(c.Cut, "")
	}
	c.Cut[i] = fmt.Sprintf("%s: the first %d of %d are shown", what, shown, c.whole[i].of)
}

// add says that something else was left out.
func (c *Cuts) add(text string) {
	c.whole = append(c.whole, wholeList{})
	c.Cut = append(c.Cut, text)
}

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
