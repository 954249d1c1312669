package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"

	"github.com/rollcall-db/rollcall/federate/export"
)

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

// compare notes what has changed since an earlier result.
func (out *segmentsJSON) compare(earlier *earlierSegments) {
	if earlier.ParentSegment != out.ParentSegment {
		out.Warnings = append(out.Warnings, fmt.Sprintf("%s is about the parent segment %q, not %q", earlier.path, earlier.ParentSegment, out.ParentSegment))
	}
	out.Since = &sinceJSON{File: earlier.path, AsOf: earlier.AsOf}
	before := earlier.bySegment()
	earlier.nameBroken(out, before)
	for i := range out.Segments {
		s := &out.Segments[i]
		was := before[s.Segment]
		s.changeJSON = &changeJSON{New: was == nil, Broken: s.Count == nil}
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
	gone := []goneJSON{}
	for _, s := range earlier.Segments {
		if before[s.Segment] != nil {
			gone = append(gone, goneJSON{s.Segment, s.Count})
		}
	}
	out.Gone = &gone
}

// nameBroken brings together what one file is called now and was called then, where
// the file cannot be read in one of the results: the segment is called as the file
// there. Now it gets the name of then, in the other case before has it under the name
// of now.
func (e *earlierSegments) nameBroken(out *segmentsJSON, before map[string]*earlierSegment) {
	now := map[string]bool{}
	for i := range out.Segments {
		now[out.Segments[i].Segment] = true
	}
	byFile := map[string]*earlierSegment{}
	for i := range e.Segments {
		if s := &e.Segments[i]; !now[s.Segment] {
			byFile[fileWithin(e.Folder, s.File)] = s
		}
	}
	for i := range out.Segments {
		s := &out.Segments[i]
		file := fileWithin(out.Folder, s.File)
		was := byFile[file]
		switch {
		case was == nil || before[s.Segment] != nil:
		case s.Segment == file && s.Count == nil:
			s.Segment = was.Segment
		case was.Segment == file && was.Count == nil:
			delete(before, file)
			before[s.Segment] = was
		}
	}
}

// fileWithin returns a file's path from its folder, with slashes.
func fileWithin(folder, file string) string {
	path, err := filepath.Rel(folder, file)
	if err != nil {
		return filepath.ToSlash(file)
	}
	return filepath.ToSlash(path)
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
