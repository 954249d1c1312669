package clickhouse

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// environment is a virtual environment of Python with chDB in it.
type environment struct {
	dir      string // a folder that may not exist yet
	python   string // what makes the environment
	progress func(stage string)
}

// prepare makes the environment, unless it is there, and returns its Python.
// Several processes may call it at a time: one makes it, and the others wait. An
// environment cannot be moved once made, so it is made in place, and a file that
// is written last says that it is whole.
func (v *environment) prepare(ctx context.Context) (_ string, err error) {
	if err := os.MkdirAll(filepath.Dir(v.dir), 0o700); err != nil {
		return "", err
	}
	unlock, err := lock(ctx, v.dir+".lock")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	python := filepath.Join(v.dir, "bin", "python")
	marker := filepath.Join(v.dir, "ready")
	if made, err := os.ReadFile(marker); err == nil && bytes.Equal(made, requirements) {
		// The Python that it was made with may have gone since.
		if version, err := installed(ctx, python); err == nil && version == chdbVersion() {
			return python, nil
		}
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if err := v.make(ctx, python); err != nil {
		return "", errors.Join(err, os.RemoveAll(v.dir))
	}
	return python, os.WriteFile(marker, requirements, 0o600)
}

// make makes the environment anew.
func (v *environment) make(ctx context.Context, python string) error {
	if err := os.RemoveAll(v.dir); err != nil {
		return err
	}
	if _, err := exec.LookPath(v.python); err != nil {
		return fmt.Errorf("chDB needs Python 3.9 or later (on Debian: apt-get install python3-venv): %w", err)
	}
	v.progress("making a Python environment for chDB")
	if err := command(ctx, v.python, "-m", "venv", v.dir); err != nil {
		return fmt.Errorf("making a Python environment (on Debian: apt-get install python3-venv): %w", err)
	}
	list := filepath.Join(v.dir, "requirements.txt")
	if err := os.WriteFile(list, requirements, 0o600); err != nil {
		return err
	}
	v.progress("installing chDB " + chdbVersion() + ", once, about 600 MB")
	err := command(ctx, python, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "--requirement", list)
	if err != nil {
		return fmt.Errorf("installing chDB: %w", err)
	}
	version, err := installed(ctx, python)
	if err != nil {
		return fmt.Errorf("chDB is installed and not found: %w", err)
	}
	if version != chdbVersion() {
		return fmt.Errorf("chDB %s is installed, expected %s", version, chdbVersion())
	}
	return nil
}

// command runs a program to its end. Its error has the end of what it printed.
func command(ctx context.Context, program string, args ...string) error {
	var printed tail
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr = &printed, &printed
	cmd.WaitDelay = closeBound
	err := cmd.Run()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("%s: %w%s", filepath.Base(program), err, printed.after())
	}
	return nil
}
