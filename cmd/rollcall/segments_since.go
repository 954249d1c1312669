package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/rollcall-db/rollcall/federate/export"
)

// maxSavedBytes is the greatest size of a file that --since reads.
const maxSavedBytes = 256 << 20

// sinceJSON is the earlier result that a result is compared with.
type sinceJSON struct {
	File string `json:"file"`
	AsOf string `json:"as_of"`
}

// goneJSON is a segment that an earlier result has, and the folder has not.
type goneJSON struct {
	Segment string  `json:"segment"`
	Count   *uint64 `json:"count"` // null: it was not counted
}

// earlierSegments is an earlier result.
type earlierSegments struct {
	file     string
	parent   string
	asOf     string
	segments []goneJSON
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
	var saved struct {
		ParentSegment *string     `json:"parent_segment"`
		AsOf          string      `json:"as_of"`
		Segments      *[]goneJSON `json:"segments"`
	}
	err = json.Unmarshal(data, &saved)
	if err == nil && (saved.ParentSegment == nil || saved.AsOf == "" || saved.Segments == nil) {
		err = errors.New(`no "parent_segment", "as_of" and "segments" were found`)
	}
	if err != nil {
		return nil, usagef("--since %s: expected a result that rollcall segments --save has written: %w", path, err)
	}
	return &earlierSegments{file: path, parent: *saved.ParentSegment, asOf: saved.AsOf, segments: *saved.Segments}, nil
}

// compare notes what has changed since an earlier result.
func (out *segmentsJSON) compare(earlier *earlierSegments) {
	if earlier.parent != out.ParentSegment {
		out.Warnings = append(out.Warnings, fmt.Sprintf("%s is about the parent segment %q, not %q", earlier.file, earlier.parent, out.ParentSegment))
	}
	out.Since = &sinceJSON{File: earlier.file, AsOf: earlier.asOf}
	before := map[string]*goneJSON{}
	for i := range earlier.segments {
		before[earlier.segments[i].Segment] = &earlier.segments[i]
	}
	for i := range out.Segments {
		s := &out.Segments[i]
		was := before[s.Segment]
		s.changeJSON = &changeJSON{New: was == nil}
		if was == nil {
			continue
		}
		delete(before, s.Segment)
		s.Before = was.Count
		if was.Count != nil && s.Count != nil {
			change := int64(*s.Count) - int64(*was.Count)
			s.Change = &change
		}
	}
	gone := slices.DeleteFunc(earlier.segments, func(s goneJSON) bool { return before[s.Segment] == nil })
	out.Gone = &gone
}

// save writes the result to a file, whole or not at all.
func (out *segmentsJSON) save(path string) error {
	data, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	err = export.ReplaceFile(path, func(w io.Writer) error {
		_, err := w.Write(append(data, '\n'))
		return err
	})
	if err != nil {
		return fmt.Errorf("--save: %w", err)
	}
	return nil
}
