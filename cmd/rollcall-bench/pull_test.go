package main

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/bench/warehouse"
	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// TestPullFromWarehouse pulls a table over the warehouse's protocol, in parts.
func TestPullFromWarehouse(t *testing.T) {
	data, err := sharedData()
	if err != nil {
		t.Fatal(err)
	}
	tables, err := warehouse.Open(&warehouse.Options{Scratch: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := tables.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := tables.Mount(t.Context(), warehouse.DefaultCatalog, data); err != nil {
		t.Fatal(err)
	}
	server := dbtest.New(dbtest.Options{Engine: tables, Tokens: []string{"dapi-test"}, CloudFetch: true})
	web := httptest.NewServer(server)
	defer web.Close()
	defer func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}()
	t.Setenv("DATABRICKS_TOKEN", "dapi-test")
	uri := "databricks://" + web.Listener.Addr().String() + dbtest.Path + "?insecure-http=true&parts=3&spool=" + t.TempDir()
	type shown struct {
		what        string
		done, total int64
	}
	var last shown
	var stdout, stderr bytes.Buffer
	a := &app{args: []string{"pull", "-s", uri, "--table", "main.customers", "--format", "json"}, stdout: &stdout, stderr: &stderr}
	a.show = func(what string, done, total int64) {
		if what != "" {
			last = shown{what, done, total}
		}
	}
	if code := a.execute(t.Context()); code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	var got pulled
	if err := json.Unmarshal(stdout.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Rows != customers || got.Version != "0" || got.Table != "main.customers" || got.Bytes < customers || got.RowsPerSecond <= 0 || len(got.Columns) < 2 {
		t.Errorf("pulled %+v", got)
	}
	if want := (shown{"pulling rows", customers, customers}); last != want {
		t.Errorf("the last progress is %+v, want %+v", last, want)
	}
	if strings.Contains(stdout.String()+stderr.String(), "dapi-test") {
		t.Error("the token is printed")
	}
}
