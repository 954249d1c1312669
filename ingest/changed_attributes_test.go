package ingest

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

// register is a master table and a table of attributes whose rows change one by one.
type register struct {
	r       *rand.Rand
	text    bool // keys are texts
	ids     int  // of people there may be
	members []map[string]any
	traits  []map[string]any
}

func newRegister(r *rand.Rand, text bool) *register {
	g := &register{r: r, text: text, ids: 60}
	for id := range 40 {
		g.members = append(g.members, g.member(id))
		if r.IntN(3) > 0 {
			g.traits = append(g.traits, g.trait(id))
		}
	}
	for id := range 8 {
		if r.IntN(2) == 0 {
			g.traits = append(g.traits, g.trait(50+id))
		}
	}
	return g
}

func (g *register) key(id int) any {
	switch {
	case id < 0:
		return nil
	case g.text:
		return fmt.Sprintf("member number %d", id)
	}
	return id - 5
}

func (g *register) maybe(v any) any {
	if g.r.IntN(4) == 0 {
		return nil
	}
	return v
}

func (g *register) member(id int) map[string]any {
	return map[string]any{
		"id": g.key(id), "in": g.maybe(g.r.IntN(6) > 0), "tier": g.maybe([]string{"Gold", "Silver", ""}[g.r.IntN(3)]),
		"spent": g.maybe(fmt.Sprintf("%d.%02d", g.r.IntN(30), g.r.IntN(100))),
	}
}

// trait is a row of traits, now and then one without any value.
func (g *register) trait(id int) map[string]any {
	row := map[string]any{"id": g.key(id), "friend": g.key(id ^ 1), "score": nil, "born": nil, "seen": nil, "likes": nil, "flag": nil}
	if g.r.IntN(4) == 0 {
		return row
	}
	row["score"] = g.maybe([]float64{0, 0.5, 1.25}[g.r.IntN(3)])
	row["born"] = g.maybe(fmt.Sprintf("19%d-02-03", 10+g.r.IntN(80)))
	row["seen"] = g.maybe(1_700_000_000 + g.r.IntN(3))
	row["likes"] = g.maybe([]any{"golf", nil, fmt.Sprint(g.r.IntN(3))}[:g.r.IntN(4)])
	row["flag"] = g.maybe(g.r.IntN(2) == 0)
	return row
}

// change changes a row of one of the tables. It returns what it did.
func (g *register) change() string {
	rows, name, columns := &g.members, "members", []string{"in", "tier", "spent"}
	made := g.member
	if g.r.IntN(2) == 0 {
		rows, name, columns = &g.traits, "traits", []string{"score", "born", "seen", "likes", "flag"}
		made = g.trait
	}
	if len(*rows) == 0 {
		*rows = append(*rows, made(1))
		return "the first of " + name
	}
	at := g.r.IntN(len(*rows))
	row := maps.Clone((*rows)[at])
	id := g.free(*rows)
	switch g.r.IntN(12) {
	case 0, 1, 2, 3:
		column := columns[g.r.IntN(len(columns))]
		row[column] = made(0)[column]
		(*rows)[at] = row
		return fmt.Sprintf("%s %v: another %s", name, row["id"], column)
	case 4, 5:
		*rows = slices.Delete(slices.Clone(*rows), at, at+1)
		return fmt.Sprintf("%s %v: deleted", name, row["id"])
	case 6, 7:
		*rows = append(slices.Clone(*rows), made(id))
		return fmt.Sprintf("%s %v: inserted", name, g.key(id))
	case 8:
		row["id"] = g.key(id)
		(*rows)[at] = row
		return fmt.Sprintf("%s: a key becomes %v", name, row["id"])
	case 9:
		if g.r.IntN(3) > 0 {
			return "nothing"
		}
		row["spent"] = nil
		*rows = append(slices.Clone(*rows), row)
		return fmt.Sprintf("%s %v: twice", name, row["id"])
	case 10:
		*rows = append(slices.Clone(*rows), made(-1))
		return name + ": a row without a key"
	}
	if name == "traits" && g.r.IntN(4) == 0 {
		row["seen"] = 99_999_999_999_999
		(*rows)[at] = row
		return fmt.Sprintf("traits %v: milliseconds", row["id"])
	}
	return "nothing"
}

// free is the number of somebody who has no row, if there is one.
func (g *register) free(rows []map[string]any) int {
	for range 20 {
		id := g.r.IntN(g.ids)
		if !slices.ContainsFunc(rows, func(row map[string]any) bool { return row["id"] == g.key(id) }) {
			return id
		}
	}
	g.ids++
	return g.ids - 1
}

// repair takes rows out that make a build fail.
func (g *register) repair() {
	for _, rows := range []*[]map[string]any{&g.members, &g.traits} {
		for _, key := range []string{"id", "friend"} {
			seen := map[any]bool{}
			*rows = slices.DeleteFunc(slices.Clone(*rows), func(row map[string]any) bool {
				k := row[key]
				twice := k != nil && seen[k]
				seen[k] = true
				return twice || row["seen"] == 99_999_999_999_999
			})
		}
	}
}

func (g *register) source() memorySource {
	var key arrow.DataType = whole
	if g.text {
		key = text
	}
	return memorySource{
		"db.members": newTable([]arrow.Field{field("id", key), field("in", boolean), field("tier", text), field("spent", money)}, asJSON(g.members)),
		"db.traits": newTable([]arrow.Field{
			field("id", key), field("friend", key), field("score", float), field("born", date), field("seen", whole),
			field("likes", arrow.ListOf(text)), field("flag", boolean),
		}, asJSON(g.traits)),
	}
}

func (g *register) parent() *model.ParentSegment {
	traits := model.TableRef{Schema: "db", Table: "traits"}
	p := &model.ParentSegment{
		Name: "Register", Timezone: "Europe/Berlin",
		Master: model.Master{
			Table: model.TableRef{Schema: "db", Table: "members"}, KeyColumn: "id", AllColumns: true,
			Filters: []model.ColumnFilter{{Column: "in", Values: []string{"true"}}},
		},
		Attributes: []model.AttributeSource{{Name: "of_friend", Table: traits, KeyColumn: "friend", ValueColumn: "score"}},
	}
	for _, name := range []string{"score", "born", "likes", "flag"} {
		p.Attributes = append(p.Attributes, model.AttributeSource{Name: name, Table: traits, KeyColumn: "id", ValueColumn: name})
	}
	p.Attributes = append(p.Attributes, model.AttributeSource{Name: "seen", Table: traits, KeyColumn: "id", ValueColumn: "seen", Kind: model.Timestamp})
	return p
}

// failure says in which way a build failed, without what depends on the order in which
// rows come.
func failure(err error) string {
	var value *ValueError
	var twice *DuplicateKeyError
	switch {
	case errors.As(err, &value):
		return fmt.Sprintf("value of %s, %s: %v", value.Table, value.Column, value.Err)
	case errors.As(err, &twice):
		return fmt.Sprintf("%s, %s: %d keys twice, %q", twice.Table, twice.Column, twice.Count, slices.Sorted(slices.Values(twice.Keys)))
	}
	return fmt.Sprint(err)
}

var digits = regexp.MustCompile("[0-9]+")

// TestChangedRowsAreAFullBuild lets rows of a master table and of a table of attributes
// change at random, several times from one refresh to the next. Every refresh gives
// what a build from files with the same rows gives: the same dump, or the same error.
func TestChangedRowsAreAFullBuild(t *testing.T) {
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	applied, whole, failed := map[string]int{}, map[string]int{}, 0
	for number := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, number))
		g, w := newRegister(r, number%2 == 0), newWarehouse(seed+number)
		g.repair()
		dir := filepath.Join(t.TempDir(), "refreshed")
		history := "built"
		for range 25 {
			src, p := g.source(), g.parent()
			w.update(t, src)
			opts := Options{AsOf: asOf, FS: quick()}
			m, err := Build(t.Context(), p, w.open(), dir, &opts)
			full := filepath.Join(t.TempDir(), "full")
			opts.FS = quick()
			want, wantErr := Build(t.Context(), p, src, full, &opts)
			if failure(err) != failure(wantErr) {
				t.Fatalf("world %d, %s: the error is %v, of a build from files %v", number, history, err, wantErr)
			}
			if err != nil {
				failed++
				g.repair()
				history += ", repaired"
				continue
			}
			where := fmt.Sprintf("world %d, %s", number, history)
			if diff := cmp.Diff(dump(t, store.OS, full, 0), dump(t, store.OS, dir, 0)); diff != "" {
				t.Fatalf("%s: the refreshed snapshot is another one (-files +warehouse):\n%s", where, diff)
			}
			compareReports(t, where, want, m)
			verify(t, dir)
			for _, report := range m.Load.Tables {
				if name := report.Use + " by " + report.KeyColumn; report.Known > 0 && report.Rows+report.Removed > 0 {
					applied[name]++
				} else if report.Rows > 0 {
					whole[fmt.Sprintf("%s: %s", name, digits.ReplaceAllString(fmt.Sprint(report.Notes), "N"))]++
				}
			}
			if r.IntN(6) == 0 {
				compact(t, dir, r.IntN(2) == 0, dump(t, store.OS, full, 0), want)
				history += ", compacted"
			}
			for range 1 + r.IntN(4) {
				history += ", " + g.change()
				if r.IntN(2) == 0 {
					w.update(t, g.source())
				}
			}
			if r.IntN(8) == 0 {
				history += w.step(r)
			}
			for _, k := range w.tables { // most of the time changes can be told
				k.feed, k.view = k.feed || r.IntN(2) == 0, k.view && r.IntN(2) == 0
			}
		}
	}
	t.Logf("changes were applied: %v; %d builds failed; tables were read whole:", applied, failed)
	for _, why := range slices.Sorted(maps.Keys(whole)) {
		t.Logf("  %s %d times", why, whole[why])
	}
	for _, name := range []string{"master by id", "attributes by id", "attributes by friend"} {
		if applied[name] < 10 {
			t.Errorf("changes were applied to %s %d times", name, applied[name])
		}
	}
}
