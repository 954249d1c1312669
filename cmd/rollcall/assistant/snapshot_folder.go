package assistant

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
	"github.com/rollcall-db/rollcall/engine/document"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// maxPathBytes is the length of a segment's path at most, as a server has it.
const maxPathBytes = 1024

// folderBackend is a snapshot with a folder of segments.
type folderBackend struct {
	*snapshotBackend
	saving sync.Mutex // a segment is checked with the others, and written, before the next one
}

// library reads the segments of the folder.
func (b *folderBackend) library() (*rule.Library, error) {
	return rule.LoadLibrary(os.DirFS(b.options.Segments))
}

// Segments lists the segments of the folder by path.
func (b *folderBackend) Segments(ctx context.Context, parent string, in service.SegmentsRequest) (*service.Page[service.SegmentJSON], error) {
	return within(ctx, b.snapshotBackend, parent, func(snap *ask.Snapshot) (*service.Page[service.SegmentJSON], error) {
		asOf, err := b.asOf(snap, in.AsOf)
		if err != nil {
			return nil, err
		}
		library, err := b.library()
		if err != nil {
			return nil, err
		}
		files := slices.Clone(library.Segments())
		slices.SortFunc(files, func(a, b *rule.SegmentFile) int { return strings.Compare(a.Path, b.Path) })
		out := &service.Page[service.SegmentJSON]{Items: []service.SegmentJSON{}}
		for _, f := range files {
			if f.Path <= in.After || in.Folder != "" && !strings.HasPrefix(f.Path, strings.TrimSuffix(in.Folder, "/")+"/") {
				continue
			}
			if len(out.Items) == in.Limit {
				out.Next = out.Items[len(out.Items)-1].Path
				break
			}
			one := service.SegmentJSON{Path: f.Path, Name: f.Name, Rule: f.Rule.String(), Note: noteOf(f.Extra), Problems: []service.ProblemItem{}}
			q, err := ask.Ask(snap, &ask.Rule{Parsed: f.Rule, Segment: f, File: f.File}, asOf)
			switch {
			case ask.RuleProblems(err) != nil:
				one.Problems = service.ProblemOf(err).Problems
			case err != nil:
				return nil, err
			case in.Counts:
				answer, err := q.Count(ctx)
				if err != nil {
					return nil, err
				}
				one.Count, one.AsOf = &answer.Count, ask.TimeText(asOf.In(snap.Location()))
			}
			out.Items = append(out.Items, one)
		}
		return out, nil
	})
}

// Save writes a segment file, after the rule was checked against the snapshot and with the
// other segments.
func (b *folderBackend) Save(ctx context.Context, parent string, in SaveRequest) (*service.SegmentJSON, error) {
	if err := checkPath(in.Path); err != nil {
		return nil, err
	}
	b.saving.Lock()
	defer b.saving.Unlock()
	return within(ctx, b.snapshotBackend, parent, func(snap *ask.Snapshot) (*service.SegmentJSON, error) {
		r, err := ask.ParseRule(in.Rule)
		if err != nil {
			return nil, err
		}
		library, err := b.library()
		if err != nil {
			return nil, err
		}
		file := &rule.SegmentFile{Path: in.Path, Name: path.Base(in.Path), File: in.Path + ".yml", Rule: r.Parsed}
		others := slices.Clone(library.Segments())
		if i := slices.IndexFunc(others, func(f *rule.SegmentFile) bool { return f.Path == in.Path }); i >= 0 {
			if !in.Replace {
				return nil, &registry.ExistsError{Thing: registry.ASegment, Name: in.Path}
			}
			file.File, file.ID, file.Extra = others[i].File, others[i].ID, others[i].Extra
			others = slices.Delete(others, i, i+1)
		}
		file.Extra = withNote(file.Extra, in.Note)
		if err := checkWith(snap, file, others); err != nil {
			return nil, err
		}
		if err := b.write(snap, file, in.Replace); err != nil {
			return nil, err
		}
		return &service.SegmentJSON{Path: file.Path, Name: file.Name, Rule: file.Rule.String(), Note: noteOf(file.Extra), Problems: []service.ProblemItem{}}, nil
	})
}

// noteKey is where a file has the note of who saved it last.
const noteKey = "note"

// withNote returns the keys of a file that rules do not know with a note among them, unless
// that is empty.
func withNote(extra []document.Pair, note string) []document.Pair {
	if note == "" {
		return extra
	}
	text := func(s string) *document.Node {
		return &document.Node{Kind: document.Scalar, Style: document.Quoted, Text: s}
	}
	extra = slices.DeleteFunc(slices.Clone(extra), func(p document.Pair) bool { return p.Key.Text == noteKey })
	return append(extra, document.Pair{Key: text(noteKey), Value: text(note)})
}

// noteOf returns the note among the keys of a file, "" for none.
func noteOf(extra []document.Pair) string {
	for _, p := range extra {
		if p.Key.Text == noteKey && p.Value.Kind == document.Scalar {
			return p.Value.Text
		}
	}
	return ""
}

// checkWith checks a segment among others: its rule, and that it breaks none of them, as by
// a circle, or by a name that two have then.
func checkWith(snap *ask.Snapshot, file *rule.SegmentFile, others []*rule.SegmentFile) error {
	before, now := rule.NewLibrary(others), rule.NewLibrary(append(slices.Clone(others), file))
	if _, err := rule.Check(file.Rule, snap.Schema(), now); err != nil {
		return err
	}
	for _, f := range others {
		if _, err := rule.Check(f.Rule, snap.Schema(), now); err != nil {
			if _, was := rule.Check(f.Rule, snap.Schema(), before); was == nil {
				return err
			}
		}
	}
	return nil
}

// write writes a segment file whole or not at all, within the folder.
func (b *folderBackend) write(snap *ask.Snapshot, file *rule.SegmentFile, replace bool) (err error) {
	schema := snap.Schema()
	isBehavior := func(name string) bool { return schema.Behavior(name) >= 0 }
	var text []byte
	if strings.HasSuffix(file.File, ".json") {
		text, err = file.AppendWire(nil, isBehavior)
	} else {
		text, err = file.AppendSegment(nil, isBehavior)
	}
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(b.options.Segments)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	if err := root.MkdirAll(path.Dir(file.File), 0o750); err != nil {
		return err
	}
	if _, err := root.Lstat(file.File); !replace && !errors.Is(err, fs.ErrNotExist) {
		return &registry.ExistsError{Thing: registry.ASegment, Name: file.Path} // a file that holds no segment of that path
	}
	draft := path.Join(path.Dir(file.File), ".draft-"+path.Base(file.File))
	if err := writeSynced(root, draft, text); err != nil {
		return errors.Join(err, root.RemoveAll(draft))
	}
	if err := root.Rename(draft, file.File); err != nil {
		return errors.Join(err, root.RemoveAll(draft))
	}
	return nil
}

// writeSynced writes a file to the disk.
func writeSynced(root *os.Root, name string, text []byte) error {
	f, err := root.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// checkPath refuses a path that is no folder and name for a file.
func checkPath(text string) error {
	wrong := func(format string, args ...any) error {
		return &InputError{Argument: "path", Message: fmt.Sprintf(format, args...)}
	}
	if text == "" || len(text) > maxPathBytes {
		return wrong("it has %d bytes, expected folder/name with 1 to %d", len(text), maxPathBytes)
	}
	for part := range strings.SplitSeq(text, "/") {
		switch {
		case part == "":
			return wrong("%q has an empty part, expected folder/name", text)
		case len(part) > 200:
			return wrong("%.32q… has %d bytes, expected 200 at most between slashes", part, len(part))
		case strings.HasPrefix(part, "."), strings.TrimSpace(part) != part:
			return wrong("%q starts with a point, or starts or ends with a space", part)
		case strings.ContainsFunc(part, func(r rune) bool { return !unicode.IsPrint(r) || strings.ContainsRune(`\:*?"<>|`, r) }):
			return wrong(`%q has a character that names of files may not have: \ : * ? " < > | or one that cannot be printed`, part)
		}
	}
	return nil
}
