package ingest

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
	"github.com/rollcall-db/rollcall/engine/window"
)

var visitFields = []arrow.Field{field("id", text), field("at", instant), field("page", text)}

// club is two customers with visits in one part.
func club() (*model.ParentSegment, memorySource) {
	table := func(name string) model.TableRef { return model.TableRef{Schema: "db", Table: name} }
	p := &model.ParentSegment{
		Name: "Club", Timezone: "UTC",
		Master:    model.Master{Table: table("members"), KeyColumn: "id", AllColumns: true},
		Behaviors: []model.BehaviorSource{{Name: "visit", Table: table("visits"), KeyColumn: "id", TimeColumn: "at", AllFields: true}},
	}
	return p, memorySource{
		"db.members": newTable([]arrow.Field{field("id", text), field("plan", text)}, `[{"id":"ann","plan":"gold"},{"id":"bob","plan":"blue"}]`),
		"db.visits": newTable(visitFields,
			`[{"id":"ann","at":"2024-05-01T10:00:00Z","page":"/a"},{"id":"bob","at":"2024-05-20T10:00:00Z","page":"/b"},{"id":"bob","at":null,"page":"/c"},{"id":"cyd","at":"2024-05-02T00:00:00Z","page":"/d"}]`),
	}
}

// refresh builds into dir and returns the report of the last table, which is that
// of the visits.
func refresh(t *testing.T, p *model.ParentSegment, src memorySource, dir string, opts Options) store.TableReport {
	t.Helper()
	if opts.AsOf.IsZero() {
		opts.AsOf = asOf
	}
	opts.FS = quick()
	m, err := Build(t.Context(), p, src, dir, &opts)
	if err != nil {
		t.Fatal(err)
	}
	return m.Load.Tables[len(m.Load.Tables)-1]
}

// numbers returns the counts of a report: rows, known, loaded, orphans, expired,
// repeated, aged.
func numbers(r store.TableReport) [7]int64 {
	return [7]int64{r.Rows, r.Known, r.Loaded, r.Orphans, r.Expired, r.Repeated, r.Aged}
}

// lines returns the visits of a dump.
func lines(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	for line := range strings.Lines(dump(t, store.OS, dir, 0)) {
		if _, rest, ok := strings.Cut(strings.TrimSpace(line), `" visit `); ok {
			found = append(found, strings.TrimPrefix(line[:strings.Index(line, `" `)], `"`)+" "+rest)
		}
	}
	return found
}

// TestRefreshReadsWhatIsNew follows the load reports of builds: a part that was
// read is not read again, one that has changed makes the table be read whole.
func TestRefreshReadsWhatIsNew(t *testing.T) {
	p, src := club()
	dir := filepath.Join(t.TempDir(), "snap")
	visits := src["db.visits"]
	day2 := `[{"id":"ann","at":"2024-05-21T10:00:00Z","page":"/e"}]`
	for _, step := range []struct {
		what string
		do   func()
		want [7]int64
	}{
		{"first", func() {}, [7]int64{4, 0, 3, 1, 0, 0, 0}},
		{"nothing new", func() {}, [7]int64{0, 4, 0, 0, 0, 0, 0}},
		{"a new part", func() { src["db.visits"] = newTable(visitFields, visits.texts[0], day2) }, [7]int64{1, 4, 1, 0, 0, 0, 0}},
		{"a part is another one", func() {
			src["db.visits"] = newTable(visitFields, visits.texts[0], strings.Replace(day2, "/e", "/f", 1))
		}, [7]int64{5, 0, 4, 1, 0, 0, 0}},
		{"a part is gone", func() { src["db.visits"] = visits }, [7]int64{4, 0, 3, 1, 0, 0, 0}},
		{"an orphan's customer joins", func() {
			src["db.members"] = newTable([]arrow.Field{field("id", text), field("plan", text)}, `[{"id":"ann","plan":"gold"},{"id":"bob","plan":"blue"},{"id":"cyd","plan":null}]`)
		}, [7]int64{4, 0, 4, 0, 0, 0, 0}},
		{"parts that nobody can tell", func() { src["db.visits"].opaque = true }, [7]int64{4, 0, 4, 0, 0, 0, 0}},
	} {
		step.do()
		if got := numbers(refresh(t, p, src, dir, Options{})); got != step.want {
			t.Errorf("%s: rows, known, loaded, orphans, expired, repeated, aged are %v, want %v", step.what, got, step.want)
		}
		verify(t, dir)
	}
}

// TestOverlap gives events again: those that are stored count once.
func TestOverlap(t *testing.T) {
	p, src := club()
	dir := filepath.Join(t.TempDir(), "snap")
	refresh(t, p, src, dir, Options{})
	first := src["db.visits"].texts[0]
	// The newest stored event is of the 20th. Again in the new part: one of then, one
	// of the 1st, which is too old to be looked for, and the undated one, twice.
	src["db.visits"] = newTable(visitFields, first, `[{"id":"bob","at":"2024-05-20T10:00:00Z","page":"/b"},{"id":"ann","at":"2024-05-01T10:00:00Z","page":"/a"},
		{"id":"bob","at":null,"page":"/c"},{"id":"bob","at":null,"page":"/c"},{"id":"ann","at":"2024-05-22T10:00:00Z","page":"/x"}]`)
	if got, want := numbers(refresh(t, p, src, dir, Options{Overlap: 24 * time.Hour})), [7]int64{5, 4, 3, 0, 0, 2, 0}; got != want {
		t.Errorf("rows, known, loaded, orphans, expired, repeated, aged are %v, want %v", got, want)
	}
	want := []string{
		"ann 2024-05-01T10:00:00Z /a", "ann 2024-05-01T10:00:00Z /a", "ann 2024-05-22T10:00:00Z /x",
		"bob 2024-05-20T10:00:00Z /b", "bob NULL /c", "bob NULL /c",
	}
	if diff := cmp.Diff(want, lines(t, dir)); diff != "" {
		t.Error(diff)
	}
	// A part that has grown: what is older than the overlap is taken as stored.
	src["db.visits"].texts[0] += " "
	if got, want := numbers(refresh(t, p, src, dir, Options{Overlap: 72 * time.Hour})), [7]int64{4, 5, 0, 1, 0, 3, 0}; got != want {
		t.Errorf("a part has grown: rows, known, loaded, orphans, expired, repeated, aged are %v, want %v", got, want)
	}
	verify(t, dir)
}

// TestErasure deletes a customer: at once they are in no answer, and after a
// compaction no byte of any file tells of them.
func TestErasure(t *testing.T) {
	for _, renumber := range []bool{false, true} {
		p, src := club()
		dir := filepath.Join(t.TempDir(), "snap")
		src["db.visits"] = newTable(visitFields, src["db.visits"].texts[0], `[{"id":"ann","at":"2024-05-22T10:00:00Z","page":"/page-of-ann"}]`)
		src["db.members"] = newTable([]arrow.Field{field("id", text), field("plan", text)}, `[{"id":"ann","plan":"plan-of-ann"},{"id":"bob","plan":"blue"}]`)
		refresh(t, p, src, dir, Options{})
		src["db.members"] = newTable([]arrow.Field{field("id", text), field("plan", text)}, `[{"id":"bob","plan":"blue"}]`)
		refresh(t, p, src, dir, Options{})
		db, err := engine.Open(dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, rule := range []string{"plan = 'plan-of-ann'", "visit where page = '/page-of-ann'", "plan != 'blue'"} {
			if got := members(t, db, rule); got != "" {
				t.Errorf("%s selects %q, who is deleted", rule, got)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if !holds(t, dir, "of-ann") {
			t.Fatal("the test finds nothing even before the compaction")
		}
		if _, err := Compact(t.Context(), dir, &CompactOptions{Renumber: renumber}); err != nil {
			t.Fatal(err)
		}
		if holds(t, dir, "of-ann") || holds(t, dir, "ann") {
			t.Errorf("renumber %v: the customer is still in the files", renumber)
		}
		verify(t, dir)
		// And they may come back, with all that the source has of them.
		src["db.members"] = newTable([]arrow.Field{field("id", text), field("plan", text)}, `[{"id":"ann","plan":"new"},{"id":"bob","plan":"blue"}]`)
		refresh(t, p, src, dir, Options{})
		if got := lines(t, dir); !slices.Contains(got, "ann 2024-05-22T10:00:00Z /page-of-ann") {
			t.Errorf("renumber %v: after they came back the events are %q", renumber, got)
		}
	}
}

// holds reports whether a file below dir holds some bytes, the lock and the
// reports of manifests included.
func holds(t *testing.T, dir, what string) bool {
	t.Helper()
	found := false
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		found = found || bytes.Contains(data, []byte(what))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestRetention lets events become too old: they are in no answer any more, and
// in no file once their part is written anew.
func TestRetention(t *testing.T) {
	p, src := club()
	p.Behaviors[0].Keep = window.Spec{Form: window.InLast, N: 40, Unit: window.Day}
	dir := filepath.Join(t.TempDir(), "snap")
	if got, want := numbers(refresh(t, p, src, dir, Options{})), [7]int64{4, 0, 3, 1, 0, 0, 0}; got != want {
		t.Errorf("first: %v, want %v", got, want)
	}
	later := asOf.AddDate(0, 0, 15)
	report := refresh(t, p, src, dir, Options{AsOf: later})
	if got, want := numbers(report), [7]int64{0, 4, 0, 0, 0, 0, 1}; got != want {
		t.Errorf("later: %v, want %v", got, want)
	}
	if got, want := lines(t, dir), []string{"bob 2024-05-20T10:00:00Z /b", "bob NULL /c"}; !slices.Equal(got, want) {
		t.Errorf("later the events are %q, want %q", got, want)
	}
	// As of before, the event would have to be there again: it is read again.
	if got, want := numbers(refresh(t, p, src, dir, Options{})), [7]int64{4, 0, 3, 1, 0, 0, 0}; got != want {
		t.Errorf("as of before: %v, want %v", got, want)
	}
}

// TestRefreshTakesOverWhatStays adds an attribute and a behavior to the
// configuration: only they are read.
func TestRefreshTakesOverWhatStays(t *testing.T) {
	p, src := club()
	dir := filepath.Join(t.TempDir(), "snap")
	refresh(t, p, src, dir, Options{})
	another := p.Behaviors[0]
	another.Name = "aardvark"
	p.Behaviors = append([]model.BehaviorSource{another}, p.Behaviors...)
	p.Attributes = []model.AttributeSource{{Name: "also", Table: model.TableRef{Schema: "db", Table: "members"}, KeyColumn: "id", ValueColumn: "plan"}}
	m, err := Build(t.Context(), p, src, dir, &Options{FS: quick(), AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	var read []string
	for _, r := range m.Load.Tables {
		if r.Rows > 0 {
			read = append(read, r.Use+" "+strings.Join(r.Names, ","))
		}
	}
	if want := []string{"attributes also,plan", "behavior aardvark"}; !slices.Equal(read, want) {
		t.Errorf("read were %q, want %q", read, want)
	}
	adopted := map[string]string{}
	for _, f := range m.Files {
		if !strings.HasPrefix(f.Path, "00000002/") {
			adopted[f.Name] = f.Path
		}
	}
	for name, path := range map[string]string{
		store.KeysFile: "00000001/keys.arrow", store.AttributeFile(1): "00000001/attribute-0000.arrow", store.PartFile(1, 0): "00000001/behavior-0000-0000.events",
	} {
		if adopted[name] != path {
			t.Errorf("%s is %q, want %s of version 1", name, adopted[name], path)
		}
	}
	verify(t, dir)
}

// TestPartsStayFew refreshes day after day: the number of parts grows with the
// logarithm of the number of events.
func TestPartsStayFew(t *testing.T) {
	p, src := club()
	dir := filepath.Join(t.TempDir(), "snap")
	parts := []string{}
	most := 0
	for day := range 60 {
		at := time.Date(2024, 1, 1+day, 0, 0, 0, 0, time.UTC).Format(time.RFC3339)
		parts = append(parts, `[{"id":"ann","at":"`+at+`","page":"/a"},{"id":"bob","at":"`+at+`","page":"/b"}]`)
		src["db.visits"] = newTable(visitFields, parts...)
		m, err := Build(t.Context(), p, src, dir, &Options{FS: quick(), AsOf: asOf})
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, len(m.Behaviors[0].Parts))
	}
	if most < 2 || most > 7 {
		t.Errorf("up to %d parts of 120 events, expected a few", most)
	}
	if got := len(lines(t, dir)); got != 120 {
		t.Errorf("%d events, want 120", got)
	}
	verify(t, dir)
}

// TestKeptVersions keeps as many as it is told to, each with its own answers.
func TestKeptVersions(t *testing.T) {
	p, src := club()
	dir := filepath.Join(t.TempDir(), "snap")
	var dumps []string
	for _, plan := range []string{"a", "b", "c", "d"} {
		src["db.members"] = newTable([]arrow.Field{field("id", text), field("plan", text)}, `[{"id":"ann","plan":"`+plan+`"},{"id":"bob","plan":"blue"}]`)
		refresh(t, p, src, dir, Options{Keep: 3})
		dumps = append(dumps, dump(t, store.OS, dir, 0))
	}
	versions, err := store.Versions(store.OS, dir)
	if want := []uint64{2, 3, 4}; err != nil || !slices.Equal(versions, want) {
		t.Errorf("versions %v (%v), want %v", versions, err, want)
	}
	for _, v := range versions {
		if diff := cmp.Diff(dumps[v-1], dump(t, store.OS, dir, v)); diff != "" {
			t.Errorf("version %d is another one now:\n%s", v, diff)
		}
	}
}

// membersTable returns a master table of these customers.
func membersTable(ids ...string) *memoryTable {
	rows := []map[string]any{}
	for _, id := range ids {
		rows = append(rows, map[string]any{"id": id, "plan": "blue"})
	}
	return newTable([]arrow.Field{field("id", text), field("plan", text)}, asJSON(rows))
}

// visit is an event as a table of visits has it.
func visit(id, day, page string) string {
	return `{"id":"` + id + `","at":"2024-05-` + day + `T10:00:00Z","page":"` + page + `"}`
}

// TestBackAfterAMerge lets a customer leave, whose events go when their part is
// merged, and come back: their events are read again.
func TestBackAfterAMerge(t *testing.T) {
	p, src := club()
	dir := filepath.Join(t.TempDir(), "snap")
	first, second := "["+visit("ann", "01", "/a")+","+visit("bob", "20", "/b")+"]", "["+visit("bob", "21", "/c")+"]"
	for _, step := range []struct {
		who    []string
		visits []string
	}{{[]string{"ann", "bob"}, []string{first}}, {[]string{"bob"}, []string{first, second}}, {[]string{"ann", "bob"}, []string{first, second}}} {
		src["db.members"], src["db.visits"] = membersTable(step.who...), newTable(visitFields, step.visits...)
		refresh(t, p, src, dir, Options{})
	}
	want := []string{"ann 2024-05-01T10:00:00Z /a", "bob 2024-05-20T10:00:00Z /b", "bob 2024-05-21T10:00:00Z /c"}
	if diff := cmp.Diff(want, lines(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// TestOverlapLosesNothing lets customers join whose events were orphans, after the
// source has dropped others: stored events stay, theirs are found.
func TestOverlapLosesNothing(t *testing.T) {
	p, src := club()
	dir := filepath.Join(t.TempDir(), "snap")
	old, orphan, recent := "["+visit("ann", "01", "/old")+"]", "["+visit("cyd", "02", "/orphan")+","+visit("ann", "02", "/ann")+"]", "["+visit("bob", "21", "/c")+"]"
	src["db.members"], src["db.visits"] = membersTable("ann", "bob"), newTable(visitFields, old, orphan, recent)
	refresh(t, p, src, dir, Options{})
	src["db.visits"] = newTable(visitFields, "[]", orphan, recent)
	src["db.members"] = membersTable("ann", "bob", "cyd")
	if got, want := numbers(refresh(t, p, src, dir, Options{Overlap: 72 * time.Hour})), [7]int64{3, 0, 1, 0, 0, 2, 0}; got != want {
		t.Errorf("rows, known, loaded, orphans, expired, repeated, aged are %v, want %v", got, want)
	}
	want := []string{"ann 2024-05-01T10:00:00Z /old", "ann 2024-05-02T10:00:00Z /ann", "bob 2024-05-21T10:00:00Z /c", "cyd 2024-05-02T10:00:00Z /orphan"}
	if diff := cmp.Diff(want, lines(t, dir)); diff != "" {
		t.Error(diff)
	}
	// Somebody leaves and comes back: stored events are not doubled.
	for _, who := range [][]string{{"ann", "cyd"}, {"ann", "bob", "cyd"}} {
		src["db.members"] = membersTable(who...)
		refresh(t, p, src, dir, Options{Overlap: 72 * time.Hour})
	}
	if diff := cmp.Diff(want, lines(t, dir)); diff != "" {
		t.Errorf("after bob came back:\n%s", diff)
	}
	p.Behaviors[0].AllFields = false
	_, err := Build(t.Context(), p, src, dir, &Options{FS: quick(), Delete: true, Overlap: time.Hour})
	const refused = `behavior "visit": its fields, its place or its keep have changed, so that its table must be read whole, ` +
		`and events that the source has dropped would be lost; build without an overlap to do that`
	if err == nil || err.Error() != refused {
		t.Errorf("another schema: %v, want %s", err, refused)
	}
}

// TestOverlapNeedsTheSameCustomers changes the time zone: nothing that is stored
// would stay.
func TestOverlapNeedsTheSameCustomers(t *testing.T) {
	p, src := club()
	dir := filepath.Join(t.TempDir(), "snap")
	refresh(t, p, src, dir, Options{})
	p.Timezone = "Asia/Tokyo"
	_, err := Build(t.Context(), p, src, dir, &Options{FS: quick(), Overlap: time.Hour})
	const refused = `the master table, its key, its filters or the time zone have changed, so that every table must be read whole, ` +
		`and events that the source has dropped would be lost; build without an overlap to do that`
	if err == nil || err.Error() != refused {
		t.Errorf("%v, want %s", err, refused)
	}
}

// TestOverlapOfSeveralFiles gives an event in three files: however many of them a
// refresh sees at once, it is there once.
func TestOverlapOfSeveralFiles(t *testing.T) {
	again := visit("bob", "20", "/b")
	files := []string{"[" + again + "]", "[" + again + "," + visit("bob", "21", "/2") + "]", "[" + again + "," + visit("bob", "22", "/3") + "]"}
	want := []string{"bob 2024-05-20T10:00:00Z /b", "bob 2024-05-21T10:00:00Z /2", "bob 2024-05-22T10:00:00Z /3"}
	for _, steps := range [][]int{{1, 2, 3}, {1, 3}} {
		p, src := club()
		dir := filepath.Join(t.TempDir(), "snap")
		for _, n := range steps {
			src["db.visits"] = newTable(visitFields, files[:n]...)
			refresh(t, p, src, dir, Options{Overlap: 72 * time.Hour})
		}
		if diff := cmp.Diff(want, lines(t, dir)); diff != "" {
			t.Errorf("%v files: %s", steps, diff)
		}
	}
}

// TestOverlapBesideTheFuture has an event of a year to come, and a file that grows:
// what is new in it is found all the same.
func TestOverlapBesideTheFuture(t *testing.T) {
	p, src := club()
	dir := filepath.Join(t.TempDir(), "snap")
	stored := `{"id":"ann","at":"2099-01-01T00:00:00Z","page":"/bogus"},` + visit("bob", "30", "/b")
	src["db.visits"] = newTable(visitFields, "["+stored+"]")
	refresh(t, p, src, dir, Options{})
	src["db.visits"] = newTable(visitFields, "["+stored+","+visit("bob", "31", "/new")+"]")
	if got, want := numbers(refresh(t, p, src, dir, Options{Overlap: 72 * time.Hour})), [7]int64{3, 0, 1, 0, 0, 2, 0}; got != want {
		t.Errorf("rows, known, loaded, orphans, expired, repeated, aged are %v, want %v", got, want)
	}
}

// TestOverlapsThatAreRefused says what an overlap may not be.
func TestOverlapsThatAreRefused(t *testing.T) {
	p, src := club()
	for _, opts := range []Options{{Overlap: -time.Hour}, {Overlap: time.Hour, Full: true}} {
		_, err := Build(t.Context(), p, src, filepath.Join(t.TempDir(), "snap"), &opts)
		if want := "an overlap of " + opts.Overlap.String() + ": it must not be negative, and a full build has none"; err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
