package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/rollcall-db/rollcall/bench/measure"
	"github.com/rollcall-db/rollcall/bench/report"
)

// output is the file that --out names. It is made beside its place before
// anything is measured, so that a place that cannot be written to is known then,
// and moves there when it is complete.
type output struct {
	path string
	file *os.File // nil: there is no --out, or all is written
}

// createOutput begins a file; of no path it is nothing.
func createOutput(path string) (*output, error) {
	if path == "" {
		return &output{}, nil
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("--out %s: it is there, and no file", path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return nil, fmt.Errorf("--out %s: %w", path, err)
	}
	return &output{path, f}, nil
}

// commit closes the file and moves it to its place.
func (o *output) commit() error {
	f := o.file
	o.file = nil
	err := f.Chmod(0o644)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), o.path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("--out %s: %w", o.path, err), os.Remove(f.Name()))
	}
	return nil
}

// discard removes a file that was not committed.
func (o *output) discard() error {
	if o.file == nil {
		return nil
	}
	return errors.Join(o.file.Close(), os.Remove(o.file.Name()))
}

// print prints a report: to stdout in the form asked for, or to the file in that
// form and to stdout as text.
func (a *app) print(r *measure.Report, format string, out *output) error {
	a.show("", 0, 0)
	if out.file == nil {
		return write(a.stdout, r, format)
	}
	if err := write(out.file, r, format); err != nil {
		return err
	}
	if err := out.commit(); err != nil {
		return err
	}
	return write(a.stdout, r, "text")
}

// write writes a report in one of the forms of --format.
func write(w io.Writer, r *measure.Report, format string) error {
	switch format {
	case "json":
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	case "gobench":
		return report.GoBench(w, r)
	}
	return report.Text(w, r)
}

// commandLine writes the command as it may be typed again.
func commandLine(args []string) string {
	words := []string{"rollcall-bench"}
	for _, arg := range args {
		if arg == "" || strings.ContainsAny(arg, " \t\n'\"\\$&|;<>()*?[]#~`!{}") {
			arg = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
		words = append(words, arg)
	}
	return strings.Join(words, " ")
}
