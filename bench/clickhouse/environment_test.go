package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rollcall-db/rollcall/bench/contender"
)

// fakePython does what this package asks of Python. Its modes:
//
//	works     makes environments, installs, and finds chDB
//	no venv   cannot make environments
//	no pip    cannot install
//	no chdb   does not find chDB
//	old chdb  finds another version
func fakePython(mode string, args []string) int {
	command := strings.Join(args, " ")
	switch {
	case strings.HasPrefix(command, "-m venv ") && mode == "no venv":
		return fail(1, "ensurepip is not available")
	case strings.HasPrefix(command, "-m venv "):
		return fakeVenv(args[2])
	case strings.HasPrefix(command, "-m pip install ") && mode == "no pip":
		return fail(1, "%s\nERROR: no matching distribution found for chdb", strings.Repeat("a long story\n", 10_000))
	case strings.HasPrefix(command, "-m pip install "):
		return 0
	case args[0] == "-c" && mode == "no chdb":
		return fail(1, "PackageNotFoundError: chdb")
	case args[0] == "-c" && mode == "old chdb":
		fmt.Println("1.0.0")
		return 0
	case args[0] == "-c":
		fmt.Println(chdbVersion())
		return 0
	}
	return fail(2, "unexpected arguments %q", args)
}

// fakeVenv makes an environment whose Python is this program. Beside it, it notes
// that it has made one.
func fakeVenv(dir string) int {
	program, err := os.Executable()
	if err != nil {
		return fail(1, "%v", err)
	}
	notes, err := os.OpenFile(dir+".made", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = notes.WriteString("made\n")
		err = errors.Join(err, notes.Close(), os.MkdirAll(filepath.Join(dir, "bin"), 0o700),
			os.Symlink(program, filepath.Join(dir, "bin", "python")))
	}
	if err != nil {
		return fail(1, "%v", err)
	}
	return 0
}

// fakeEnvironment returns an environment that is not there, of a fake Python.
func fakeEnvironment(t *testing.T) *environment {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &environment{dir: filepath.Join(t.TempDir(), "bench", "chdb"), python: program, progress: func(string) {}}
}

// nMade returns how many times an environment was made.
func nMade(t *testing.T, v *environment) int {
	t.Helper()
	notes, err := os.ReadFile(v.dir + ".made")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(notes), "made\n")
}

func TestPrepareEnvironment(t *testing.T) {
	t.Setenv(fakePythonVariable, "works")
	v := fakeEnvironment(t)
	var stages []string
	v.progress = func(stage string) { stages = append(stages, stage) }
	python, err := v.prepare(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(v.dir, "bin", "python"); python != want {
		t.Errorf("the Python is %s, want %s", python, want)
	}
	if len(stages) != 2 {
		t.Errorf("progress was told %q, want two stages", stages)
	}
	again := func(what string, want int) {
		t.Helper()
		if _, err := v.prepare(t.Context()); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if got := nMade(t, v); got != want {
			t.Errorf("%s: the environment was made %d times, want %d", what, got, want)
		}
	}
	again("the same again", 1)
	if err := os.WriteFile(filepath.Join(v.dir, "ready"), []byte("chdb==1.0.0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	again("of other requirements", 2)
	if err := os.Remove(python); err != nil {
		t.Fatal(err)
	}
	again("without its Python", 3)
	if err := os.Remove(filepath.Join(v.dir, "ready")); err != nil {
		t.Fatal(err)
	}
	again("never finished", 4)
}

func TestPrepareEnvironmentAtOnce(t *testing.T) {
	t.Setenv(fakePythonVariable, "works")
	v := fakeEnvironment(t)
	var processes sync.WaitGroup
	for range 5 {
		processes.Go(func() {
			if _, err := v.prepare(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	processes.Wait()
	if got := nMade(t, v); got != 1 {
		t.Errorf("the environment was made %d times, want once", got)
	}
}

func TestPrepareEnvironmentFails(t *testing.T) {
	tests := []struct{ mode, want string }{
		{"no venv", "apt-get install python3-venv"},
		{"no pip", "a long story\n\nERROR: no matching distribution found for chdb"},
		{"no chdb", "PackageNotFoundError: chdb"},
		{"old chdb", "chDB 1.0.0 is installed, expected " + chdbVersion()},
	}
	for _, test := range tests {
		t.Run(test.mode, func(t *testing.T) {
			t.Setenv(fakePythonVariable, test.mode)
			v := fakeEnvironment(t)
			_, err := v.prepare(t.Context())
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("the error is %v, want one with %q", err, test.want)
			}
			if len(err.Error()) > maxTail+500 {
				t.Errorf("the error has %d bytes, want the end of what pip printed", len(err.Error()))
			}
			if _, err := os.Stat(v.dir); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("of the environment something is left: %v", err)
			}
		})
	}
	v := fakeEnvironment(t)
	v.python = "no-such-python"
	if _, err := v.prepare(t.Context()); err == nil || !strings.Contains(err.Error(), "apt-get install python3-venv") {
		t.Errorf("without Python: %v, want an error that says what to install", err)
	}
}

func TestPrepareEnvironmentIsCancelled(t *testing.T) {
	t.Setenv(fakePythonVariable, "works")
	v := fakeEnvironment(t)
	if err := os.MkdirAll(filepath.Dir(v.dir), 0o700); err != nil {
		t.Fatal(err)
	}
	unlock, err := lock(t.Context(), v.dir+".lock")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() {
		_, err := v.prepare(ctx)
		result <- err
	}()
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("waiting for another process until the context ends: %v, want context.Canceled", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	if _, err := v.prepare(t.Context()); err != nil {
		t.Errorf("after the other process: %v", err)
	}
}

func TestGivenPython(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := contender.Options{Python: program}
	t.Setenv(fakePythonVariable, "old chdb")
	python, version, err := findPython(t.Context(), o)
	if python != program || version != "1.0.0" || err != nil {
		t.Errorf("Python %s with chDB %s, %v; want what is there", python, version, err)
	}
	t.Setenv(fakePythonVariable, "no chdb")
	if _, err := Open(t.Context(), nil, o); err == nil || !strings.Contains(err.Error(), "does not find chDB") {
		t.Errorf("Open with a Python without chDB: %v, want an error that says so", err)
	}
	o.Python = filepath.Join(t.TempDir(), "python")
	if _, _, err := findPython(t.Context(), o); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a Python that is not there: %v, want ErrNotExist", err)
	}
}
