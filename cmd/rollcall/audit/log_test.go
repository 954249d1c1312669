package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// noon is when the clock of tests starts.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// clock gives a time that moves on by a step with every look.
func clock(step time.Duration) func() time.Time {
	at := noon
	return func() time.Time {
		at = at.Add(step)
		return at
	}
}

func openLog(t testing.TB, dir string, now func() time.Time) *Log {
	t.Helper()
	l, err := Open(t.Context(), dir, Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// event is the n-th event of a test.
func event(n int) Event {
	return Event{
		Actor: Actor{Token: fmt.Sprint("t", n%3), Name: "Ana"}, Action: []string{"segment.update", "members.list"}[n%2],
		Object: fmt.Sprintf("parents/CDNOW/segments/Folder/Gold %d", n), Version: uint64(n), Revealed: uint64(n % 7), Outcome: Done,
	}
}

func appendEvents(t testing.TB, l *Log, from, to int) {
	t.Helper()
	for n := from; n <= to; n++ {
		seq, err := l.Append(context.Background(), event(n))
		if err != nil || seq != uint64(n) {
			t.Fatalf("Append gives %d, %v; expected %d", seq, err, n)
		}
	}
}

func readAll(t testing.TB, l *Log, filter Filter) []Entry {
	t.Helper()
	var entries []Entry
	for e, err := range l.Read(context.Background(), filter) {
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	return entries
}

// checkEntries compares the events of a log with the first n of a test.
func checkEntries(t testing.TB, l *Log, n int) {
	t.Helper()
	var want, got []Event
	for i := 1; i <= n; i++ {
		want = append(want, event(i))
	}
	for i, e := range readAll(t, l, Filter{}) {
		if e.Seq != uint64(i+1) {
			t.Fatalf("entry %d has number %d", i+1, e.Seq)
		}
		got = append(got, e.Event)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("events (-want +got):\n%s", diff)
	}
	report, err := l.Verify(t.Context())
	if err != nil || report.Entries != uint64(n) || report.Head != l.Head() {
		t.Fatalf("Verify gives %+v, %v; expected %d entries to %+v", report, err, n, l.Head())
	}
}

// TestReopen appends over a day's end and over the end of full files, with the log
// closed and opened in between.
func TestReopen(t *testing.T) {
	dir := t.TempDir()
	now := clock(5 * time.Minute)
	n := 0
	for range 20 {
		l := openLog(t, dir, now)
		l.max, l.sync = 2000, quick
		checkEntries(t, l, n)
		appendEvents(t, l, n+1, n+17)
		n += 17
		checkEntries(t, l, n)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	files, err := listFiles(filepath.Join(dir, "audit"))
	if err != nil || len(files) < 40 {
		t.Fatalf("%d files, %v; expected some for every day and every 2000 bytes", len(files), err)
	}
	if files[0].day != "2026-11-23" || files[len(files)-1].day != "2026-11-24" {
		t.Errorf("days %s to %s", files[0].day, files[len(files)-1].day)
	}
	for _, f := range files {
		info, err := os.Stat(f.path)
		if err != nil || info.Mode().Perm() != 0o600 || info.Size() > 2500 {
			t.Errorf("%s: %v, %v", f.path, info, err)
		}
	}
	info, err := os.Stat(filepath.Join(dir, "audit"))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", info, err)
	}
}

func TestFilter(t *testing.T) {
	l := openLog(t, t.TempDir(), clock(time.Minute))
	l.max, l.sync = 3000, quick
	appendEvents(t, l, 1, 60)
	all := readAll(t, l, Filter{})
	filters := []Filter{
		{}, {After: 1}, {After: 30}, {After: 59}, {After: 60}, {After: 1 << 63}, {After: ^uint64(0)},
		{From: noon.Add(10 * time.Minute)}, {To: noon.Add(10 * time.Minute)}, {Token: "t1"}, {Action: "segment"}, {Action: "segment.update"},
		{Action: "segm"}, {Object: "parents/CDNOW"}, {Object: "parents/CD"}, {Object: "parents/CDNOW/segments/Folder/Gold 7"},
		{Outcome: Denied}, {Outcome: Done, Token: "t2", Action: "members", After: 12}, {Customer: l.CustomerHash("CDNOW", "1")},
	}
	some := 0
	for _, filter := range filters {
		var want []Entry
		for _, e := range all {
			if filter.passes(e) {
				want = append(want, e)
			}
		}
		if diff := cmp.Diff(want, readAll(t, l, filter)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", filter, diff)
		}
		if len(want) > 0 && len(want) < 60 {
			some++
		}
	}
	if some < 8 || len(readAll(t, l, Filter{Action: "segm"})) > 0 {
		t.Errorf("%d filters let some entries pass", some)
	}
	for range l.Read(t.Context(), Filter{}) { // one that is left early
		break
	}
}

// TestGroupCommit has writers that come while a sync is under way share the next.
func TestGroupCommit(t *testing.T) {
	l := openLog(t, t.TempDir(), nil)
	const writers = 16
	entered, goOn := make(chan bool), make(chan bool)
	syncs := 0
	l.sync = func(f *os.File) error {
		syncs++
		if syncs == 1 {
			entered <- true
			<-goOn
		}
		return f.Sync()
	}
	var group sync.WaitGroup
	add := func() {
		if _, err := l.Append(t.Context(), event(1)); err != nil {
			t.Error(err)
		}
	}
	group.Go(add)
	<-entered
	for range writers {
		group.Go(add)
	}
	for l.waiting() < writers { // all of them wait for the disk
		runtime.Gosched()
	}
	goOn <- true
	group.Wait()
	if syncs != 2 || l.Head().Seq != writers+1 {
		t.Errorf("%d syncs for %d entries, expected 2", syncs, l.Head().Seq)
	}
}

func (l *Log) waiting() int {
	l.state.Lock()
	defer l.state.Unlock()
	if l.batch == nil {
		return 0
	}
	return len(l.batch.events)
}

// TestConcurrent appends, reads and verifies at the same time.
func TestConcurrent(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir, nil)
	l.max = 5000
	const writers, each = 16, 20
	var group sync.WaitGroup
	var mu sync.Mutex
	seen := map[uint64]string{}
	for w := range writers {
		group.Go(func() {
			for i := range each {
				e := event(w*each + i)
				seq, err := l.Append(t.Context(), e)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if seen[seq] != "" {
					t.Errorf("number %d is given twice", seq)
				}
				seen[seq] = e.Object
				mu.Unlock()
			}
		})
	}
	for range 3 {
		group.Go(func() {
			for range 20 {
				before := l.Head().Seq
				report, err := l.Verify(t.Context())
				if err != nil || report.Entries < before {
					t.Errorf("Verify gives %+v, %v; expected %d entries or more", report, err, before)
				}
				for e, err := range l.Read(t.Context(), Filter{After: before}) {
					if err != nil || e.Seq <= before {
						t.Errorf("entry %d after %d, %v", e.Seq, before, err)
					}
				}
			}
		})
	}
	group.Wait()
	for _, e := range readAll(t, l, Filter{}) {
		if seen[e.Seq] != e.Object {
			t.Errorf("entry %d is of %q, expected %q", e.Seq, e.Object, seen[e.Seq])
		}
		delete(seen, e.Seq)
	}
	if len(seen) > 0 {
		t.Errorf("%d entries are lost", len(seen))
	}
}

func TestAppendErrors(t *testing.T) {
	l := openLog(t, t.TempDir(), nil)
	long := strings.Repeat("x", MaxTextBytes+1)
	cases := []struct {
		change func(*Event)
		want   string
	}{
		{func(e *Event) { e.Actor.Name = "" }, "audit: actor.name: it is empty, expected who acts"},
		{func(e *Event) { e.Actor.Token = "a\nb" }, "audit: actor.token: it has a control character"},
		{func(e *Event) { e.Action = "Segment update" }, `audit: action: expected lower-case words with points between, such as "segment.update"`},
		{func(e *Event) { e.Object = "" }, "audit: object: it is empty, expected the name of what was acted on"},
		{func(e *Event) { e.Object = long }, "audit: object: it has 1025 bytes, at most 1024 are allowed"},
		{func(e *Event) { e.Object = "a\xff" }, "audit: object: it is not UTF-8"},
		{func(e *Event) { e.Customer = "4711" }, "audit: customer: it is no hash of a key, expected 32 hexadecimal digits"},
		{func(e *Event) { e.Outcome = "" }, "audit: outcome: expected one of done, begun, denied, failed"},
	}
	for _, c := range cases {
		e := event(1)
		c.change(&e)
		_, err := l.Append(t.Context(), e)
		if problem := (*EventError)(nil); !errors.As(err, &problem) || err.Error() != c.want {
			t.Errorf("error %v, expected %s", err, c.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Append(ctx, event(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v of a cancelled context", err)
	}
	appendEvents(t, l, 1, 2)
	for _, err := range l.Read(ctx, Filter{}) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Read gives %v for a cancelled context", err)
		}
	}
	if l.Head().Seq != 2 {
		t.Errorf("%d entries are in the log, expected 2", l.Head().Seq)
	}
}

// TestLongest writes the longest entry that there can be and reads it.
func TestLongest(t *testing.T) {
	l := openLog(t, t.TempDir(), nil)
	long := strings.Repeat("<", MaxTextBytes) // six bytes of JSON each
	e := Event{Actor{long, long}, strings.Repeat("a", MaxTextBytes), long, ^uint64(0), ^uint64(0), l.CustomerHash("p", "k"), Begun}
	if _, err := l.Append(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if got := readAll(t, l, Filter{}); len(got) != 1 || got[0].Event != e {
		t.Errorf("read %+v", got)
	}
}

func TestFailures(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir, clock(time.Hour))
	appendEvents(t, l, 1, 5)
	broken := errors.New("the disk is gone")
	sync := l.sync
	l.sync = func(*os.File) error { return broken }
	if _, err := l.Append(t.Context(), event(6)); !errors.Is(err, broken) || err.Error() != "audit: write an entry: the disk is gone" {
		t.Errorf("error %v", err)
	}
	l.sync = sync
	_, err := l.Append(t.Context(), event(6))
	if !errors.Is(err, broken) || err.Error() != "audit: the log takes no entries since a sync failed: the disk is gone" {
		t.Errorf("error %v after a failed sync", err)
	}
	if report, err := l.Verify(t.Context()); err != nil || report.Entries != 5 {
		t.Errorf("Verify gives %+v, %v", report, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(t.Context(), event(6)); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v of a closed log", err)
	}
	if _, err := l.Verify(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v of a closed log", err)
	}
	// What was written but not acknowledged may be there, and is whole.
	l = openLog(t, dir, nil)
	checkEntries(t, l, 6)
	// A write that fails is taken back, and the log goes on.
	path := l.ends.last.path
	whole := l.file
	if l.file, err = os.Open(path); err != nil { // for reading only
		t.Fatal(err)
	}
	if _, err := l.Append(t.Context(), event(7)); err == nil || l.failed == nil {
		t.Errorf("error %v where neither write nor truncate can work", err)
	}
	if err := l.file.Close(); err != nil {
		t.Fatal(err)
	}
	l.file, l.failed = whole, nil
	appendEvents(t, l, 7, 9)
	checkEntries(t, l, 9)
}

func TestLocked(t *testing.T) {
	dir := t.TempDir()
	openLog(t, dir, nil)
	_, err := Open(t.Context(), dir, Options{})
	want := "audit: " + filepath.Join(dir, "audit") + " is in use: is another rollcall serve running on it?"
	if locked := (*LockedError)(nil); !errors.As(err, &locked) || err.Error() != want {
		t.Errorf("error %v, expected %s", err, want)
	}
}

func TestCustomerHash(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir, nil)
	hash := l.CustomerHash("CDNOW", "00004")
	different := map[string]bool{
		hash: true, l.CustomerHash("CDNOW", "00005"): true, l.CustomerHash("CDNOW0", "0004"): true, l.CustomerHash("CD", "NOW00004"): true,
		openLog(t, t.TempDir(), nil).CustomerHash("CDNOW", "00004"): true,
	}
	if len(different) != 5 || !customerText.MatchString(hash) {
		t.Errorf("hashes %v", different)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if again := openLog(t, dir, nil).CustomerHash("CDNOW", "00004"); again != hash {
		t.Errorf("hash %s after opening again, expected %s", again, hash)
	}
}
