package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rollcall-db/rollcall/cmd/rollcall/wording"
	"github.com/rollcall-db/rollcall/engine/store"
)

func (a *app) verifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify SNAP",
		Short: "Check every checksum and everything that must hold in a snapshot",
		Long: `Reads all files of a version (SNAP@VERSION: an older one) and checks every checksum,
every structure, and that the files agree with each other and with the manifest.
Every problem is named with its file, with the section of the file where it is in
one, and with what was found and expected. Nothing is changed.

A snapshot with problems can be built again ("build --full"), or replaced by a
copy that is sound.

Files that no kept version names are listed in a note and are no problem: a writer
that was killed has left them, or one is at work. The next build or compact removes what
writers have left (and refuses where it finds files of others); until then data of
deleted customers may be in it.

Exit codes: 0 nothing is wrong; 1 problems were found; 3 it could not be checked:
it is no snapshot, or the files cannot be read.

With --format json stdout holds {"path", "version", "sound", "files", "sections",
"bytes", "problems", "unlisted", "leftovers", "seconds"}: of the problems the first
100, as {"file", "holds", "section", "message"}, and the number of others. A section
is 1 MiB of the file, the first one 0; null where the problem is not in one. Of
"leftovers", a name that ends in a slash is a folder with all that is in it.`,
		Args: exactArgs("SNAP"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.verify(cmd.Context(), args[0])
		},
	}
}

// verifyJSON is the object that verify prints.
type verifyJSON struct {
	Path      string        `json:"path"`
	Version   uint64        `json:"version"` // 0: the manifest cannot be read
	Sound     bool          `json:"sound"`
	Files     int           `json:"files"`
	Sections  int           `json:"sections"`
	Bytes     int64         `json:"bytes"`
	Problems  []problemJSON `json:"problems"`
	Unlisted  int           `json:"unlisted"`  // problems beyond those
	Leftovers []string      `json:"leftovers"` // files that no kept version names, within the snapshot directory
	Seconds   float64       `json:"seconds"`
}

// problemJSON is one thing that is wrong with a snapshot.
type problemJSON struct {
	File    string `json:"file"`            // within the snapshot directory
	Holds   string `json:"holds,omitempty"` // what the file is for
	Section *int   `json:"section"`         // null: not in one
	Message string `json:"message"`         // what was found and what was expected
}

func (a *app) verify(ctx context.Context, name string) error {
	start := time.Now()
	dir, version, err := splitVersion(name)
	if err != nil {
		return err
	}
	bar := a.newProgress()
	report, err := store.Verify(ctx, store.OS, dir, version, bar.verify)
	bar.done()
	var manifest *store.CorruptError
	if errors.As(err, &manifest) && report == nil { // of the manifest: there is no more to check
		report, err = &store.VerifyReport{Version: version, Problems: []error{err}}, nil
	}
	if err != nil {
		return err
	}
	if err := unreadable(report.Problems); err != nil {
		return err
	}
	out := newVerifyJSON(dir, report)
	out.Path, out.Seconds = name, time.Since(start).Seconds()
	if a.json() {
		err = a.printJSON(out)
	} else {
		err = a.printVerify(out, report)
	}
	if err == nil && !out.Sound {
		err = errNo
	}
	return err
}

// unreadable returns the problems as an error where none of them is about bytes:
// then the files could not be read, and nothing is known about them.
func unreadable(problems []error) error {
	for _, err := range problems {
		var corrupt *store.CorruptError
		if errors.As(err, &corrupt) {
			return nil
		}
	}
	return errors.Join(problems...)
}

func newVerifyJSON(dir string, report *store.VerifyReport) *verifyJSON {
	out := &verifyJSON{
		Version: report.Version, Sound: len(report.Problems) == 0, Files: report.Files, Sections: report.Sections,
		Bytes: report.Bytes, Problems: []problemJSON{}, Unlisted: report.Unlisted, Leftovers: append([]string{}, report.Leftovers...),
	}
	m, _ := store.ReadManifest(store.OS, dir, report.Version) // what is wrong with it is in the report
	uses := usesByPath(m)
	for _, err := range report.Problems {
		out.Problems = append(out.Problems, newProblemJSON(dir, uses, err))
	}
	return out
}

func newProblemJSON(dir string, uses map[string]string, err error) problemJSON {
	var corrupt *store.CorruptError
	if !errors.As(err, &corrupt) {
		return problemJSON{Message: err.Error()}
	}
	p := problemJSON{File: corrupt.Path, Message: corrupt.Reason.Error()}
	if corrupt.Section >= 0 {
		p.Section = &corrupt.Section
	}
	if rel, err := filepath.Rel(dir, corrupt.Path); err == nil {
		p.File = filepath.ToSlash(rel)
	}
	p.Holds = uses[p.File]
	return p
}

// usesByPath returns what the files of a version are for, by path. Without a
// manifest nobody knows.
func usesByPath(m *store.Manifest) map[string]string {
	uses := map[string]string{}
	if m == nil {
		return uses
	}
	byName := fileUses(m)
	for _, f := range m.Files {
		uses[f.Path] = byName[f.Name]
	}
	return uses
}

// printVerify prints the problems, one a line, and what was checked.
func (a *app) printVerify(out *verifyJSON, report *store.VerifyReport) error {
	for i, p := range out.Problems {
		text := report.Problems[i].Error()
		if p.Holds != "" {
			text += " (" + p.Holds + ")"
		}
		if err := a.printf("%s\n", text); err != nil {
			return err
		}
	}
	if out.Unlisted > 0 {
		if err := a.printf("and %s\n", wording.Plural(out.Unlisted, "more problem", "more problems")); err != nil {
			return err
		}
	}
	if len(out.Leftovers) > 0 {
		if err := a.printf("note: %s\n", leftoversText(out.Leftovers)); err != nil {
			return err
		}
	}
	found := "sound"
	if n := len(out.Problems) + out.Unlisted; n > 0 {
		found = wording.Plural(n, "problem", "problems")
	}
	version := "version " + fmt.Sprint(out.Version)
	if out.Files == 0 {
		version = "no version can be read"
	}
	return a.printf("%s: %s: %s; %s, %s, %s in %.2f s\n", out.Path, version, found,
		wording.Plural(out.Files, "file", "files"), wording.Plural(out.Sections, "section", "sections"), bytesText(out.Bytes), out.Seconds)
}

// maxLeftovers is how many files that no version names are shown.
const maxLeftovers = 10

// leftoversText says which files no kept version names.
func leftoversText(names []string) string {
	start, end := "1 file of no kept version is left; the next build or compact removes it: ", ""
	if len(names) > 1 {
		start = wording.Number(len(names)) + " files of no kept version are left; the next build or compact removes them: "
	}
	if more := len(names) - maxLeftovers; more > 0 {
		names, end = names[:maxLeftovers], fmt.Sprintf(" and %s more", wording.Number(more))
	}
	return start + strings.Join(names, ", ") + end
}
