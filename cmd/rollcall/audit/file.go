package audit

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// logFile is a file of the log.
type logFile struct {
	path  string
	first uint64 // number of its first entry
	day   string
}

var fileName = regexp.MustCompile(`^([0-9]{12,19})-([0-9]{4}-[0-9]{2}-[0-9]{2})\.jsonl$`)

// newFile returns the file that starts with an entry.
func newFile(dir string, first uint64, at time.Time) logFile {
	day := at.UTC().Format(time.DateOnly)
	return logFile{filepath.Join(dir, fmt.Sprintf("%012d-%s.jsonl", first, day)), first, day}
}

// listFiles returns the files of a log in the order of their entries.
func listFiles(dir string) ([]logFile, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	var files []logFile
	for _, entry := range entries {
		m := fileName.FindStringSubmatch(entry.Name())
		if m == nil {
			continue
		}
		first, err := strconv.ParseUint(m[1], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("audit: the name of %s: %w", entry.Name(), err)
		}
		files = append(files, logFile{filepath.Join(dir, entry.Name()), first, m[2]})
	}
	slices.SortFunc(files, func(a, b logFile) int { return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.day, b.day)) })
	return files, nil
}

// scanned is what reading a file has found.
type scanned struct {
	lines int   // whole ones
	bytes int64 // of whole lines
	torn  int64 // bytes behind them, without a line break
}

// scan reads the first size bytes of a file and gives its whole lines, without
// their line breaks, to visit. It stops at the first error of visit and returns
// it as it is. A line is valid during the call only.
func (f logFile) scan(ctx context.Context, size int64, visit func(number int, line []byte) error) (found scanned, err error) {
	file, err := os.Open(f.path)
	if err != nil {
		return found, fmt.Errorf("audit: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	r := bufio.NewReaderSize(io.LimitReader(file, size), maxLineBytes)
	for {
		if err := ctx.Err(); err != nil {
			return found, err
		}
		line, err := r.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF):
			found.torn = int64(len(line))
			return found, nil
		case errors.Is(err, bufio.ErrBufferFull):
			found.torn, err = endless(r, int64(len(line)))
			if err != nil {
				return found, f.damage(found.lines+1, err.Error())
			}
			return found, nil
		case err != nil:
			return found, fmt.Errorf("audit: %w", err)
		}
		if err := visit(found.lines+1, line[:len(line)-1]); err != nil {
			return found, err
		}
		found.lines++
		found.bytes += int64(len(line))
	}
}

// endless reads on in a line that is longer than any entry. Where no line break
// comes it returns the length: that is what a crash leaves of a file that was made
// longer before its bytes were written.
func endless(r *bufio.Reader, read int64) (int64, error) {
	for {
		more, err := r.ReadSlice('\n')
		read += int64(len(more))
		switch {
		case errors.Is(err, io.EOF):
			return read, nil
		case err == nil:
			return 0, fmt.Errorf("it is no entry: a line of %d bytes, at most %d are expected", read, maxLineBytes)
		case !errors.Is(err, bufio.ErrBufferFull):
			return 0, err
		}
	}
}

// damage returns the error about a line of the file, 0 for the whole.
func (f logFile) damage(line int, problem string) error { return &DamageError{f.path, line, problem} }

// walk reads entries that follow head, which it moves along, and gives them to
// visit.
func (f logFile) walk(ctx context.Context, size int64, head *Head, visit func(Entry) error) (scanned, error) {
	return f.scan(ctx, size, func(number int, line []byte) error {
		e, err := parseEntry(line)
		if err != nil {
			return f.damage(number, err.Error())
		}
		if number == 1 && e.Seq != f.first {
			return f.damage(number, fmt.Sprintf("entry %d is the first, expected entry %d by the name of the file", e.Seq, f.first))
		}
		if problem := head.follow(e, line); problem != "" {
			return f.damage(number, problem)
		}
		return visit(e)
	})
}

// startsAfter checks that a file goes on where the ones before it end.
func (f logFile) startsAfter(head Head) error {
	if f.first == head.Seq+1 {
		return nil
	}
	return f.damage(0, fmt.Sprintf("its first entry is %d by its name, but the files before it end with entry %d: a file is missing or cut off", f.first, head.Seq))
}
