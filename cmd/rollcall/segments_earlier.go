package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// maxSavedBytes is the greatest size of a file that --since reads.
const maxSavedBytes = 256 << 20

// earlierSegments is an earlier result.
type earlierSegments struct {
	path          string // of the file
	ParentSegment string
	Folder        string
	AsOf          string
	Segments      []earlierSegment
}

// earlierSegment is a segment of an earlier result. One whose file could not be read
// is called as the file.
type earlierSegment struct {
	Segment string  `json:"segment"`
	File    string  `json:"file"`
	Count   *uint64 `json:"count"` // null: it was not counted
}

// bySegment returns the segments by what they are called.
func (e *earlierSegments) bySegment() map[string]*earlierSegment {
	out := map[string]*earlierSegment{}
	for i := range e.Segments {
		out[e.Segments[i].Segment] = &e.Segments[i]
	}
	return out
}

// readEarlier reads a result that was saved.
func readEarlier(path string) (*earlierSegments, error) {
	data, err := readFile(path, maxSavedBytes)
	if err != nil {
		return nil, fmt.Errorf("--since: %w", err)
	}
	if len(data) > maxSavedBytes {
		return nil, usagef("--since %s: the file has more than %s", path, bytesText(maxSavedBytes))
	}
	earlier, err := parseEarlier(data)
	if err != nil {
		return nil, usagef("--since %s: expected a result that rollcall segments --save has written: %w", path, err)
	}
	earlier.path = path
	return earlier, nil
}

// parseEarlier reads a result from JSON. The error says what was found.
func parseEarlier(data []byte) (*earlierSegments, error) {
	var saved struct {
		ParentSegment *string           `json:"parent_segment"`
		Folder        *string           `json:"folder"`
		AsOf          *string           `json:"as_of"`
		Segments      *[]earlierSegment `json:"segments"`
	}
	if err := json.Unmarshal(data, &saved); err != nil {
		return nil, explainJSON(err, len(data))
	}
	var missing []string
	for _, has := range []struct {
		name string
		ok   bool
	}{
		{"parent_segment", saved.ParentSegment != nil}, {"folder", saved.Folder != nil}, {"as_of", saved.AsOf != nil}, {"segments", saved.Segments != nil},
	} {
		if !has.ok {
			missing = append(missing, fmt.Sprintf("%q", has.name))
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("it has no %s", strings.Join(missing, ", "))
	}
	if _, err := time.Parse(time.RFC3339, *saved.AsOf); err != nil {
		return nil, fmt.Errorf(`"as_of" is %q, expected a time such as 2024-06-01T00:00:00Z`, *saved.AsOf)
	}
	out := &earlierSegments{ParentSegment: *saved.ParentSegment, Folder: *saved.Folder, AsOf: *saved.AsOf, Segments: *saved.Segments}
	return out, out.check()
}

// check refuses segments that no result has.
func (e *earlierSegments) check() error {
	seen := map[string]bool{}
	for i, s := range e.Segments {
		switch {
		case s.Segment == "" || s.File == "":
			return fmt.Errorf(`segment %d of "segments" has no "segment" or no "file"`, i+1)
		case seen[s.Segment]:
			return fmt.Errorf(`"segments" has %q twice`, s.Segment)
		case s.Count != nil && *s.Count > math.MaxInt64:
			return fmt.Errorf(`the "count" of %q is %d, expected at most %d`, s.Segment, *s.Count, int64(math.MaxInt64))
		}
		seen[s.Segment] = true
	}
	return nil
}

// explainJSON says of JSON that cannot be read where that is, without names of Go.
func explainJSON(err error, size int) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case size == 0:
		return errors.New("the file is empty")
	case errors.As(err, &syntax):
		return fmt.Errorf("it is no whole JSON object: byte %d of %d: %w", syntax.Offset, size, err)
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Errorf("it is a JSON %s, expected an object", kind.Value)
	case errors.As(err, &kind):
		return fmt.Errorf("%q is a JSON %s, which no such result has there", kind.Field, kind.Value)
	}
	return err
}
