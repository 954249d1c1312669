package main

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/ingest"
)

// commentWidth is how long the lines of comments are at most, in characters,
// save for words that are longer.
const commentWidth = 100

// append appends the file to dst: the parent segment as model writes it, with
// the reasons as comments in between.
func (d *draft) append(dst []byte, uri string) []byte {
	w := &commentWriter{text: dst}
	w.comment("", `A parent segment to start from. "rollcall init" guessed it from the tables of `+uri+
		"; the comments say why. Look it through, rename and delete what you like, then build a snapshot of it with \"rollcall build\".")
	section, item := "", 0
	for line := range strings.Lines(string(model.AppendBook(nil, d.parent))) {
		switch {
		case strings.HasPrefix(line, "timezone:"):
			w.comment("", "The time zone in which days and months begin. Nothing in the tables tells it.")
		case strings.HasPrefix(line, "master_table:"):
			for _, why := range d.master {
				w.comment("", why)
			}
		case !strings.HasPrefix(line, " "):
			section, item = line, 0
		case strings.HasPrefix(line, "  - name:"):
			w.comment("  ", d.reason(section, item))
			item++
		}
		w.text = append(w.text, line...)
	}
	if len(d.leftOut) > 0 {
		w.comment("", "Left out:")
	}
	for _, t := range d.leftOut {
		w.comment("", "- "+t.String())
	}
	return w.text
}

// reason returns the comment on an item of a list, "" for none.
func (d *draft) reason(section string, item int) string {
	if strings.HasPrefix(section, "attributes:") {
		return d.attributes[item]
	}
	return d.behaviors[item]
}

// commentWriter writes comments between the lines of a file.
type commentWriter struct {
	text []byte
}

// comment writes a paragraph, unless it is empty; the lines of one that starts
// with a dash are set in below the first. Whatever names of tables and columns
// hold, it stays within comments.
func (w *commentWriter) comment(indent, paragraph string) {
	prefix, next := indent+"# ", indent+"# "
	if strings.HasPrefix(paragraph, "- ") {
		next += "  "
	}
	line := ""
	flush := func() {
		if line != "" {
			w.text = fmt.Appendf(w.text, "%s%s\n", prefix, line)
			line, prefix = "", next
		}
	}
	for _, word := range strings.Fields(strings.Map(commentRune, paragraph)) {
		if line != "" && utf8.RuneCountInString(prefix+line+" "+word) > commentWidth {
			flush()
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	flush()
}

// commentRune replaces characters that a comment of YAML cannot hold.
func commentRune(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.IsPrint(r):
		return r
	}
	return unicode.ReplacementChar
}

// checkDraft returns an error unless a build takes the file as it is.
func checkDraft(ctx context.Context, src source.Source, text []byte) error {
	parent, err := model.Parse("", text)
	if err == nil {
		_, _, err = ingest.Resolve(ctx, parent, src, time.Now())
	}
	if err != nil {
		return fmt.Errorf("the tables were found, but the file made of them would not load: %w", err)
	}
	return nil
}
