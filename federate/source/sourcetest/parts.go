package sourcetest

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

// openParted opens a table with its parts. A table that has none to offer keeps
// the contract: the test ends.
func (s *suite) openParted(t *testing.T, ref model.TableRef) (source.Parted, []source.Part) {
	t.Helper()
	table, ok := s.open(t, ref).(source.Parted)
	if !ok {
		t.Skip("the source's tables are not a source.Parted")
	}
	return table, partsOf(t, table)
}

func partsOf(t *testing.T, table source.Parted) []source.Part {
	t.Helper()
	parts, err := table.Parts(t.Context())
	if err != nil {
		t.Fatalf("Parts: %v", err)
	}
	return parts
}

func partNames(parts []source.Part) []string {
	list := make([]string, len(parts))
	for i := range parts {
		list[i] = parts[i].Name
	}
	return list
}

// parts checks what is said of the parts of each table.
func (s *suite) parts(t *testing.T) {
	for ref, want := range map[model.TableRef]int64{large: nRows, empty: 0, another: 3} {
		table, parts := s.openParted(t, ref)
		again, _ := s.open(t, ref).(source.Parted)
		if diff := cmp.Diff(parts, partsOf(t, again)); diff != "" {
			t.Errorf("%s: Parts of the same data differ (-first +second):\n%s", ref, diff)
		}
		rows, known := int64(0), true
		for i, p := range parts {
			if p.Name == "" || p.ID == "" || slices.Contains(partNames(parts[:i]), p.Name) {
				t.Errorf("%s: part %+v lacks a name of its own or an ID", ref, p)
			}
			known = known && p.Rows >= 0
			rows += p.Rows
		}
		if known && rows != want {
			t.Errorf("%s: the parts have %d rows, the table %d", ref, rows, want)
		}
		if texter, ok := table.(source.Texter); ok {
			s.textParts(t, texter, parts)
		}
	}
}

// textParts checks that reading a column as text leaves a table its parts.
func (s *suite) textParts(t *testing.T, table source.Texter, want []source.Part) {
	text, ok := table.Text(s.want.ColumnName(0))
	if !ok {
		return // no such column, or a table with types of its own
	}
	parted, ok := text.(source.Parted)
	if !ok {
		t.Fatalf("%s: the table of text is not a source.Parted", table.Ref())
	}
	if diff := cmp.Diff(want, partsOf(t, parted)); diff != "" {
		t.Errorf("%s: Parts of the table of text (-want +got):\n%s", table.Ref(), diff)
	}
}

// onlyParts reads the parts of the large table one at a time, and checks that
// together they give its rows in the order of its scan.
func (s *suite) onlyParts(t *testing.T) {
	if s.unordered {
		s.partsAnyOrder(t)
		return
	}
	table, parts := s.openParted(t, large)
	columns := names(s.want.Schema())
	lo, bytes := int64(0), int64(0)
	for _, p := range parts {
		one := table.Only([]string{p.Name, p.Name})
		if one.Ref() != large || !one.Schema().Equal(s.want.Schema()) {
			t.Errorf("part %s: %s of\n%s\nwant %s and the schema of the whole table", p.Name, one.Ref(), one.Schema(), large)
		}
		if rows := one.Info().Rows; rows != p.Rows {
			t.Errorf("part %s: Info.Rows is %d, want %d", p.Name, rows, p.Rows)
		}
		if parted, ok := one.(source.Parted); !ok {
			t.Errorf("part %s: the table of it is not a source.Parted", p.Name)
		} else if diff := cmp.Diff([]source.Part{p}, partsOf(t, parted)); diff != "" {
			t.Errorf("part %s: the parts of the table of it (-want +got):\n%s", p.Name, diff)
		}
		hi := lo + p.Rows
		if p.Rows < 0 {
			hi = lo + countRows(t, one)
		}
		s.scanRows(t, one, columns, s.columns(), lo, hi)
		s.scanRows(t, one, nil, nil, lo, hi)
		lo, bytes = hi, bytes+one.Info().Bytes
	}
	if lo != nRows || bytes != table.Info().Bytes {
		t.Errorf("the parts have %d rows and %d bytes, the table %d and %d", lo, bytes, int64(nRows), table.Info().Bytes)
	}
	if rows := countRows(t, table.Only(nil)); rows != 0 {
		t.Errorf("the table of no part has %d rows", rows)
	}
	all := partNames(parts)
	slices.Reverse(all)
	s.scanRows(t, table.Only(all), columns[:1], []int{0}, 0, nRows)
	if diff := cmp.Diff(parts, partsOf(t, table)); diff != "" {
		t.Errorf("Only changed the parts of the whole (-before +after):\n%s", diff)
	}
}

func countRows(t *testing.T, table source.Table) int64 {
	t.Helper()
	rows := int64(0)
	for batch, err := range table.Scan(t.Context(), names(table.Schema())[:1]) {
		if err != nil {
			t.Fatal(err)
		}
		rows += batch.NumRows()
	}
	return rows
}

// unknownPart wants a part that is not there to be an error of the scan, also
// beside others, and also where no column is asked for.
func (s *suite) unknownPart(t *testing.T) {
	table, parts := s.openParted(t, large)
	for _, list := range [][]string{{"no such part"}, append(partNames(parts), "no such part")} {
		for _, columns := range [][]string{names(s.want.Schema()), nil} {
			if err := firstError(t, table.Only(list), columns); err == nil {
				t.Errorf("a scan of parts %q, columns %q, has no error", list, columns)
			}
		}
	}
	for _, p := range parts {
		others := slices.DeleteFunc(partNames(parts), func(name string) bool { return name == p.Name })
		if rest, ok := table.Only(others).(source.Parted); !ok || firstError(t, rest.Only([]string{p.Name}), nil) == nil {
			t.Errorf("part %s is there in the table of the other parts", p.Name)
		}
	}
}

func firstError(t *testing.T, table source.Table, columns []string) error {
	t.Helper()
	for _, err := range table.Scan(t.Context(), columns) {
		if err != nil {
			return err
		}
	}
	return nil
}
