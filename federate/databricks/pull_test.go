package databricks

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
	"github.com/rollcall-db/rollcall/federate/source"
)

const execute = "ExecuteStatement"

// pulls returns which parts were asked for of a table, sorted.
func (l *lake) pulls() []string {
	var parts []string
	for _, s := range l.log("SELECT `n`") {
		if _, part, ok := strings.Cut(s, ") = "); ok {
			parts = append(parts, part)
		}
	}
	slices.Sort(parts)
	return parts
}

func TestInterruptedPullGoesOn(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.shop(t, "t", 4_000)
	table := l.open(t, "&parts=4&parallel=1").testTable(t, "shop.t")
	if n := rowsOf(t, table); n != 4_000 {
		t.Fatalf("%d rows", n)
	}
	l.log("")
	l.Inject(dbtest.Fault{Method: execute, Nth: 4, Kind: dbtest.StatementError, State: "08000", Message: "[CLUSTER_GONE] The cluster is gone."}) // of the third part
	rows, err := readTexts(t, table, "n")
	var incomplete *source.IncompleteError
	if !errors.As(err, &incomplete) || incomplete.Received != int64(len(rows)) || incomplete.Expected != 4_000 || incomplete.Version != "1" {
		t.Fatalf("error %v after %d rows, want a *source.IncompleteError that counts them", err, len(rows))
	}
	if want := "part 3 of 4: "; !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "The cluster is gone.") {
		t.Errorf("error %q, want it to say %q and why", err, want)
	}
	if got := l.pulls(); !slices.Equal(got, []string{"0", "1", "2"}) {
		t.Errorf("parts asked for are %q, want 0 to 2", got)
	}
	for _, want := range [][]string{{"2", "3"}, {"0", "1", "2", "3"}} { // what was taken up is not kept for the next
		again := l.open(t, "&parts=4&parallel=1").testTable(t, "shop.t")
		if got := texts(t, again, "n"); !slices.Equal(got, numbered(0, 4_000)) {
			t.Fatalf("%d rows, want 4000", len(got))
		}
		if got := l.pulls(); !slices.Equal(got, want) {
			t.Errorf("parts asked for are %q, want %q", got, want)
		}
	}
	l.spoolIsEmpty(t)
}

func rowsOf(t *testing.T, table source.Table) int64 {
	t.Helper()
	rows := int64(0)
	for batch, err := range table.Scan(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		rows += batch.NumRows()
	}
	return rows
}

// spoolIsEmpty checks that pulls that ended well have left nothing.
func (l *lake) spoolIsEmpty(t *testing.T) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(l.spool, "*", "*"))
	if err != nil || left != nil {
		t.Errorf("the spool has %q (%v), want nothing", left, err)
	}
}

// TestDamagedPartIsFetchedAgain takes up a spool of which one part was changed and
// one cut off.
func TestDamagedPartIsFetchedAgain(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.shop(t, "t", 4_000)
	table := l.open(t, "&parts=4&parallel=1").testTable(t, "shop.t")
	rowsOf(t, table)
	l.Inject(dbtest.Fault{Method: execute, Nth: 5, Kind: dbtest.StatementError}) // of the fourth part
	if _, err := readTexts(t, table, "n"); err == nil {
		t.Fatal("no error")
	}
	paths, err := filepath.Glob(filepath.Join(l.spool, "*", "*", "part-*.arrow"))
	if err != nil || len(paths) != 3 {
		t.Fatalf("the spool has %q (%v), want 3 parts", paths, err)
	}
	for i, damage := range []func(data []byte) []byte{
		func(data []byte) []byte { data[len(data)/2] ^= 1; return data },
		func(data []byte) []byte { return data[:len(data)/2] },
	} {
		data, err := os.ReadFile(paths[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(paths[i], damage(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l.log("")
	if got := texts(t, l.open(t, "&parts=4").testTable(t, "shop.t"), "n"); !slices.Equal(got, numbered(0, 4_000)) {
		t.Errorf("%d rows, want 4000", len(got))
	}
	if got := l.pulls(); !slices.Equal(got, []string{"0", "1", "3"}) {
		t.Errorf("parts asked for are %q, want those that were damaged and the one that lacked", got)
	}
	l.spoolIsEmpty(t)
}

func TestPartIsRetriedAlone(t *testing.T) {
	l := newLake(t, dbtest.Options{PageBytes: 2_000})
	l.shop(t, "t", 4_000)
	for _, f := range []dbtest.Fault{
		{Method: "FetchResults", Nth: 2, Kind: dbtest.LostPage, Quiet: true},
		{Method: "FetchResults", Nth: 2, Kind: dbtest.RepeatedPage, Quiet: true},
		{Method: "FetchResults", Nth: 2, Kind: dbtest.EarlyEnd},
		{Method: "FetchResults", Nth: 2, Kind: dbtest.CorruptArrow},
		{Method: "FetchResults", Nth: 2, Kind: dbtest.SessionClosed},
	} {
		table := l.open(t, "&parts=4&parallel=2&cloud-fetch=false").testTable(t, "shop.t")
		rowsOf(t, table)
		l.log("")
		l.Inject(f)
		if got := texts(t, table, "n"); !slices.Equal(got, numbered(0, 4_000)) {
			t.Errorf("%s: %d rows, want 4000", f.Kind, len(got))
		}
		if got := l.pulls(); len(got) != 5 || len(slices.Compact(got)) != 4 {
			t.Errorf("%s: parts asked for are %q, want one of them twice", f.Kind, got)
		}
	}
}

func TestPartThatNeverComesWhole(t *testing.T) {
	for _, c := range []struct {
		fault dbtest.Fault
		want  string // in the error
	}{
		{dbtest.Fault{Method: "FetchResults", Times: -1, Kind: dbtest.LostPage, Quiet: true}, " rows received, "},
		{dbtest.Fault{Method: "FetchResults", Times: -1, Kind: dbtest.RepeatedPage, Quiet: true}, "more rows came than there are"},
		{dbtest.Fault{Method: execute, Nth: 2, Times: -1, Kind: dbtest.NameChange}, `the result has column `},
		{dbtest.Fault{Method: execute, Nth: 2, Times: -1, Kind: dbtest.SchemaChange}, `the result has column "n" of type `},
		{dbtest.Fault{Method: execute, Nth: 3, Kind: dbtest.SchemaChange}, `the result has column "n" of type `},
		{dbtest.Fault{Method: execute, Nth: 2, Times: -1, Kind: dbtest.ColumnLost}, `the result has 1 columns, expected 2; did the table change?`},
		{dbtest.Fault{Method: execute, Nth: 2, Times: -1, Kind: dbtest.VersionGone}, "shop.t at version 1: incomplete: 0 rows received, 4000 expected: "},
	} {
		l := newLake(t, dbtest.Options{PageBytes: 2_000})
		l.shop(t, "t", 4_000)
		table := l.open(t, "&parts=4&parallel=1&cloud-fetch=false").testTable(t, "shop.t")
		rowsOf(t, table)
		l.Inject(c.fault)
		rows, err := readTexts(t, table, "n", "text")
		var incomplete *source.IncompleteError
		if !errors.As(err, &incomplete) || incomplete.Table != "shop.t" || incomplete.Version != "1" || incomplete.Expected != 4_000 || incomplete.Received != int64(len(rows)) {
			t.Errorf("%s: error %v after %d rows, want a *source.IncompleteError of 4000", c.fault.Kind, err, len(rows))
			continue
		}
		if !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "shop.t at version 1: incomplete: ") {
			t.Errorf("%s: error %q, want it to say %q", c.fault.Kind, err, c.want)
		}
	}
}

// TestTableMadeAnewInMidPull replaces the table by another of equal versions and
// counts while its parts are pulled.
func TestTableMadeAnewInMidPull(t *testing.T) {
	for _, c := range []struct {
		options string
		rows    int
		columns []string
	}{
		{"", 400, []string{"n"}},
		{"&parts=2&parallel=1", 400, []string{"n"}},
		{"", 400, nil},
		{"", 0, nil},
		{"", 0, []string{"n"}},
	} {
		l := newLake(t, dbtest.Options{})
		l.shop(t, "t", c.rows)
		table := l.open(t, c.options).testTable(t, "shop.t")
		rowsOf(t, table)
		l.exec(t, "DROP TABLE shop.t")
		l.shop(t, "t", c.rows)
		_, err := readTexts(t, table, c.columns...)
		want := fmt.Sprintf("shop.t at version 1: incomplete: %d rows received, %d expected: another table of the same name has taken its place while it was pulled", c.rows, c.rows)
		if err == nil || err.Error() != want {
			t.Errorf("%+v: error %v, want %s", c, err, want)
		}
		l.spoolIsEmpty(t)
	}
}

// TestSmallTableIsOneStatement pulls a small table as a whole, without the spool.
func TestSmallTableIsOneStatement(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.shop(t, "t", 4_000)
	table := l.open(t, "").testTable(t, "shop.t")
	for range table.Scan(t.Context(), []string{"n"}) {
		if _, err := os.Stat(filepath.Join(l.spool, "rollcall-"+fmt.Sprint(os.Getuid()))); err == nil {
			t.Error("there is a spool")
		}
	}
	if got := l.log("SELECT `n`"); !slices.Equal(got, []string{"SELECT `n` FROM `main`.`shop`.`t` VERSION AS OF 1"}) {
		t.Errorf("the statements are %q", got)
	}
}

// TestWideTableGoesToTheSpool pulls a table that has few rows, but many bytes.
func TestWideTableGoesToTheSpool(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.shop(t, "t", 4_000)
	s := l.open(t, "")
	s.pulls.held = 10_000
	if got := texts(t, s.testTable(t, "shop.t"), "n"); !slices.Equal(got, numbered(0, 4_000)) {
		t.Errorf("%d rows, want 4000", len(got))
	}
	if _, err := os.Stat(filepath.Join(l.spool, "rollcall-"+fmt.Sprint(os.Getuid()))); err != nil {
		t.Errorf("the spool was not used: %v", err)
	}
	l.spoolIsEmpty(t)
}

// TestBrokenOffPullLeavesNothing breaks off a pull in parts, which leaves nothing
// unless it was because its context has ended.
func TestBrokenOffPullLeavesNothing(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.shop(t, "t", 4_000)
	table := l.open(t, "&parts=4&parallel=1").testTable(t, "shop.t")
	for _, isCancelled := range []bool{true, false} {
		ctx, cancel := context.WithCancel(t.Context())
		for _, err := range table.Scan(ctx, []string{"n"}) {
			if err != nil {
				t.Fatal(err)
			}
			if isCancelled {
				cancel()
			}
			break
		}
		cancel()
		if paths, err := filepath.Glob(filepath.Join(l.spool, "*", "*", "part-*.arrow")); err != nil || (len(paths) > 0) != isCancelled {
			t.Errorf("cancelled %v: the spool has %q (%v)", isCancelled, paths, err)
		}
	}
	l.spoolIsEmpty(t)
}
