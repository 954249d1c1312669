package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// entryFormat is the number of the form that lines have.
	entryFormat = 1
	// MaxTextBytes is the greatest length of a text of an event, in bytes.
	MaxTextBytes = 1024
	// maxLineBytes is more than the longest line: four texts, each byte of which
	// takes up to six as JSON, and the rest.
	maxLineBytes = 32 << 10
)

// Outcome is how an action ended.
type Outcome string

// The outcomes. An action that reveals as it goes has two entries: Begun before the
// first customer leaves, and another with their number. So has one that changes something:
// Begun before the change, and another with what came of it.
const (
	Done   Outcome = "done"
	Begun  Outcome = "begun"
	Denied Outcome = "denied" // the role or a limit did not allow it
	Failed Outcome = "failed"
)

// Actor is who acts: a token, by its id and the name that it was given. The
// token itself never comes here.
type Actor struct {
	Token string `json:"token"` // id; empty for the program itself, such as its scheduler
	Name  string `json:"name"`
}

// Event is what callers log. It has no personal data: see the package.
type Event struct {
	Actor    Actor   `json:"actor"`
	Action   string  `json:"action"`             // lower-case words with points: "segment.update"
	Object   string  `json:"object"`             // what it was done to, by name: "parents/CDNOW/segments/Loyalty/Gold"
	Version  uint64  `json:"version,omitempty"`  // of the object, or of the snapshot that was shown; 0: it has none
	Revealed uint64  `json:"revealed,omitempty"` // customers whose data was shown
	Customer string  `json:"customer,omitempty"` // [Log.CustomerHash] of the one that was asked for
	Outcome  Outcome `json:"outcome"`
}

// Entry is an event of the log.
type Entry struct {
	Format   int       `json:"format"` // 1
	Seq      uint64    `json:"seq"`    // from 1, without a gap
	Time     time.Time `json:"time"`   // when it was logged, UTC
	Event              // what happened
	Previous string    `json:"previous"` // SHA-256 of the line before, in hex; zeros for the first
}

var (
	actionText   = regexp.MustCompile(`^[a-z0-9_-]+(\.[a-z0-9_-]+)*$`)
	customerText = regexp.MustCompile(`^[0-9a-f]{32}$`)
	hashText     = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// noHash is what the first entry carries as the hash of the one before.
var noHash = strings.Repeat("0", 2*sha256.Size)

// check returns an *EventError for an event that cannot be logged.
func (e Event) check() error {
	texts := []struct{ name, text string }{
		{"actor.token", e.Actor.Token}, {"actor.name", e.Actor.Name}, {"action", e.Action}, {"object", e.Object},
	}
	for _, t := range texts {
		if problem := textProblem(t.text); problem != "" {
			return &EventError{t.name, problem}
		}
	}
	switch {
	case e.Actor.Name == "":
		return &EventError{"actor.name", "it is empty, expected who acts"}
	case !actionText.MatchString(e.Action):
		return &EventError{"action", `expected lower-case words with points between, such as "segment.update"`}
	case e.Object == "":
		return &EventError{"object", "it is empty, expected the name of what was acted on"}
	case e.Customer != "" && !customerText.MatchString(e.Customer):
		return &EventError{"customer", "it is no hash of a key, expected 32 hexadecimal digits"}
	}
	switch e.Outcome {
	case Done, Begun, Denied, Failed:
		return nil
	}
	return &EventError{"outcome", "expected one of done, begun, denied, failed"}
}

// textProblem says what is wrong with a text, "" for nothing.
func textProblem(text string) string {
	switch {
	case len(text) > MaxTextBytes:
		return fmt.Sprintf("it has %d bytes, at most %d are allowed", len(text), MaxTextBytes)
	case !utf8.ValidString(text):
		return "it is not UTF-8"
	case strings.ContainsFunc(text, unicode.IsControl):
		return "it has a control character"
	}
	return ""
}

// encode returns the line of an entry, without the line break.
func (e Entry) encode() ([]byte, error) { return json.Marshal(e) }

// parseEntry reads a line, without its line break. It takes exactly what encode
// writes, so that no line says more than the entry that it is read as.
func parseEntry(line []byte) (Entry, error) {
	var e Entry
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&e); err != nil {
		return Entry{}, fmt.Errorf("it is no entry: %w", err)
	}
	if e.Format != entryFormat {
		return Entry{}, fmt.Errorf("it has format %d, expected %d: a newer rollcall may have written it", e.Format, entryFormat)
	}
	if err := e.Event.check(); err != nil {
		return Entry{}, fmt.Errorf("it is no entry: %w", err)
	}
	if !hashText.MatchString(e.Previous) {
		return Entry{}, errors.New("it is no entry: previous: expected 64 hexadecimal digits")
	}
	again, err := e.encode()
	if err != nil {
		return Entry{}, fmt.Errorf("it is no entry: %w", err)
	}
	if !bytes.Equal(line, again) {
		return Entry{}, errors.New("it is not written as rollcall writes entries")
	}
	return e, nil
}

// hashLine returns the SHA-256 of a line in hex.
func hashLine(line []byte) string {
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:])
}

// Head is the end of a log: all of it hangs on its hash.
type Head struct {
	Seq  uint64 `json:"seq"`  // of the last entry; 0: there is none
	Hash string `json:"hash"` // SHA-256 of its line in hex; zeros where there is none
}

// unknownAfter returns the head before an entry whose predecessors nobody has read.
// Whatever hash the entry gives follows it.
func unknownAfter(first uint64) Head { return Head{Seq: first - 1} }

// start is the head of a log without entries.
var start = Head{Hash: noHash}

// follow moves the head to the next entry. It says what is wrong where the entry
// does not follow.
func (h *Head) follow(e Entry, line []byte) (problem string) {
	switch {
	case e.Seq != h.Seq+1:
		return fmt.Sprintf("entry %d follows entry %d, expected entry %d", e.Seq, h.Seq, h.Seq+1)
	case h.Hash != "" && e.Previous != h.Hash:
		return fmt.Sprintf("entry %d says that the SHA-256 of the entry before it is %s, found %s: one of the two was changed", e.Seq, e.Previous, h.Hash)
	}
	*h = Head{e.Seq, hashLine(line)}
	return ""
}
