package registry

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rollcall-db/rollcall/engine/rule"
)

// The limits of what is kept. Texts are UTF-8, their lengths in bytes.
const (
	MaxNameBytes = 255           // a name, or a part of a path
	MaxPathBytes = 1024          // the path of a segment
	MaxPathParts = 16            // folders of a path, and its name
	MaxTextBytes = rule.MaxBytes // the text of a segment
	MaxConfig    = 4 << 20       // the text of a parent segment's configuration
	MaxNoteBytes = 4096          // a note on a change
	MaxFormBytes = 64            // the name of a form
	MaxURIBytes  = 4096          // the URI of a connection
	MaxJSONBytes = 1 << 20       // a job's request, and its result
	MaxErrorText = 16 << 10      // a job's error; what is longer is cut
	DefaultPage  = 100           // entries of a list, where the limit is 0
	MaxPage      = 1000          // entries of a list
)

// invalidf returns an *InvalidError.
func invalidf(what, format string, args ...any) error {
	return &InvalidError{What: what, Problem: fmt.Sprintf(format, args...)}
}

// checkName checks a name of one part. An empty one, or one of any length, comes
// from a request: messages show its start.
func checkName(what, name string) error {
	switch {
	case name == "":
		return invalidf(what, "it is empty")
	case len(name) > MaxNameBytes:
		return invalidf(what, "it has %d bytes, at most %d are allowed", len(name), MaxNameBytes)
	case !utf8.ValidString(name):
		return invalidf(what, "%q is not UTF-8", name)
	case strings.ContainsFunc(name, isControl):
		return invalidf(what, "%q has a control character", name)
	case strings.ContainsAny(name, `/\`):
		return invalidf(what, "%q has a slash or a backslash", name)
	case strings.TrimSpace(name) != name:
		return invalidf(what, "%q starts or ends with a space", name)
	case name == "." || name == "..":
		return invalidf(what, "%q names a folder", name)
	}
	return nil
}

// isControl reports whether a character has no place in a name: those that end
// lines, too.
func isControl(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }

// checkPath checks the path of a segment, or of a folder.
func checkPath(what, path string) error {
	if len(path) > MaxPathBytes {
		return invalidf(what, "it has %d bytes, at most %d are allowed", len(path), MaxPathBytes)
	}
	parts := strings.Split(path, "/")
	if len(parts) > MaxPathParts {
		return invalidf(what, "%q has %d parts, at most %d are allowed", path, len(parts), MaxPathParts)
	}
	for _, part := range parts {
		if part == "" && path != "" {
			return invalidf(what, `%q has an empty part, expected folder/name without slashes at the ends`, path)
		}
		if err := checkName(what, part); err != nil {
			return err
		}
	}
	return nil
}

// checkText checks a text that may have lines.
func checkText(what, text string, limit int) error {
	switch {
	case len(text) > limit:
		return invalidf(what, "it has %d bytes, at most %d are allowed", len(text), limit)
	case !utf8.ValidString(text):
		return invalidf(what, "it is not UTF-8")
	}
	return nil
}

// checkBody checks a text that must not be empty, and the form it came in.
func checkBody(text, form string, limit int) error {
	if text == "" {
		return invalidf("text", "it is empty")
	}
	if err := checkText("text", text, limit); err != nil {
		return err
	}
	if form == "" {
		return invalidf("form", "it is empty, expected the form that the text came in")
	}
	if strings.ContainsFunc(form, isControl) {
		return invalidf("form", "%q has a control character", form)
	}
	return checkText("form", form, MaxFormBytes)
}

// checkBy checks who makes a change.
func checkBy(by string) error {
	if by == "" {
		return invalidf("by", "it is empty, expected who makes the change")
	}
	if strings.ContainsFunc(by, isControl) {
		return invalidf("by", "%q has a control character", by)
	}
	return checkText("by", by, MaxNameBytes)
}

// maxSlugBytes is how much of a name the folder of its snapshot shows.
const maxSlugBytes = 40

// folderName returns a name for the folder of a parent segment's snapshot, one
// part of a path that is the same on file systems that ignore case. Tries from 0
// give different names.
func folderName(name string, try int) string {
	var slug strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case slug.Len() == maxSlugBytes:
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			slug.WriteRune(r)
		case slug.Len() > 0 && !strings.HasSuffix(slug.String(), "-"):
			slug.WriteByte('-')
		}
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", try, name))
	hash := hex.EncodeToString(sum[:4])
	if start := strings.Trim(slug.String(), "-"); start != "" {
		return start + "-" + hash + ".rollcall"
	}
	return "segment-" + hash + ".rollcall"
}
