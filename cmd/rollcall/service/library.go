package service

import (
	"context"
	"path"
	"strconv"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// readLibrary returns the segments of a parent segment as the library that rules refer
// to. What was saved is canonical text, which always reads.
func (s *Service) readLibrary(ctx context.Context, parent string) (*rule.Library, error) {
	var files []*rule.SegmentFile
	for saved, err := range s.eachSegment(ctx, parent, "") {
		if err != nil {
			return nil, err
		}
		file, err := segmentFile(saved)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return rule.NewLibrary(files), nil
}

// heldLibrary is the segments of a parent segment as they were at a count of changes.
type heldLibrary struct {
	library *rule.Library
	made    int64
}

// libraryOf returns the segments of a parent segment as they are now, or were later than
// this call.
func (s *Service) libraryOf(ctx context.Context, e *entry) (*rule.Library, error) {
	if held := e.held.Load(); held != nil && held.made == e.library.Load() {
		return held.library, nil
	}
	made := e.library.Load()
	library, err := s.readLibrary(ctx, e.Name)
	if err != nil {
		return nil, err
	}
	e.held.Store(&heldLibrary{library, made})
	return library, nil
}

// segmentFile returns a saved segment as one of a library. Rules may refer to it by its
// path, and files of the wire shape by its number.
func segmentFile(saved registry.Segment) (*rule.SegmentFile, error) {
	r, err := rule.Parse(saved.Text)
	if err != nil {
		return nil, err
	}
	return &rule.SegmentFile{
		Path: saved.Path, Name: path.Base(saved.Path), ID: strconv.FormatUint(saved.ID, 10), File: saved.Path, Rule: r,
	}, nil
}

// eachSegment gives the saved segments of a folder and those below it, by path; of all
// where the folder is empty. An error ends it.
func (s *Service) eachSegment(ctx context.Context, parent, folder string) func(yield func(registry.Segment, error) bool) {
	return func(yield func(registry.Segment, error) bool) {
		for after := ""; ; {
			page, err := s.registry.Segments(ctx, parent, folder, after, registry.MaxPage)
			if err != nil {
				yield(registry.Segment{}, err)
				return
			}
			for _, saved := range page.Items {
				if !yield(saved, nil) {
					return
				}
			}
			if after = page.Next; after == "" {
				return
			}
		}
	}
}
