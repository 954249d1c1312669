package databricks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
	"github.com/rollcall-db/rollcall/federate/source"
)

// shop makes a table of the numbers below n, with a change data feed.
func (l *lake) shop(t *testing.T, name string, n int) {
	t.Helper()
	if l.tables == nil {
		t.Fatal("no warehouse")
	}
	l.exec(t,
		"CREATE SCHEMA IF NOT EXISTS shop",
		"CREATE TABLE shop."+name+" (n BIGINT, text STRING) TBLPROPERTIES (delta.enableChangeDataFeed = true)",
		fmt.Sprintf("INSERT INTO shop.%s SELECT id, concat('row ', id) FROM range(%d)", name, n))
}

func TestTablesArePinnedToOneInstant(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.shop(t, "first", 10)
	l.shop(t, "second", 20)
	s := l.open(t, "")
	first := s.testTable(t, "shop.first")
	l.exec(t, "INSERT INTO shop.first VALUES (100, 'late')", "DELETE FROM shop.second WHERE n < 5", "INSERT INTO shop.second VALUES (100, 'late')")
	second := s.testTable(t, "shop.second")
	again := s.testTable(t, "SHOP.First")
	for _, c := range []struct {
		table source.Table
		rows  int
	}{{first, 10}, {second, 20}, {again, 10}} {
		if got := texts(t, c.table, "n"); !slices.Equal(got, numbered(0, c.rows)) {
			t.Errorf("%s: %v, want the %d rows that were there at first", c.table.Ref(), got, c.rows)
		}
		info := c.table.Info()
		want := source.Info{Location: "main." + c.table.Ref().String(), Rows: int64(c.rows), Bytes: info.Bytes, Version: "1"}
		if diff := cmp.Diff(want, info); diff != "" {
			t.Errorf("Info (-want +got):\n%s", diff)
		}
	}
	want := map[model.TableRef]string{{Schema: "shop", Table: "first"}: "1", {Schema: "shop", Table: "second"}: "1"}
	if diff := cmp.Diff(want, s.Versions()); diff != "" {
		t.Errorf("Versions (-want +got):\n%s", diff)
	}
	l.exec(t, "CREATE TABLE shop.third AS SELECT 1 AS n")
	late := s.testTable(t, "shop.third").Info()
	if want := []string{"version 0 is newer than the instant that other tables are read at: there is none before it"}; !slices.Equal(late.Notes, want) || late.Version != "0" {
		t.Errorf("Info of a table that came later: %+v, want version 0 and notes %q", late, want)
	}
	if fresh := l.open(t, "").testTable(t, "shop.first"); fresh.Info().Version != "2" || len(texts(t, fresh, "n")) != 11 {
		t.Errorf("another source reads version %s, want 2", fresh.Info().Version)
	}
}

// TestScansSeeOneVersion scans, side by side, while rows come and go.
func TestScansSeeOneVersion(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.shop(t, "busy", 5_000)
	s := l.open(t, "&parts=3")
	table := s.testTable(t, "shop.busy")
	ctx, stop := context.WithCancel(t.Context())
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			statement := fmt.Sprintf("INSERT INTO shop.busy SELECT id, 'x' FROM range(%d)", i+1)
			if i%2 == 1 {
				statement = fmt.Sprintf("DELETE FROM shop.busy WHERE n < %d", i)
			}
			if _, err := l.tables.Exec(ctx, statement); err != nil && ctx.Err() == nil {
				t.Errorf("%s: %v", statement, err)
				return
			}
		}
	})
	for range 5 {
		if got := texts(t, table, "n"); !slices.Equal(got, numbered(0, 5_000)) {
			t.Errorf("%d rows, want the 5000 of version 1", len(got))
		}
	}
	stop()
	writer.Wait()
}

func TestViewsAreNotPinned(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.shop(t, "base", 10)
	l.exec(t, "CREATE VIEW shop.few AS SELECT n FROM shop.base WHERE n < 5")
	s := l.open(t, "&parts=2")
	view := s.testTable(t, "shop.few")
	want := source.Info{Location: "main.shop.few", Rows: -1, Unpinned: true, Notes: []string{"not pinned to a version: it is a view"}}
	if diff := cmp.Diff(want, view.Info()); diff != "" {
		t.Errorf("Info (-want +got):\n%s", diff)
	}
	if got := texts(t, view, "n"); !slices.Equal(got, numbered(0, 5)) {
		t.Errorf("%v, want 0 to 4", got)
	}
	l.exec(t, "DELETE FROM shop.base WHERE n < 2")
	if got := texts(t, view, "n"); !slices.Equal(got, numbered(2, 5)) {
		t.Errorf("%v, want 2 to 4: the view as it is now", got)
	}
	if _, ok := view.(source.Parted); ok {
		t.Error("a view has parts, though nothing tells when they change")
	}
	if len(s.Versions()) != 0 {
		t.Errorf("Versions are %v, want none", s.Versions())
	}
	if pulls := l.log("SELECT `n` FROM"); len(pulls) != 2 || strings.Contains(pulls[0], "pmod") {
		t.Errorf("pulls of the view: %q, want two, each whole", pulls)
	}
}

func TestVacuumedVersionIsAnError(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.shop(t, "gone", 10)
	table := l.open(t, "").testTable(t, "shop.gone")
	l.exec(t, "DELETE FROM shop.gone WHERE n < 5", "VACUUM shop.gone RETAIN 0 HOURS")
	_, err := readTexts(t, table, "n")
	if err == nil || !strings.HasPrefix(err.Error(), "shop.gone at version 1: incomplete: 0 rows received, 10 expected: ") &&
		!strings.HasPrefix(err.Error(), "table shop.gone: ") {
		t.Errorf("error %v, want one that tells which version is gone", err)
	}
}

// refusing refuses statements that begin with a text.
func refusing(begin string, err *dbtest.SQLError) func(string) (string, error) {
	return func(statement string) (string, error) {
		if strings.HasPrefix(statement, begin) {
			return "", err
		}
		return statement, nil
	}
}

// TestPinIsKept opens a table whose warehouse refuses what a pin needs: the table has
// no pin where it can have none, and cannot be opened where the reason may pass.
func TestPinIsKept(t *testing.T) {
	const whole = "read whole each time, as it cannot be told from another table of its name: "
	for _, c := range []struct {
		name, begin, state, message string
		note                        string // of a table that is opened
		isPinned                    bool
	}{
		{"not Delta", "DESCRIBE HISTORY", "0AKDD", "[DELTA_TABLE_ONLY_OPERATION] `t` is not a Delta table. DESCRIBE HISTORY is only supported for Delta tables. SQLSTATE: 0AKDD", "not pinned to a version: [DELTA_TABLE_ONLY_OPERATION] `t` is not a Delta table. DESCRIBE HISTORY is only supported for Delta tables. SQLSTATE: 0AKDD", false},
		{"not Delta, in words", "DESCRIBE HISTORY", "HY000", "DESCRIBE HISTORY is only supported for Delta tables.", "not pinned to a version: DESCRIBE HISTORY is only supported for Delta tables.", false},
		{"a view", "DESCRIBE HISTORY", "", "[EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE] t is a view. SQLSTATE: 42809", "not pinned to a version: [EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE] t is a view. SQLSTATE: 42809", false},
		{"no leave", "DESCRIBE HISTORY", "HY000", "[INSUFFICIENT_PERMISSIONS] User does not have MODIFY on Table t. SQLSTATE: 42501\nmore", "not pinned to a version: [INSUFFICIENT_PERMISSIONS] User does not have MODIFY on Table t. SQLSTATE: 42501", false},
		{"no time travel", "SELECT * FROM `main`.`shop`.`t` VERSION", "0A000", "[UNSUPPORTED_FEATURE.TIME_TRAVEL] No time travel. SQLSTATE: 0A000", "not pinned to a version: [UNSUPPORTED_FEATURE.TIME_TRAVEL] No time travel. SQLSTATE: 0A000", false},
		{"no leave for the detail", "DESCRIBE DETAIL", "42501", "[INSUFFICIENT_PERMISSIONS] No. SQLSTATE: 42501", whole + "[INSUFFICIENT_PERMISSIONS] No. SQLSTATE: 42501", true},
		{"took too long", "DESCRIBE HISTORY", "HYT00", "Query has exceeded its STATEMENT_TIMEOUT", "", false},
		{"overloaded", "DESCRIBE HISTORY", "XXKUC", "[UC_REQUEST_LIMIT] Too many requests. SQLSTATE: XXKUC", "", false},
		{"overloaded later", "DESCRIBE DETAIL", "XXKUC", "[UC_REQUEST_LIMIT] Too many requests. SQLSTATE: XXKUC", "", false},
		{"read too long", "SELECT * FROM `main`.`shop`.`t` VERSION", "HYT00", "Query has exceeded its STATEMENT_TIMEOUT", "", false},
		{"not to be read", "SELECT * FROM `main`.`shop`.`t` VERSION", "42501", "[INSUFFICIENT_PERMISSIONS] No. SQLSTATE: 42501", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLake(t, dbtest.Options{})
			l.shop(t, "t", 10)
			l.rewriting(refusing(c.begin, &dbtest.SQLError{State: c.state, Message: c.message}))
			s := l.open(t, "&parts=2")
			table, err := s.Table(t.Context(), model.TableRef{Schema: "shop", Table: "t"})
			if c.note == "" {
				if want := "table shop.t: " + c.message; err == nil || err.Error() != want {
					t.Fatalf("error %v, want %s", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			info := table.Info()
			if !slices.Equal(info.Notes, []string{c.note}) || (info.Version == "1") != c.isPinned || len(s.Versions()) == 1 != c.isPinned {
				t.Errorf("version %q and notes %q, want pinned %t and %q", info.Version, info.Notes, c.isPinned, c.note)
			}
			if _, ok := table.(source.Parted); ok {
				t.Error("it has parts, though nothing tells when they change")
			}
			if got := texts(t, table, "n"); !slices.Equal(got, numbered(0, 10)) {
				t.Errorf("%v, want 0 to 9", got)
			}
		})
	}
}

// TestReplacedTable replaces a table while it is open. A warehouse may give it
// another identity then, or leave it that which it had.
func TestReplacedTable(t *testing.T) {
	const replace = "CREATE OR REPLACE TABLE shop.t TBLPROPERTIES (delta.enableChangeDataFeed = true) AS SELECT id AS n, 'x' AS text FROM range(5)"
	const another = "table shop.t: another table of the same name has taken its place while it was pulled"
	for _, c := range []struct {
		name       string
		statements []string
		isAnother  bool   // DESCRIBE DETAIL tells another identity
		err        string // that the error of the scan ends with; empty: it has the rows that were pinned
		note       string // that what is read next begins with
	}{
		{"with its identity", []string{replace}, false, "", "since version 1, "},
		{"with another identity", []string{replace}, true, "", "another table was there when version 1 was read"},
		{"dropped", []string{"DROP TABLE shop.t", "CREATE TABLE shop.t AS SELECT id AS n FROM range(3)", "INSERT INTO shop.t SELECT id FROM range(7)"}, false, another, "another table was there when version 1 was read"},
		{"dropped, and of fewer versions", []string{"DROP TABLE shop.t", "CREATE TABLE shop.t AS SELECT id AS n FROM range(10)"}, false, "version 1", "another table was there when version 1 was read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLake(t, dbtest.Options{})
			l.shop(t, "t", 10)
			l.exec(t, "CREATE TABLE shop.other AS SELECT 1 AS n")
			was := partsOf(t, l)
			table := l.open(t, "").testTable(t, "shop.t")
			if _, err := table.(source.Parted).Parts(t.Context()); err != nil {
				t.Fatal(err)
			}
			l.exec(t, c.statements...)
			if c.isAnother {
				l.rewriting(func(statement string) (string, error) {
					if strings.HasPrefix(statement, "DESCRIBE DETAIL") {
						statement = "DESCRIBE DETAIL main.shop.other"
					}
					return statement, nil
				})
			}
			got, err := readTexts(t, table, "n")
			if c.err == "" && (err != nil || !slices.Equal(got, numbered(0, 10))) {
				t.Errorf("%v and error %v, want 0 to 9", got, err)
			}
			if c.err != "" && (err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(c.err, "table shop.t: "))) {
				t.Errorf("%v and error %v, want %s", got, err, c.err)
			}
			if next := since(t, l, was); !strings.HasPrefix(next.note, c.note) || len(next.parts) != 1 || next.removed != nil {
				t.Errorf("what is read next has the parts %v and the note %q, want one and %q", next.parts, next.note, c.note)
			}
		})
	}
}

// TestTableIsPinnedOnce opens a table from many sides.
func TestTableIsPinnedOnce(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.shop(t, "t", 10)
	s := l.open(t, "")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := s.Table(t.Context(), model.TableRef{Schema: "shop", Table: "t"}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if asked := l.log("DESCRIBE HISTORY"); len(asked) != 1 {
		t.Errorf("asked for the history with %q, want once", asked)
	}
}

func TestRemembered(t *testing.T) {
	r := newRemembered[int]()
	failing := errors.New("not now")
	if _, err := r.get(t.Context(), func() (int, error) { return 0, failing }); !errors.Is(err, failing) {
		t.Errorf("error %v, want %v", err, failing)
	}
	asking, release := make(chan struct{}), make(chan struct{})
	var first sync.WaitGroup
	first.Go(func() {
		n, err := r.get(t.Context(), func() (int, error) {
			close(asking)
			<-release
			return 7, nil
		})
		if n != 7 || err != nil {
			t.Errorf("%d (%v), want 7", n, err)
		}
	})
	<-asking
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.get(ctx, func() (int, error) { return 8, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("who waits ends with %v, want context.Canceled", err)
	}
	close(release)
	first.Wait()
	if n, ok := r.peek(); n != 7 || !ok {
		t.Errorf("%d, %v are remembered, want 7", n, ok)
	}
}
