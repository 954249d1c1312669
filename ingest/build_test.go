package ingest

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

// shop is a small parent segment with every kind of column.
func shop() (*model.ParentSegment, memorySource) {
	table := func(name string) model.TableRef { return model.TableRef{Schema: "db", Table: name} }
	attribute := func(name string) model.AttributeSource {
		return model.AttributeSource{Name: name, Table: table("traits"), KeyColumn: "id", ValueColumn: name}
	}
	p := &model.ParentSegment{
		Name: "Shop", Timezone: "UTC",
		Master: model.Master{Table: table("customers"), KeyColumn: "id"},
		Attributes: []model.AttributeSource{
			attribute("tier"), attribute("ltv"), attribute("orders"), attribute("score"), attribute("opted_in"),
			attribute("birthday"), attribute("seen"), attribute("interests"), attribute("sizes"),
		},
		Behaviors: []model.BehaviorSource{{
			Name: "purchase", Table: table("purchases"), KeyColumn: "id", TimeColumn: "at", AllFields: true,
		}},
	}
	src := memorySource{
		"db.customers": newTable([]arrow.Field{field("id", text)},
			`[{"id":"c"},{"id":"a"}]`, `[{"id":"d"},{"id":"b"}]`),
		"db.traits": newTable([]arrow.Field{
			field("id", text), field("tier", text), field("ltv", money), field("orders", whole), field("score", float),
			field("opted_in", boolean), field("birthday", date), field("seen", instant),
			field("interests", arrow.ListOf(text)), field("sizes", arrow.ListOf(whole)),
		},
			`[{"id":"a","tier":"Gold","ltv":"1500.00","orders":3,"score":0.5,"opted_in":true,"birthday":"1980-02-29","seen":"2024-05-01T10:00:00Z","interests":["golf","tennis"],"sizes":[1,2]},
			  {"id":"b","tier":"","ltv":"-0.01","orders":-1,"score":-0.0,"opted_in":false,"birthday":"1969-12-31","seen":"1969-12-31T23:59:59.999999Z","interests":[],"sizes":[null,2]},
			  {"id":"c"}]`),
		"db.purchases": newTable([]arrow.Field{field("id", text), field("at", instant), field("amount", money)},
			`[{"id":"a","at":"2024-05-01T00:00:00Z","amount":"10.00"},
			  {"id":"a","at":"2024-05-31T23:59:59.999999Z","amount":"5.00"},
			  {"id":"b","at":null,"amount":"7.00"},
			  {"id":"b","at":"2024-06-01T00:00:00Z","amount":null}]`),
	}
	return p, src
}

// build builds p from src in a new folder and opens the result.
func build(t *testing.T, p *model.ParentSegment, src memorySource) (*engine.DB, *store.Manifest) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "snap")
	m, err := Build(t.Context(), p, src, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	db, err := engine.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db, m
}

// asOf is the time that the tests look from.
var asOf = time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC)

// members returns the keys that a rule selects at asOf, joined by spaces.
func members(t *testing.T, db *engine.DB, rule string) string {
	t.Helper()
	q, err := db.Query(rule)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for key, err := range q.At(asOf).Keys(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	return strings.Join(keys, " ")
}

func TestBuildThenAsk(t *testing.T) {
	p, src := shop()
	db, m := build(t, p, src)
	for _, c := range []struct{ rule, want string }{
		{"tier = 'Gold'", "a"},
		{"tier != 'Gold'", "b c d"},
		{"tier is null", "c d"},
		{"tier = ''", "b"},
		{"tier contains 'ol'", "a"},
		{"ltv > 1000", "a"},
		{"ltv < 0", "b"},
		{"ltv = -0.01", "b"},
		{"orders >= 3", "a"},
		{"orders in (3, -1)", "a b"},
		{"score = 0", "b"},
		{"opted_in", "a"},
		{"not opted_in", "b c d"},
		{"birthday = '1980-02-29'", "a"},
		{"birthday before '1970-01-01'", "b"},
		{"seen since '2024-05-01'", "a"},
		{"seen = '1969-12-31'", "b"},
		{"interests = 'golf'", "a"},
		{"interests all in ('golf', 'tennis')", "a b"},
		{"interests at least 2 in ('golf', 'tennis', 'ski')", "a"},
		{"interests is null", "c d"},
		{"sizes != 2", "a"},
		{"sizes exactly 1 = 2", "a b"},
		{"purchase", "a b"},
		{"purchase count = 0", "c d"},
		{"purchase count >= 2", "a"}, // b's event at as_of is not seen
		{"purchase count < 2", "b c d"},
		{"purchase count >= 2 in last 1 full month", "a"},
		{"purchase this month", ""},
		{"purchase between '2024-05-01T00:00:00.000001Z' and '2024-05-31T23:59:59.999998Z'", ""},
		{"purchase between '2024-05-01T00:00:00Z' and '2024-05-31T23:59:59.999998Z'", "a"},
		{"purchase in next 1 day", "b"},
		{"purchase count != 2 in last 31 days", "b c d"},
	} {
		if got := members(t, db, c.rule); got != c.want {
			t.Errorf("%s: %q, want %q", c.rule, got, c.want)
		}
	}
	want := []store.TableReport{
		{Table: "db.customers", Location: "memory/customers", Use: "master", KeyColumn: "id", Names: []string{}, Rows: 4, Loaded: 4},
		{Table: "db.traits", Location: "memory/traits", Use: "attributes", KeyColumn: "id", Rows: 3, Loaded: 3, Names: []string{
			"tier", "ltv", "orders", "score", "opted_in", "birthday", "seen", "interests", "sizes",
		}},
		{Table: "db.purchases", Location: "memory/purchases", Use: "behavior", KeyColumn: "id", Names: []string{"purchase"}, Rows: 4, Loaded: 4, Undated: 1},
	}
	if diff := cmp.Diff(want, m.Load.Tables); diff != "" {
		t.Errorf("load report (-want +got):\n%s", diff)
	}
}

// TestRowsGiveBackWhatWasLoaded reads every type of value back.
func TestRowsGiveBackWhatWasLoaded(t *testing.T) {
	p, src := shop()
	db, _ := build(t, p, src)
	q, err := db.Query("tier is not null")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for row, err := range q.Rows(t.Context(), "tier", "ltv", "orders", "score", "opted_in", "birthday", "seen", "interests", "sizes") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, cmpText(row))
	}
	want := []string{
		"a: Gold 1500.00 3 0.5 true 1980-02-29 2024-05-01T10:00:00Z [golf tennis] [1 2]",
		"b:  -0.01 -1 -0 false 1969-12-31 1969-12-31T23:59:59.999999Z [] [<nil> 2]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// TestWhatIsLeftOutIsCounted loads rows that cannot be loaded.
func TestWhatIsLeftOutIsCounted(t *testing.T) {
	p, src := shop()
	p.Attributes = p.Attributes[:1]
	p.Master.Filters = []model.ColumnFilter{{Column: "country", Values: []string{"JP", "US"}}}
	src["db.customers"] = newTable([]arrow.Field{field("id", text), field("country", text)},
		`[{"id":"a","country":"JP"},{"id":"b","country":"DE"},{"id":null,"country":"JP"},{"id":"c","country":null},{"id":"d","country":"US"}]`)
	src["db.traits"] = newTable([]arrow.Field{field("id", text), field("tier", text)},
		`[{"id":"a","tier":"Gold"},{"id":"zz","tier":"Gold"},{"id":null,"tier":"Gold"}]`)
	src["db.purchases"] = newTable([]arrow.Field{field("id", text), field("at", nanos), field("score", float)},
		`[{"id":"a","at":"2024-05-01T00:00:00.000000001Z","score":1},{"id":"b","at":"2024-05-01T00:00:00Z","score":1},{"id":null,"at":null,"score":2}]`)
	db, m := build(t, p, src)
	want := []store.TableReport{
		{Table: "db.customers", Location: "memory/customers", Use: "master", KeyColumn: "id", Names: []string{}, Rows: 5, Loaded: 2, NullKeys: 1, NullKeyRows: []int64{3}, Filtered: 2},
		{Table: "db.traits", Location: "memory/traits", Use: "attributes", KeyColumn: "id", Names: []string{"tier"}, Rows: 3, Loaded: 1, NullKeys: 1, NullKeyRows: []int64{3}, Orphans: 1, OrphanKeys: []string{"zz"}},
		{Table: "db.purchases", Location: "memory/purchases", Use: "behavior", KeyColumn: "id", Names: []string{"purchase"}, Rows: 3, Loaded: 1, NullKeys: 1, NullKeyRows: []int64{3}, Orphans: 1, OrphanKeys: []string{"b"}, SubMicros: 1},
	}
	if diff := cmp.Diff(want, m.Load.Tables); diff != "" {
		t.Errorf("load report (-want +got):\n%s", diff)
	}
	if got := members(t, db, "tier is null or tier is not null"); got != "a d" {
		t.Errorf("customers: %q, want %q", got, "a d")
	}
}

// TestBuildErrors asks for builds that must fail, with the whole message.
func TestBuildErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(p *model.ParentSegment, src memorySource)
		want   string
	}{
		{"duplicate customers", func(_ *model.ParentSegment, src memorySource) {
			src["db.customers"] = newTable([]arrow.Field{field("id", text)}, `[{"id":"b"},{"id":"a"},{"id":"b"},{"id":"a"},{"id":"a"}]`)
		}, `table db.customers (memory/customers): column "id" must be unique, but 2 of its values occur in several rows: "a", "b"`},
		{"two attribute rows for a customer", func(_ *model.ParentSegment, src memorySource) {
			src["db.traits"].batches = append(src["db.traits"].batches, src["db.traits"].batches[0])
			src["db.traits"].rows = 6
		}, `table db.traits (memory/traits): column "id" must be unique, but 3 of its values occur in several rows: "a", "b", "c"`},
		{"missing table, column and key at once", func(p *model.ParentSegment, src memorySource) {
			p.Attributes[0].Table.Table = "trait"
			p.Attributes[1].ValueColumn = "lvt"
			p.Behaviors[0].KeyColumn = "customer"
			p.Attributes = p.Attributes[:2]
		}, `attributes[0] (tier): table db.trait is not in memory [UNKNOWN_TABLE]
attributes[1] (ltv).value_column: table db.traits (memory/traits): no column "lvt"; columns there: id, tier, ltv, orders, score, opted_in, birthday, seen, interests, sizes [UNKNOWN_COLUMN]
behaviors[0] (purchase).key_column: table db.purchases (memory/purchases): no column "customer"; columns there: id, at, amount [UNKNOWN_COLUMN]`},
		{"keys of another type", func(p *model.ParentSegment, src memorySource) {
			p.Attributes = nil
			src["db.purchases"] = newTable([]arrow.Field{field("id", whole), field("at", instant)}, `[]`)
		}, `behaviors[0] (purchase).key_column: table db.purchases (memory/purchases): key column "id" is number (int64), but the master table db.customers (memory/customers) has "id" as string [KEY_TYPE]`},
		{"keys of no fit type", func(p *model.ParentSegment, src memorySource) {
			p.Attributes, p.Behaviors = nil, nil
			src["db.customers"] = newTable([]arrow.Field{field("id", float)}, `[]`)
		}, `master_table.key_column: table db.customers (memory/customers): key column "id" is number (float64), expected string or number (int64) [KEY_TYPE]`},
		{"forced type contradicts", func(p *model.ParentSegment, _ memorySource) {
			p.Attributes = p.Attributes[:1]
			p.Attributes[0].Kind = model.Number
		}, `attributes[0] (tier): table db.traits (memory/traits), column "tier": configured as number, but the source has string [TYPE_MISMATCH]`},
		{"time column is no time", func(p *model.ParentSegment, _ memorySource) {
			p.Attributes = nil
			p.Behaviors[0].TimeColumn = "amount"
		}, `behaviors[0] (purchase): table db.purchases (memory/purchases), column "amount": a timestamp is expected, the source has decimal(10, 2) [TYPE_MISMATCH]`},
		{"unix milliseconds", func(p *model.ParentSegment, src memorySource) {
			p.Attributes = nil
			src["db.purchases"] = newTable([]arrow.Field{field("id", text), field("at", whole)}, `[{"id":"a","at":1717200000},{"id":"a","at":1717200000000}]`)
		}, `table db.purchases (memory/purchases): column "at", row 2: 1717200000000 as unix seconds is outside of the years 1900 to 2200; milliseconds?`},
		{"a decimal of more digits than its type", func(p *model.ParentSegment, src memorySource) {
			p.Attributes = p.Attributes[1:2]
			wide := array.NewDecimal128Builder(memory.DefaultAllocator, money)
			wide.Append(decimal128.New(1, 5)) // 2^64 + 5
			traits := newTable([]arrow.Field{field("id", text), field("ltv", money)}, `[{"id":"a","ltv":"1.00"}]`)
			traits.batches[0] = array.NewRecordBatch(traits.schema, []arrow.Array{traits.batches[0].Column(0), wide.NewArray()}, 1)
			src["db.traits"] = traits
		}, `table db.traits (memory/traits): column "ltv", row 1: 184467440737095516.21 has more digits than decimal(10,2) holds`},
		{"a filter that does not fit", func(p *model.ParentSegment, src memorySource) {
			p.Attributes, p.Behaviors = nil, nil
			p.Master.Filters = []model.ColumnFilter{{Column: "plan", Values: []string{"one"}}, {Column: "rate"}}
			src["db.customers"] = newTable([]arrow.Field{field("id", text), field("plan", whole), field("rate", float)}, `[]`)
		}, `master_table.filters[0]: table db.customers (memory/customers): column "plan" holds whole numbers, "one" is none [TYPE_MISMATCH]
master_table.filters[1]: table db.customers (memory/customers): column "rate" is number (float64); a filter can be on a string, whole numbers or a boolean [TYPE_MISMATCH]`},
		{"a name twice", func(p *model.ParentSegment, _ memorySource) {
			p.Attributes = p.Attributes[:1]
			p.Attributes[0].Name = "purchase"
		}, `behavior purchase: the name "purchase" is taken by the attribute of that name [AMBIGUOUS_NAME]`},
		{"a source that fails midway", func(_ *model.ParentSegment, src memorySource) {
			src["db.purchases"].fail = errors.New("connection lost")
		}, `table db.purchases: connection lost`},
		{"a source that delivers too few rows", func(_ *model.ParentSegment, src memorySource) {
			src["db.purchases"].rows = 5
		}, `table db.purchases (memory/purchases): 4 rows came, 5 expected`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, src := shop()
			c.change(p, src)
			dir := filepath.Join(t.TempDir(), "snap")
			_, err := Build(t.Context(), p, src, dir, nil)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(c.want, err.Error()); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}
			if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the snapshot folder is there: %v", err)
			}
		})
	}
}

// TestBuildReplacesWhole builds twice into one folder, with a reader of the
// first version open all the while, and once in vain.
func TestBuildReplacesWhole(t *testing.T) {
	p, src := shop()
	dir := filepath.Join(t.TempDir(), "snap")
	if _, err := Build(t.Context(), p, src, dir, nil); err != nil {
		t.Fatal(err)
	}
	db, err := engine.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	old, err := db.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := old.Close(); err != nil {
			t.Error(err)
		}
	}()
	src["db.customers"] = newTable([]arrow.Field{field("id", text)}, `[{"id":"a"}]`)
	m, err := Build(t.Context(), p, src, dir, &Options{Full: true, Keep: 1})
	if err != nil {
		t.Fatal(err)
	}
	if m.Version != 2 {
		t.Errorf("version %d, want 2", m.Version)
	}
	src["db.purchases"].fail = errors.New("connection lost")
	if _, err := Build(t.Context(), p, src, dir, &Options{Full: true}); err == nil {
		t.Fatal("a failing source built a snapshot")
	}
	current, err := engine.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := current.Close(); err != nil {
			t.Error(err)
		}
	}()
	if got := members(t, current, "purchase or not purchase"); got != "a" {
		t.Errorf("current version: %q, want %q", got, "a")
	}
	if got := everybody(t, old); got != "a b c d" {
		t.Errorf("version opened before: %q, want %q", got, "a b c d")
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := []string{"00000002", "LOCK", "MANIFEST"}; !slices.Equal(names, want) {
		t.Errorf("files %q, want %q", names, want)
	}
}

// everybody returns the keys of a version's customers, joined by spaces.
func everybody(t *testing.T, s *engine.Snapshot) string {
	t.Helper()
	q, err := s.Query("purchase or not purchase")
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for key, err := range q.Keys(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	return strings.Join(keys, " ")
}

// TestOrderOfArrivalDoesNotMatter builds the same data in two orders and wants
// the same bytes.
func TestOrderOfArrivalDoesNotMatter(t *testing.T) {
	var sums [2][]store.FileInfo
	for i, customers := range []string{`[{"id":"a"},{"id":"b"}]`, `[{"id":"b"},{"id":"a"}]`} {
		p, src := shop()
		p.Attributes = p.Attributes[:2]
		src["db.customers"] = newTable([]arrow.Field{field("id", text)}, customers)
		events := []string{
			`[{"id":"a","at":"2024-05-01T00:00:00Z","amount":"10.00"}]`,
			`[{"id":"a","at":"2024-05-01T00:00:00Z","amount":"5.00"}]`,
			`[{"id":"b","at":null,"amount":"7.00"}]`,
			`[{"id":"b","at":"2024-04-01T00:00:00Z","amount":null}]`,
		}
		if i == 1 {
			slices.Reverse(events)
		}
		src["db.purchases"] = newTable([]arrow.Field{field("id", text), field("at", instant), field("amount", money)}, events...)
		_, m := build(t, p, src)
		sums[i] = m.Files
	}
	if diff := cmp.Diff(sums[0], sums[1]); diff != "" {
		t.Errorf("files differ:\n%s", diff)
	}
}

// TestFilterOnAMasterThatGivesAttributes keeps the current row of each customer,
// of several in the master table, which is the attribute table as well.
func TestFilterOnAMasterThatGivesAttributes(t *testing.T) {
	p, src := shop()
	p.Attributes, p.Behaviors = nil, nil
	p.Master.AllColumns = true
	p.Master.Filters = []model.ColumnFilter{{Column: "status", Values: []string{"active"}}}
	src["db.customers"] = newTable([]arrow.Field{field("id", text), field("status", text), field("plan", whole)},
		`[{"id":"a","status":"active","plan":1},{"id":"a","status":"closed","plan":2},{"id":"b","status":"active","plan":3},{"id":"c","status":"closed","plan":4}]`)
	db, m := build(t, p, src)
	for rule, want := range map[string]string{"plan in (1, 3)": "a b", "plan in (2, 4)": "", "status = 'active'": "a b"} {
		if got := members(t, db, rule); got != want {
			t.Errorf("%s: %q, want %q", rule, got, want)
		}
	}
	want := store.TableReport{
		Table: "db.customers", Location: "memory/customers", Use: "attributes", KeyColumn: "id",
		Names: []string{"status", "plan"}, Rows: 4, Loaded: 2, Filtered: 2,
	}
	if diff := cmp.Diff(want, m.Load.Tables[1]); diff != "" {
		t.Errorf("load report (-want +got):\n%s", diff)
	}
}

// TestOrphanKeysAreDistinct names each orphan once, whatever becomes of the
// memory that it came in.
func TestOrphanKeysAreDistinct(t *testing.T) {
	p, src := shop()
	p.Attributes = nil
	long := strings.Repeat("é", 100)
	src["db.purchases"] = newTable([]arrow.Field{field("id", text), field("at", instant)},
		`[{"id":"x"},{"id":"x"},{"id":"y"},{"id":"`+long+`"}]`)
	_, m := build(t, p, src)
	report := m.Load.Tables[1]
	if want := []string{"x", "y", strings.Repeat("é", 50) + "…"}; report.Orphans != 4 || !slices.Equal(report.OrphanKeys, want) {
		t.Errorf("%d orphans, named %q, want 4 and %q", report.Orphans, report.OrphanKeys, want)
	}
}

// TestTimesFarOut loads times in years that JSON has no form for.
func TestTimesFarOut(t *testing.T) {
	p, src := shop()
	p.Attributes = nil
	events := newTable([]arrow.Field{field("id", text), field("at", instant)}, `[{"id":"a","at":"2024-05-01T00:00:00Z"}]`)
	times := array.NewTimestampBuilder(memory.DefaultAllocator, &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"})
	times.AppendValues([]arrow.Timestamp{math.MaxInt64 / 2}, nil)
	events.batches[0] = array.NewRecordBatch(events.schema, []arrow.Array{events.batches[0].Column(0), times.NewArray()}, 1)
	src["db.purchases"] = events
	db, m := build(t, p, src)
	if *m.Behaviors[0].Last != math.MaxInt64/2 {
		t.Errorf("last event at %d, want %d", *m.Behaviors[0].Last, int64(math.MaxInt64/2))
	}
	if got := members(t, db, "purchase in next 9999 years"); got != "" {
		t.Errorf("%q, want nobody before the year 12,000", got)
	}
}

// TestLocalTimes reads times without a zone in the parent segment's zone.
func TestLocalTimes(t *testing.T) {
	p, src := shop()
	p.Timezone, p.Attributes = "Asia/Tokyo", nil
	src["db.purchases"] = newTable([]arrow.Field{field("id", text), field("at", localTime)}, `[{"id":"a","at":"2024-05-01T00:00:00"}]`)
	db, m := build(t, p, src)
	if got := members(t, db, "purchase between '2024-05-01' and '2024-05-01'"); got != "a" {
		t.Errorf("%q, want %q", got, "a")
	}
	if want := time.Date(2024, 4, 30, 15, 0, 0, 0, time.UTC).UnixMicro(); *m.Behaviors[0].First != want {
		t.Errorf("first event at %d, want %d", *m.Behaviors[0].First, want)
	}
	want := []string{`column "at": times without a zone are read as local times in Asia/Tokyo`}
	if diff := cmp.Diff(want, m.Load.Tables[1].Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

// TestCancelLeavesNothing cancels a build at its first progress.
func TestCancelLeavesNothing(t *testing.T) {
	p, src := shop()
	dir := filepath.Join(t.TempDir(), "snap")
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Build(ctx, p, src, dir, &Options{Progress: func(Progress) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want %v", err, context.Canceled)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the snapshot folder is there: %v", err)
	}
}
