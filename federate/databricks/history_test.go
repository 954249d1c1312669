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
	want := source.Info{Location: "main.shop.few", Rows: -1, Notes: []string{"not pinned to a version: it is a view"}}
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
