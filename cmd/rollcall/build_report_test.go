package main

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/store"
)

// TestVersionsAreNamed prints reports of tables of which some have versions: a
// column says which, and notes say aloud, once, what is not pinned.
func TestVersionsAreNamed(t *testing.T) {
	m := &store.Manifest{
		Load: store.LoadReport{Tables: []store.TableReport{
			{Table: "main.crm.users", Location: "`main`.`crm`.`users`", Version: "17", Use: "master", Rows: 5, Loaded: 5},
			{
				Table: "main.crm.orders", Location: "`main`.`crm`.`orders`", Use: "behavior", Names: []string{"order"}, Rows: 1200, Loaded: 1200,
				Notes: []string{"not pinned: it is a view"},
			},
			{
				Table: "main.crm.orders", Location: "`main`.`crm`.`orders`", Use: "behavior", Names: []string{"order_again"}, Rows: 1200, Loaded: 1200,
				Notes: []string{"not pinned: it is a view"},
			},
		}},
		Tables: []store.TableState{
			{Table: model.TableRef{Catalog: "main", Schema: "crm", Table: "users"}, Use: "master", Version: "17", Rows: 5, Parts: []store.TablePart{{Name: "v0-v17", ID: "x", Rows: 5}}},
			{Table: model.TableRef{Catalog: "main", Schema: "crm", Table: "orders"}, Use: "behavior", Behavior: "order", Rows: 1200},
		},
	}
	var out bytes.Buffer
	a := &app{stdout: &out, stderr: &out}
	if err := a.printLoad(&m.Load, "now"); err != nil {
		t.Fatal(err)
	}
	if err := a.printTables(&inspectJSON{Manifest: m}); err != nil {
		t.Fatal(err)
	}
	want := `table            gives                 version   rows  loaded  orphans
main.crm.users   customers                  17      5       5        0
main.crm.orders  behavior order              -  1,200   1,200        0
main.crm.orders  behavior order_again        -  1,200   1,200        0
note: table main.crm.orders (` + "`main`.`crm`.`orders`" + `): not pinned: it is a view
table            read for        rows known  orphans  parts  version
main.crm.users   customers                5        0      1       17
main.crm.orders  behavior order       1,200        0      -        -
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("printed (-want +got):\n%s", diff)
	}
}
