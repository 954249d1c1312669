package audit

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
)

// written makes a log of n entries in files of 1000 bytes and returns its folder
// and files.
func written(t testing.TB, n int) (dir string, files []logFile) {
	t.Helper()
	dir = t.TempDir()
	l := openLog(t, dir, clock(time.Second))
	l.max, l.sync = 1000, quick
	appendEvents(t, l, 1, n)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := listFiles(filepath.Join(dir, "audit"))
	if err != nil {
		t.Fatal(err)
	}
	return dir, files
}

// quick is in place of a sync where the machine does not stop.
func quick(*os.File) error { return nil }

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func writeFile(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestTornEverywhere cuts the last file at every byte, as a crash may, and opens
// the log: whole lines stay, the rest is moved aside and said.
func TestTornEverywhere(t *testing.T) {
	dir, files := written(t, 6)
	last := files[len(files)-1]
	data := readFile(t, last.path)
	for at := range len(data) + 1 {
		writeFile(t, last.path, data[:at])
		whole := bytes.LastIndexByte(data[:at], '\n') + 1
		l := openLog(t, dir, nil)
		entries := int(last.first) - 1 + bytes.Count(data[:whole], []byte("\n"))
		torn := l.Torn()
		if (torn != nil) != (whole < at) {
			t.Fatalf("cut at %d: torn %v", at, torn)
		}
		if torn != nil {
			want := Torn{last.path, bytes.Count(data[:whole], []byte("\n")) + 1, int64(at - whole), torn.Side}
			if *torn != want || !bytes.Equal(readFile(t, torn.Side), data[whole:at]) || !strings.HasPrefix(torn.Side, last.path+".torn-") {
				t.Fatalf("cut at %d: torn %+v, expected %+v", at, torn, want)
			}
			if err := os.Remove(torn.Side); err != nil {
				t.Fatal(err)
			}
		}
		checkEntries(t, l, entries)
		l.sync = quick
		appendEvents(t, l, entries+1, entries+2)
		checkEntries(t, l, entries+2)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		for _, f := range newer(t, dir, last.first) {
			if err := os.Remove(f.path); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// newer returns the files of a log that start behind an entry.
func newer(t testing.TB, dir string, first uint64) []logFile {
	t.Helper()
	files, err := listFiles(filepath.Join(dir, "audit"))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		if f.first > first {
			return files[i:]
		}
	}
	return nil
}

// TestTornZeros opens a log to whose last file zeros were added, as a file system
// may after a loss of power.
func TestTornZeros(t *testing.T) {
	for _, zeros := range []int{1, 4096, 3 * maxLineBytes} {
		dir, files := written(t, 5)
		last := files[len(files)-1]
		writeFile(t, last.path, append(readFile(t, last.path), make([]byte, zeros)...))
		l := openLog(t, dir, nil)
		if l.Torn() == nil || l.Torn().Bytes != int64(zeros) {
			t.Errorf("torn %v, expected %d bytes", l.Torn(), zeros)
		}
		text := l.Torn().String()
		want := fmt.Sprintf("%s:%d: an unfinished line of %d bytes was moved to %s.torn-1: ", last.path, l.Torn().Line, zeros, last.path)
		if !strings.HasPrefix(text, want) {
			t.Errorf("%s, expected %s", text, want)
		}
		checkEntries(t, l, 5)
	}
}

// TestDamage changes logs and expects the message, of Open where it sees it, else
// of Verify.
func TestDamage(t *testing.T) {
	line := func(data []byte, n int) []byte { return bytes.SplitAfter(data, []byte("\n"))[n-1] }
	cases := []struct {
		name   string
		file   int // index; negative: from the end
		change func(data []byte) []byte
		line   int
		want   string
	}{
		{"changed value", 0, func(d []byte) []byte { return bytes.Replace(d, []byte("Gold 1"), []byte("Gold 9"), 1) }, 2,
			"entry 2 says that the SHA-256 of the entry before it is "},
		{"changed value in the last file", -1, func(d []byte) []byte { return bytes.Replace(d, []byte("Ana"), []byte("Eve"), 1) }, 2,
			"entry 18 says that the SHA-256 of the entry before it is "},
		{"line removed", 0, func(d []byte) []byte { return bytes.Replace(d, line(d, 2), nil, 1) }, 2, "entry 3 follows entry 1, expected entry 2"},
		{"line twice", 0, func(d []byte) []byte { return append(line(d, 1), d...) }, 2, "entry 1 follows entry 1, expected entry 2"},
		{"first line removed", 0, func(d []byte) []byte { return d[len(line(d, 1)):] }, 1, "entry 2 is the first, expected entry 1 by the name of the file"},
		{"no JSON", 0, func(d []byte) []byte { d[0] = '['; return d }, 1, "it is no entry: "},
		{"empty line", 0, func(d []byte) []byte { return append([]byte("\n"), d...) }, 1, "it is no entry: EOF"},
		{"a space", 0, func(d []byte) []byte { return bytes.Replace(d, []byte(":"), []byte(": "), 1) }, 1, "it is not written as rollcall writes entries"},
		{"an unknown key", 0, func(d []byte) []byte { return bytes.Replace(d, []byte(`"seq"`), []byte(`"seqs"`), 1) }, 1, `it is no entry: json: unknown field "seqs"`},
		{"format 2", 0, func(d []byte) []byte { return bytes.Replace(d, []byte(`"format":1`), []byte(`"format":2`), 1) }, 1,
			"it has format 2, expected 1: a newer rollcall may have written it"},
		{"last line of a file cut", 0, func(d []byte) []byte { return d[:len(d)-5] }, 4,
			"no line break at the end of the file, after 276 bytes, though entries follow in another file"},
		{"last lines of a file removed", 0, func(d []byte) []byte { return d[:len(line(d, 1))] }, 0,
			"its first entry is 5 by its name, but the files before it end with entry 1: a file is missing or cut off"},
		{"a file emptied", 1, func([]byte) []byte { return nil }, 0,
			"its first entry is 9 by its name, but the files before it end with entry 4: a file is missing or cut off"},
		{"a long line", 0, func(d []byte) []byte { return append(bytes.Repeat([]byte("x"), 2*maxLineBytes), d...) }, 1, "it is no entry: a line of "},
		{"salt", -2, nil, 0, "it is no salt, expected 64 hexadecimal digits"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir, files := written(t, 20)
			if c.change == nil {
				writeFile(t, filepath.Join(dir, "audit", "salt"), []byte("pepper"))
			} else {
				f := files[(c.file+len(files))%len(files)]
				writeFile(t, f.path, c.change(readFile(t, f.path)))
			}
			l, err := Open(t.Context(), dir, Options{})
			if err == nil {
				_, err = l.Verify(t.Context())
				if err := l.Close(); err != nil {
					t.Error(err)
				}
			}
			damage := (*DamageError)(nil)
			if !errors.As(err, &damage) {
				t.Fatalf("error %v, expected a *DamageError", err)
			}
			if damage.Line != c.line || !strings.HasPrefix(damage.Problem, c.want) {
				t.Errorf("error %v, expected line %d: %s", err, c.line, c.want)
			}
			place := damage.File
			if c.line > 0 {
				place = fmt.Sprintf("%s:%d", damage.File, c.line)
			}
			if err.Error() != "audit: "+place+": "+damage.Problem {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestMissingFile removes each file of a log but the last: Verify finds it.
func TestMissingFile(t *testing.T) {
	for i := range 3 {
		dir, files := written(t, 20)
		if err := os.Remove(files[i].path); err != nil {
			t.Fatal(err)
		}
		l := openLog(t, dir, nil)
		_, err := l.Verify(t.Context())
		want := fmt.Sprintf("audit: %s: its first entry is %d by its name, but the files before it end with entry %d: a file is missing or cut off",
			files[i+1].path, files[i+1].first, files[i].first-1)
		if err == nil || err.Error() != want {
			t.Errorf("error %v, expected %s", err, want)
		}
	}
}

// TestCutBehindBack cuts a file while the log is open.
func TestCutBehindBack(t *testing.T) {
	l := openLog(t, t.TempDir(), nil)
	appendEvents(t, l, 1, 3)
	if err := os.Truncate(l.ends.last.path, 0); err != nil {
		t.Fatal(err)
	}
	_, err := l.Verify(t.Context())
	want := "audit: " + l.ends.last.path + ": the log ends before its last entry: the file, or one before it, was cut off or is missing"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, expected %s", err, want)
	}
}

// TestEveryFlip changes random bits of a log: every change of a line but the last
// is found, and none makes a panic.
func TestEveryFlip(t *testing.T) {
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	dir, files := written(t, 20)
	for range 300 {
		f := files[random.IntN(len(files))]
		data := readFile(t, f.path)
		lastLine := 0
		if f == files[len(files)-1] {
			lastLine = len(data) - bytes.LastIndexByte(data[:len(data)-1], '\n') - 1
		}
		changed := bytes.Clone(data)
		at := random.IntN(len(data) - lastLine)
		changed[at] ^= 1 << random.IntN(8)
		writeFile(t, f.path, changed)
		l, err := Open(t.Context(), dir, Options{})
		if err == nil {
			_, err = l.Verify(t.Context())
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		}
		if damage := (*DamageError)(nil); !errors.As(err, &damage) {
			t.Fatalf("%s, byte %d from %q to %q: error %v, expected a *DamageError", f.path, at, data[at], changed[at], err)
		}
		writeFile(t, f.path, data)
	}
}

func FuzzParseEntry(f *testing.F) {
	e := Entry{Format: entryFormat, Seq: 1, Time: noon, Event: event(1), Previous: noHash}
	line, err := e.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(line)
	f.Add(bytes.Replace(line, []byte("Ana"), []byte(`\u003c`), 1))
	f.Add([]byte(`{"format":1,"seq":1,"Seq":2}`))
	f.Add([]byte("{}x"))
	f.Add([]byte("null"))
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, line []byte) {
		e, err := parseEntry(line)
		if err != nil {
			return
		}
		again, err := e.encode()
		if err != nil || !bytes.Equal(line, again) {
			t.Fatalf("%q is read and written as %q, %v", line, again, err)
		}
	})
}
