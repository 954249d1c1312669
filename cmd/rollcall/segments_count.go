package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate"
)

// segmentFolder is the segments of a folder.
type segmentFolder struct {
	dir     string
	library *rule.Library
	broken  []segmentCountJSON // of files that are no segments as they stand
}

// readSegments reads a folder. Files with problems are left out of the library, and
// noted.
func readSegments(dir string) (*segmentFolder, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, noFolder(dir)
	case err != nil:
		return nil, err
	case !info.IsDir():
		return nil, notFolder(dir)
	}
	folder := &segmentFolder{dir: dir}
	within := segmentsOnly{FS: os.DirFS(dir), hidden: map[string]bool{}}
	for {
		library, err := rule.LoadLibrary(within)
		var problems *rule.LibraryError
		if !errors.As(err, &problems) {
			folder.library = library
			return folder, err
		}
		for _, errs := range problems.Files {
			file := errs[0].File
			if within.hidden[file] {
				return nil, err // it is read all the same
			}
			within.hidden[file] = true
			folder.broken = append(folder.broken, segmentCountJSON{
				Segment: file, File: filepath.Join(dir, file), Problems: folder.problemsOf(errs, file),
			})
		}
	}
}

// problemsOf returns the problems of a segment of a file as check has them. err may be
// nil; ruleProblems tells what it must be else.
func (f *segmentFolder) problemsOf(err error, file string) []checkProblem {
	found := checkedFile{File: filepath.Join(f.dir, file), Problems: []checkProblem{}}
	if err == nil {
		return found.Problems
	}
	located := ask.MapProblems(err, func(e *rule.Error) { e.File = filepath.Join(f.dir, cmp.Or(e.File, file)) })
	if problems := found.addError(located); problems != nil {
		found.Problems = append(found.Problems, otherProblem(err, found.File))
	}
	return found.Problems
}

// otherProblem is a problem that is not in the text of a rule.
func otherProblem(err error, file string) checkProblem {
	code := ""
	var overflow *engine.OverflowError
	var outOfRange *federate.RangeError
	var unsupported *federate.UnsupportedError
	switch {
	case errors.As(err, &overflow):
		code = overflow.Code()
	case errors.As(err, &outOfRange):
		code = outOfRange.Code
	case errors.As(err, &unsupported):
		code = unsupported.Code
	}
	return checkProblem{Code: code, File: file, Message: err.Error(), text: file + ": " + err.Error()}
}

// countSegments counts the segments of a folder in a snapshot or in place.
func (a *app) countSegments(ctx context.Context, where *placeFlags, args []string, folder *segmentFolder) (*segmentsJSON, error) {
	if where.inPlace() {
		p, err := a.openPlace(ctx, where)
		if err != nil {
			return nil, err
		}
		var out *segmentsJSON
		err = a.closing(p, func() (err error) {
			out, err = folder.countIn(ctx, p)
			return err
		})
		return out, err
	}
	snap, err := a.open(args[0])
	if err != nil {
		return nil, err
	}
	var out *segmentsJSON
	err = a.closing(snap, func() error {
		asOf, err := a.asOfIn(snap.Location())
		if err != nil {
			return err
		}
		out, err = folder.count(ctx, snap, asOf)
		return err
	})
	return out, err
}

// count counts the segments in a snapshot.
func (f *segmentFolder) count(ctx context.Context, snap *ask.Snapshot, asOf time.Time) (*segmentsJSON, error) {
	found, err := snap.Segments(ctx, f.library, asOf)
	if err != nil {
		return nil, err
	}
	m := found.Manifest
	out := &segmentsJSON{
		ParentSegment: m.Schema.Name, Customers: found.Customers, Folder: f.dir, Segments: append([]segmentCountJSON{}, f.broken...),
		AsOf: ask.TimeText(found.AsOf.In(snap.Location())), Timezone: m.Schema.Timezone, Warnings: found.Warnings,
		Snapshot: snap.Describe(), ElapsedUS: found.Elapsed.Microseconds(),
	}
	for i := range found.Counts {
		f.add(out, f.library.Segments()[i], &found.Counts[i])
	}
	return out, nil
}

// countIn counts the segments in a source, one after the other.
func (f *segmentFolder) countIn(ctx context.Context, p *ask.Place) (*segmentsJSON, error) {
	start := time.Now()
	total, err := federate.Total(ctx, p.Place)
	if err != nil {
		return nil, err
	}
	source, err := p.Describe(ctx)
	if err != nil {
		return nil, err
	}
	out := &segmentsJSON{
		ParentSegment: p.Schema.Name, Customers: total, Folder: f.dir, Segments: append([]segmentCountJSON{}, f.broken...),
		AsOf: ask.TimeText(p.AsOf.In(p.Location)), Timezone: p.Schema.Timezone, Source: source, Warnings: []string{},
	}
	for _, file := range f.library.Segments() {
		counted, err := f.countOne(ctx, p, file, out)
		if err != nil {
			return nil, fmt.Errorf("segment %q: %w", file.Path, err)
		}
		f.add(out, file, counted)
	}
	out.ElapsedUS = time.Since(start).Microseconds()
	return out, nil
}

// countOne counts a segment in a source. What is wrong with it is in the result.
func (f *segmentFolder) countOne(ctx context.Context, p *ask.Place, file *rule.SegmentFile, out *segmentsJSON) (*engine.SegmentCount, error) {
	counted := &engine.SegmentCount{Path: file.Path}
	checked, err := rule.Check(file.Rule, p.Schema, f.library)
	if err == nil {
		counted.Rule = checked.String()
		for _, line := range checked.Warnings().Lines() {
			if !slices.Contains(out.Warnings, line) { // once, as of a snapshot
				out.Warnings = append(out.Warnings, line)
			}
		}
		counted.Count, err = federate.Count(ctx, p.Place, checked, p.AsOf)
	}
	if ask.IsAny(err, new(rule.Errors), new(*federate.UnsupportedError), new(*federate.RangeError)) {
		counted.Err = err
		return counted, nil
	}
	return counted, err
}

// add adds a segment to the result.
func (f *segmentFolder) add(out *segmentsJSON, file *rule.SegmentFile, counted *engine.SegmentCount) {
	s := segmentCountJSON{
		Segment: file.Path, File: filepath.Join(f.dir, file.File), Rule: counted.Rule, Problems: f.problemsOf(counted.Err, file.File),
	}
	if counted.Err == nil {
		share := shareOf(counted.Count, out.Customers)
		s.Count, s.Share = &counted.Count, &share
	}
	out.Segments = append(out.Segments, s)
}
