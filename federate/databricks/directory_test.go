package databricks

import (
	"errors"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
	"github.com/rollcall-db/rollcall/federate/source"
)

// TestCheckDirectory asks about directories at, above and below the files of a table
// that is read, and about others.
func TestCheckDirectory(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.exec(t, "CREATE SCHEMA main.shop", "CREATE TABLE main.shop.orders (id BIGINT)", "CREATE VIEW main.shop.seen AS SELECT id FROM main.shop.orders",
		"CREATE TABLE main.shop.other (id BIGINT)")
	s := l.open(t, "&catalog=main")
	orders, seen := model.TableRef{Schema: "shop", Table: "orders"}, model.TableRef{Schema: "shop", Table: "seen"}
	s.testTable(t, "shop.other")
	for _, isOpened := range []bool{false, true} {
		if isOpened {
			s.testTable(t, "shop.orders")
			l.log("")
		}
		at, err := s.location(t.Context(), orders)
		if err != nil || !strings.HasPrefix(at, "s3://local-warehouse/main/tables/") {
			t.Fatalf("the table lies in %q: %v", at, err)
		}
		for _, c := range []struct {
			directory string
			reads     []model.TableRef
			isRefused bool
		}{
			{at, []model.TableRef{seen, orders}, true},
			{at + "/part", []model.TableRef{orders}, true},
			{"S3A://local-warehouse//main/tables/../tables/", []model.TableRef{orders}, true},
			{"s3://local-warehouse", []model.TableRef{orders}, true},
			{at + "-more", []model.TableRef{orders}, false},
			{"s3://another/main", []model.TableRef{orders}, false},
			{"/Volumes/main/shop/gold", []model.TableRef{orders}, false},
			{at, []model.TableRef{seen}, false},
			{at, []model.TableRef{{Schema: "shop", Table: "other"}}, false},
		} {
			err := s.CheckDirectory(t.Context(), c.directory, c.reads)
			var refused *source.TargetError
			want := "cannot export to directory \"" + c.directory + "\": the parent segment reads shop.orders, whose files lie in \"" + at + "\""
			if !c.isRefused && err != nil || c.isRefused && (!errors.As(err, &refused) || err.Error() != want) {
				t.Errorf("%s: %v, want refused %v", c.directory, err, c.isRefused)
			}
		}
		if asked := l.log("DESCRIBE DETAIL"); isOpened && asked != nil {
			t.Errorf("of tables that were opened it was asked again: %q", asked)
		}
	}
}

func TestIsWithin(t *testing.T) {
	for _, c := range []struct {
		inner, directory string
		want             bool
	}{
		{"s3://b/x", "s3://b/x", true}, {"s3://b/x/y", "s3a://B/x/", true}, {"s3://b/x", "s3://b", true}, {"s3://b/xy", "s3://b/x", false},
		{"s3://b/X", "s3://b/x", false}, {"s3://b/x", "gs://b/x", false}, {"dbfs:/user/t", "/user", true}, {"/user/t", "dbfs:/user/t", true},
		{"dbfs:///user/t", "/user", true}, {"abfss://c@a.dfs.core.windows.net/t/p", "abfss://c@A.dfs.core.windows.net/t", true},
		{"/a:b/c", "/a:b", true}, {"/x", "/", true},
	} {
		if got := isWithin(c.inner, c.directory); got != c.want {
			t.Errorf("%q within %q: %v", c.inner, c.directory, got)
		}
	}
}
