package ingest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

// stall is a shop with a second behavior, small enough to spoil every byte of it:
// an attribute of each kind, and events with fields of several. Later, a customer
// has come, one has gone, and there are more events.
func stall(later bool) (*model.ParentSegment, memorySource) {
	p, src := shop()
	p.Behaviors = append(p.Behaviors, model.BehaviorSource{
		Name: "visit", Table: model.TableRef{Schema: "db", Table: "visits"}, KeyColumn: "id", TimeColumn: "at", AllFields: true,
	})
	visits := []string{`[{"id":"a","at":"2024-05-30T08:00:00Z","page":"/","paid":1.5,"tags":["x","y"]},
		{"id":"c","at":"2024-05-30T09:00:00Z","page":"/","paid":2.5,"tags":[]},
		{"id":"c","at":"2024-05-31T09:00:00Z","page":"/b","paid":null,"tags":null},
		{"id":"d","at":"2024-04-30T09:00:00Z","page":"/b","paid":0,"tags":["y"]},
		{"id":"c","at":"2024-04-30T10:00:00Z","page":"/","paid":1,"tags":["y"]}]`}
	if later {
		src["db.customers"] = newTable([]arrow.Field{field("id", text)}, `[{"id":"c"},{"id":"a"},{"id":"e"},{"id":"b"}]`)
		visits = append(visits, `[{"id":"e","at":"2024-05-31T12:00:00Z","page":"/e","paid":3,"tags":["x"]}]`)
	}
	src["db.visits"] = newTable([]arrow.Field{
		field("id", text), field("at", instant), field("page", text), field("paid", float), field("tags", arrow.ListOf(text)),
	}, visits...)
	return p, src
}

// smallIndexes are thresholds by which a stall has every structure.
var smallIndexes = Indexes{OrderedValues: 1, GramValues: 1, LevelRows: 1, PostingEvents: -1, PostingBytes: 64}

// buildStall builds the two versions of a stall.
func buildStall(t testing.TB, fsys store.FS, dir string) {
	t.Helper()
	for _, later := range []bool{false, true} {
		p, src := stall(later)
		if _, err := Build(t.Context(), p, src, dir, &Options{AsOf: asOf, FS: fsys, Indexes: smallIndexes}); err != nil {
			t.Fatal(err)
		}
	}
}

// stallRules are rules that between them read every structure of a stall.
var stallRules = []string{
	"visit or not visit",
	"tier = 'Gold'", "tier contains 'ol'", "tier is null",
	"ltv > 1000", "ltv = -0.01", "orders >= 3", "score = 0", "opted_in", "not opted_in",
	"birthday before '1970-01-01'", "seen since '2024-05-01'",
	"interests = 'golf'", "interests at least 2 in ('golf', 'tennis')", "sizes != 2", "sizes is null",
	"purchase", "purchase count >= 2 in last 1 full month", "purchase where amount > 5", "purchase sum(amount) > 6",
	"visit in last 1 day", "visit count distinct days >= 2", "visit where page = '/'", "visit where tags = 'y'", "visit where paid is null",
	"last visit more than 20 days ago", "visit 2 to 40 days ago", "visit count >= 2 in last 60 days", "visit count distinct page >= 2 in last 60 days",
	"visit where page = '/' sum(paid) > 1", "visit where paid > 1 and page != '/e' count >= 1",
	"first visit in last 20 days", "visit where (page = '/b' and tags is null) in last 3 days",
}

// stallAttributes are all attributes of a stall.
var stallAttributes = []string{"tier", "ltv", "orders", "score", "opted_in", "birthday", "seen", "interests", "sizes"}

// answer is what a question gave.
type answer struct {
	text string
	err  error
}

// answers asks a version, 0 for the current one, for everything: who is in every
// rule, and all attributes. What cannot be opened answers once.
func answers(ctx context.Context, fsys store.FS, dir string, version uint64) []answer {
	db, err := engine.Open(dir, &engine.Options{FS: fsys, Version: version})
	if err != nil {
		return []answer{{err: err}}
	}
	found := askAll(ctx, db)
	if err := db.Close(); err != nil {
		found = append(found, answer{err: err})
	}
	return found
}

// askAll is answers of a DB that is open.
func askAll(ctx context.Context, db *engine.DB) []answer {
	var found []answer
	for _, text := range stallRules {
		a := answer{}
		q, err := db.Query(text)
		if err != nil {
			a.err = err
		} else {
			var n uint64
			n, a.err = q.At(asOf).Count(ctx)
			a.text = fmt.Sprintf("%s: %d", text, n)
		}
		found = append(found, a)
	}
	return append(found, askRows(ctx, db, stallRules[0]), askRows(ctx, db, "tier = 'Gold' or visit"))
}

// askRows asks for all attributes of the customers that a rule selects.
func askRows(ctx context.Context, db *engine.DB, text string) answer {
	q, err := db.Query(text)
	if err != nil {
		return answer{err: err}
	}
	var rows []string
	for row, err := range q.At(asOf).Rows(ctx, stallAttributes...) {
		if err != nil {
			return answer{err: err}
		}
		rows = append(rows, cmpText(row))
	}
	return answer{text: strings.Join(rows, "\n")}
}

// checkAnswers compares answers with the right ones: each is right, or an error
// that says that the snapshot is corrupt. It returns how many are errors.
func checkAnswers(t *testing.T, what string, got, right []answer) (corrupt int) {
	t.Helper()
	for i, a := range got {
		switch {
		case errors.Is(a.err, engine.ErrCorrupt):
			corrupt++
		case a.err != nil:
			t.Errorf("%s: %v, expected an error that is %v", what, a.err, engine.ErrCorrupt)
		case i >= len(right) || a.text != right[i].text:
			t.Errorf("%s: the answer is %q, expected that of the sound snapshot or an error", what, a.text)
		}
	}
	return corrupt
}

// spoiled is a snapshot of two versions in a folder of the machine, whose files
// are spoiled one at a time.
type spoiled struct {
	dir   string
	files []string            // that have bytes, relative to dir
	bytes map[string][]byte   // of the files
	users map[string][]uint64 // by file, the versions that name it
	right map[uint64][]answer // by version
}

func newSpoiled(t *testing.T) *spoiled {
	t.Helper()
	s := &spoiled{
		dir:   filepath.Join(t.TempDir(), "snap"),
		bytes: map[string][]byte{}, users: map[string][]uint64{}, right: map[uint64][]answer{},
	}
	buildStall(t, quick(), s.dir)
	for _, v := range versionsIn(t, store.OS, s.dir) {
		m, err := store.ReadManifest(store.OS, s.dir, v)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range m.Files {
			s.users[f.Path] = append(s.users[f.Path], v)
		}
		s.right[v] = answers(t.Context(), store.OS, s.dir, v)
		for _, a := range s.right[v] {
			if a.err != nil {
				t.Fatal(a.err)
			}
		}
	}
	for _, name := range filesIn(t, store.OS, s.dir) {
		data, err := os.ReadFile(filepath.Join(s.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > 0 {
			s.files, s.bytes[name] = append(s.files, name), data
		}
	}
	if len(s.right) != 2 {
		t.Fatalf("%d versions, expected 2", len(s.right))
	}
	return s
}

// size returns the number of bytes in all files.
func (s *spoiled) size() int {
	n := 0
	for _, data := range s.bytes {
		n += len(data)
	}
	return n
}

// at returns the file that has byte n of all, and where.
func (s *spoiled) at(n int) (name string, off int) {
	for _, name := range s.files {
		if n < len(s.bytes[name]) {
			return name, n
		}
		n -= len(s.bytes[name])
	}
	panic("beyond the last file")
}

// write replaces the bytes of a file.
func (s *spoiled) write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// check checks that verify finds a file that is spoiled, and that nobody gets a
// wrong answer because of it.
func (s *spoiled) check(t *testing.T, name string) {
	t.Helper()
	switch path := filepath.Join(s.dir, name); {
	case name == "MANIFEST":
		s.checkManifest(t, 0, path)
		s.checkManifest(t, 1, path)
	case name == "00000001/MANIFEST":
		s.checkManifest(t, 1, path)
		s.checkOpens(t, 2)
	case name == "00000002/MANIFEST": // the copy of the current one
		s.checkVerify(t, 2, path)
		s.checkOpens(t, 1)
		s.checkOpens(t, 2)
	default:
		for _, v := range s.users[name] {
			s.checkVerify(t, v, path)
			checkAnswers(t, fmt.Sprintf("version %d", v), answers(t.Context(), store.OS, s.dir, v), s.right[v])
		}
	}
}

// checkOpens checks that a version can be opened.
func (s *spoiled) checkOpens(t *testing.T, version uint64) {
	t.Helper()
	db, err := engine.Open(s.dir, &engine.Options{Version: version})
	if err != nil {
		t.Errorf("version %d, which has another manifest: %v", version, err)
		return
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// checkSame checks that a version is none the worse.
func (s *spoiled) checkSame(t *testing.T, version uint64) {
	t.Helper()
	if n := checkAnswers(t, fmt.Sprintf("version %d", version), answers(t.Context(), store.OS, s.dir, version), s.right[version]); n > 0 {
		t.Errorf("version %d: %d errors", version, n)
	}
}

// checkManifest checks that a version whose manifest is spoiled cannot be opened.
func (s *spoiled) checkManifest(t *testing.T, version uint64, path string) {
	t.Helper()
	db, err := engine.Open(s.dir, &engine.Options{Version: version})
	if err == nil {
		t.Errorf("version %d opens, expected an error", version)
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		return
	}
	if !errors.Is(err, engine.ErrCorrupt) && !errors.Is(err, engine.ErrFormatVersion) || !strings.Contains(err.Error(), path) {
		t.Errorf("opening version %d: %v, expected an error about %s that is %v", version, err, path, engine.ErrCorrupt)
	}
	if _, err := store.Verify(t.Context(), store.OS, s.dir, version, nil); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("verifying version %d: %v, expected an error about %s", version, err, path)
	}
}

// checkVerify checks that verify names a file, and no other.
func (s *spoiled) checkVerify(t *testing.T, version uint64, path string) {
	t.Helper()
	report, err := store.Verify(t.Context(), store.OS, s.dir, version, nil)
	if err != nil {
		t.Errorf("verifying version %d: %v", version, err)
		return
	}
	if len(report.Problems) == 0 {
		t.Errorf("verifying version %d: no problems, expected one of %s", version, path)
	}
	for _, p := range report.Problems {
		var corrupt *store.CorruptError
		if !errors.As(p, &corrupt) || corrupt.Path != path {
			t.Errorf("verifying version %d: %v, expected a problem of %s", version, p, path)
		}
	}
}

// spoil spoils a snapshot in as many ways as it has bytes, or in some of them, and
// checks each. The function returns which file is spoiled in way i, how, and what
// it holds then.
func spoil(t *testing.T, what string, way func(r *rand.Rand, s *spoiled, i int) (name, done string, data []byte)) {
	t.Helper()
	seed := crashSeed(t)
	s := newSpoiled(t)
	r := rand.New(rand.NewPCG(seed, 0))
	picked := sampled(r, 0, s.size(), 60)
	losses := 0
	for _, i := range picked {
		name, done, data := way(r, s, i)
		s.write(t, name, data)
		if !t.Run(name+" "+done, func(t *testing.T) { s.check(t, name) }) {
			losses++
		}
		s.write(t, name, s.bytes[name])
	}
	for v := range s.right {
		s.checkSame(t, v) // that all files are as they were
	}
	tally(t, len(picked), what)
	tally(t, losses, "losses")
}

// TestCrashOfEveryByte spoils every byte of a snapshot, one at a time.
func TestCrashOfEveryByte(t *testing.T) {
	t.Parallel()
	spoil(t, "bytes flipped", func(r *rand.Rand, s *spoiled, i int) (name, done string, data []byte) {
		name, off := s.at(i)
		data = slices.Clone(s.bytes[name])
		mask := byte(1 + r.IntN(255))
		data[off] ^= mask
		return name, fmt.Sprintf("byte %d flipped with %#x", off, mask), data
	})
}

// TestCrashOfEveryLength cuts every file short to every length.
func TestCrashOfEveryLength(t *testing.T) {
	t.Parallel()
	spoil(t, "truncations", func(_ *rand.Rand, s *spoiled, i int) (name, done string, data []byte) {
		name, off := s.at(i)
		return name, fmt.Sprintf("cut to %d bytes", off), s.bytes[name][:off]
	})
}
