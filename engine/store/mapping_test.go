package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// mapped writes a file of so many bytes and maps it, with the byte at each of
// flips inverted after the checksums were taken.
func mapped(t testing.TB, size int64, flips ...int64) *mapping {
	t.Helper()
	data := bytes.Repeat([]byte("rollcall"), int(size+7)/8)[:size]
	sums := newSummer()
	for rest := data; len(rest) > 0; { // in writes that do not end with the pieces
		n := min(len(rest), 300_001)
		if _, err := sums.Write(rest[:n]); err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
	}
	info := FileInfo{Name: KeysFile}
	info.Size, info.Sums = sums.result()
	for _, at := range flips {
		data[at] ^= 0xff
	}
	path := filepath.Join(t.TempDir(), KeysFile)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := openMapping(OS, path, info)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.unmap(); err != nil {
			t.Error(err)
		}
	})
	m.path = KeysFile
	return m
}

// TestRangeVerifiesPieces flips a byte of the second of four pieces: ranges that
// touch it fail and name it, all others are read.
func TestRangeVerifiesPieces(t *testing.T) {
	const size = 3*SectionBytes + 100
	m := mapped(t, size, SectionBytes+5)
	const broken = "keys.arrow is corrupt: section 1: checksum of bytes 1048576 to 2097151 is 060d373da2a9282e, expected 1eabdac672a1db77"
	for _, c := range []struct {
		off, n int64
		want   string
	}{
		{0, 8, ""},
		{0, SectionBytes, ""},
		{SectionBytes - 1, 2, broken},
		{SectionBytes, 0, ""},
		{SectionBytes, 1, broken},
		{2*SectionBytes - 1, 1, broken},
		{2 * SectionBytes, SectionBytes + 100, ""},
		{0, size, broken},
		{size, 0, ""},
		{size, 1, "keys.arrow is corrupt: 1 bytes at 3145828, beyond the 3145828 bytes there"},
		{-1, 1, "keys.arrow is corrupt: 1 bytes at -1, beyond the 3145828 bytes there"},
		{8, -1, "keys.arrow is corrupt: -1 bytes at 8, beyond the 3145828 bytes there"},
		{8, 1<<63 - 1, "keys.arrow is corrupt: 9223372036854775807 bytes at 8, beyond the 3145828 bytes there"},
	} {
		data, err := m.Range(c.off, c.n)
		switch {
		case c.want == "" && (err != nil || int64(len(data)) != c.n || int64(cap(data)) != c.n):
			t.Errorf("%d bytes at %d: %d bytes, %v", c.n, c.off, len(data), err)
		case c.want != "" && (err == nil || err.Error() != c.want || data != nil):
			t.Errorf("%d bytes at %d: %v, want %s", c.n, c.off, err, c.want)
		}
	}
	var corrupt *CorruptError
	if _, err := m.all(); !errors.As(err, &corrupt) || corrupt.Section != 1 {
		t.Errorf("%v, want a *CorruptError about section 1", err)
	}
}

// TestRangeRemembers changes a piece that was found right before: it is not
// checked again.
func TestRangeRemembers(t *testing.T) {
	data := make([]byte, 70*SectionBytes) // more pieces than a word has bits
	sums := newSummer()
	if _, err := sums.Write(data); err != nil {
		t.Fatal(err)
	}
	info := FileInfo{Name: KeysFile}
	info.Size, info.Sums = sums.result()
	m, err := openMapping(&oneFile{data: data}, KeysFile, info)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Range(66*SectionBytes+1, 1); err != nil {
		t.Fatal(err)
	}
	data[66*SectionBytes], data[2*SectionBytes] = 1, 1
	if _, err := m.Range(66*SectionBytes, 1); err != nil {
		t.Errorf("a piece found right before: %v", err)
	}
	if _, err := m.Range(2*SectionBytes, 1); err == nil {
		t.Error("a piece that is wrong when it is first read is read")
	}
	if err := m.unmap(); err != nil {
		t.Error(err)
	}
}

// oneFile is a file system with one file, in memory.
type oneFile struct {
	FS
	data []byte
}

func (f *oneFile) Map(string) (Mapping, error) { return f, nil }
func (f *oneFile) Bytes() []byte               { return f.data }
func (f *oneFile) Close() error                { return nil }

// TestRangeConcurrently reads all pieces from several goroutines.
func TestRangeConcurrently(t *testing.T) {
	m := mapped(t, 3*SectionBytes, 2*SectionBytes)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range int64(3) {
				if _, err := m.Range(i*SectionBytes+7, 9); (err != nil) != (i == 2) {
					t.Errorf("section %d: %v", i, err)
				}
			}
		})
	}
	wg.Wait()
}

// TestMapErrors opens files that are not as the manifest says.
func TestMapErrors(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, KeysFile)
	if err := os.WriteFile(path, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	const sum = "0123456789abcdef"
	for _, c := range []struct {
		path string
		info FileInfo
		want string
	}{
		{path, FileInfo{Size: 6, Sums: sum}, path + " is corrupt: 5 bytes, expected 6"},
		{path, FileInfo{Size: 0}, path + " is corrupt: 5 bytes, expected 0"},
		{path, FileInfo{Size: 5}, path + " is corrupt: 5 bytes with 0 digits of checksums, expected 16 digits for every 1048576 bytes"},
		{dir, FileInfo{Size: 5, Sums: sum}, "mmap " + dir + ": is a directory"},
		{dir + "/none", FileInfo{Size: 5, Sums: sum}, "open " + dir + "/none: no such file or directory"},
	} {
		_, err := openMapping(OS, c.path, c.info)
		if err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// TestSums compares checksums of pieces with those of the bytes themselves.
func TestSums(t *testing.T) {
	for _, size := range []int{0, 1, SectionBytes - 1, SectionBytes, SectionBytes + 1, 2 * SectionBytes} {
		data := bytes.Repeat([]byte{7}, size)
		want := ""
		for lo := 0; lo < size; lo += SectionBytes {
			want += sum(data[lo:min(lo+SectionBytes, size)])
		}
		s := newSummer()
		if _, err := s.Write(data); err != nil {
			t.Fatal(err)
		}
		if n, got := s.result(); n != int64(size) || got != want {
			t.Errorf("%d bytes: %d bytes with %s, want %s", size, n, got, want)
		}
		if sums, err := parseSums(int64(size), want); err != nil || len(sums) != len(want)/16 {
			t.Errorf("%d bytes: %d sums, %v", size, len(sums), err)
		}
	}
}
