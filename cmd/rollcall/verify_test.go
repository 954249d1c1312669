package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/store"
)

func TestUnreadable(t *testing.T) {
	denied := &fs.PathError{Op: "open", Path: "snap/00000001/keys.arrow", Err: fs.ErrPermission}
	corrupt := &store.CorruptError{Path: "snap/00000001/keys.arrow", Section: -1, Reason: errors.New("it is missing")}
	for _, test := range []struct {
		problems []error
		want     error
	}{
		{nil, nil},
		{[]error{denied}, fs.ErrPermission},
		{[]error{denied, denied}, fs.ErrPermission},
		{[]error{corrupt}, nil},
		{[]error{denied, fmt.Errorf("reading: %w", corrupt)}, nil},
	} {
		if got := unreadable(test.problems); !errors.Is(got, test.want) {
			t.Errorf("unreadable(%v) = %v, want %v", test.problems, got, test.want)
		}
	}
}

func TestProblemJSON(t *testing.T) {
	uses := map[string]string{"00000001/keys.arrow": "keys"}
	three := 3
	path := filepath.Join("a", "snap", "00000001", "keys.arrow")
	for _, test := range []struct {
		err  error
		want problemJSON
	}{
		{
			&store.CorruptError{Path: path, Section: 3, Reason: errors.New("checksum is x, expected y")},
			problemJSON{File: "00000001/keys.arrow", Holds: "keys", Section: &three, Message: "checksum is x, expected y"},
		},
		{
			&store.CorruptError{Path: filepath.Join("a", "snap", "MANIFEST"), Section: -1, Reason: errors.New("it is missing")},
			problemJSON{File: "MANIFEST", Message: "it is missing"},
		},
		{fs.ErrPermission, problemJSON{Message: "permission denied"}},
	} {
		if diff := cmp.Diff(test.want, newProblemJSON(filepath.Join("a", "snap"), uses, test.err)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.err, diff)
		}
	}
}

func TestLeftoversText(t *testing.T) {
	many := strings.Split("0 1 2 3 4 5 6 7 8 9 10 11", " ")
	for _, test := range []struct {
		names []string
		want  string
	}{
		{many[:1], "1 file of no kept version is left; the next build or compact removes it: 0"},
		{many[:2], "2 files of no kept version are left; the next build or compact removes them: 0, 1"},
		{many[:10], "10 files of no kept version are left; the next build or compact removes them: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9"},
		{many, "12 files of no kept version are left; the next build or compact removes them: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more"},
	} {
		if got := leftoversText(test.names); got != test.want {
			t.Errorf("leftoversText(%v) = %q, want %q", test.names, got, test.want)
		}
	}
}

func TestReading(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, make([]byte, 3*os.Getpagesize()), 0o600); err != nil {
		t.Fatal(err)
	}
	mapped, err := store.OS.Map(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := mapped.Close(); err != nil {
			t.Error(err)
		}
	}()
	sum := func() error {
		n := byte(0)
		for _, b := range mapped.Bytes() {
			n += b
		}
		return fmt.Errorf("sum %d", n)
	}
	if err := reading(sum); err == nil || err.Error() != "sum 0" {
		t.Errorf("reading a whole file: %v, want the error of what reads it", err)
	}
	if err := os.Truncate(path, int64(os.Getpagesize())); err != nil {
		t.Fatal(err)
	}
	const start, end = "a file of the snapshot was cut short while it was read (address 0x", "); see rollcall verify"
	if err := reading(sum); err == nil || !strings.HasPrefix(err.Error(), start) || !strings.HasSuffix(err.Error(), end) {
		t.Errorf("reading a file that was cut short: %v, want %s…%s", err, start, end)
	}
	defer func() {
		if got := recover(); got != "ours" {
			t.Errorf("a panic came out as %v", got)
		}
	}()
	_ = reading(func() error { panic("ours") })
}
