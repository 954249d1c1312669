package service

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bench/warehouse"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// warehouseToken is what the warehouse of tests lets in.
const warehouseToken = "dapi-service-0123456789"

// serveWarehouse serves CDNOW as a warehouse of Databricks and registers it as "lake".
func (s *studio) serveWarehouse() {
	s.t.Helper()
	engine, err := warehouse.Open(&warehouse.Options{Volumes: s.t.TempDir(), Threads: 1})
	must(s.t, err)
	must(s.t, engine.Mount(context.Background(), warehouse.DefaultCatalog, cdnowData.Warehouse(s.t)))
	server := dbtest.New(dbtest.Options{Engine: engine, Tokens: []string{warehouseToken}, CloudFetch: true})
	web := httptest.NewServer(server)
	s.t.Cleanup(func() {
		s.forgetPlaces("lake")
		if sessions, operations := server.Open(); sessions+operations > 0 {
			s.t.Errorf("%d sessions and %d operations are left open in the warehouse", sessions, operations)
		}
		web.Close()
		must(s.t, server.Close())
		must(s.t, engine.Close())
	})
	uri := fmt.Sprintf("databricks://%s%s?catalog=%s&insecure-http=true", strings.TrimPrefix(web.URL, "http://"), dbtest.Path, warehouse.DefaultCatalog)
	secret := registry.NewSecret(warehouseToken)
	_, err = s.PutConnection(context.Background(), admin, "lake", ConnectionRequest{
		Kind: "databricks", URI: uri, Secrets: map[string]SecretRequest{"token": {Value: &secret}},
	})
	must(s.t, err)
}

// TestInPlace asks a warehouse and a snapshot the same, and expects the same.
func TestInPlace(t *testing.T) {
	t.Setenv("DATABRICKS_TOKEN", "of the server, which no connection may use")
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	s.serveWarehouse()
	put, err := s.PutParent(ctx, admin, "lake", ParentRequest{Text: string(cdnow.ParentYAML()), Mode: "in_place", Connections: []string{"lake"}})
	must(t, err)
	if put.Job != nil || put.Parent.Freshness.State != StateInPlace || put.Parent.Mode != registry.InPlace {
		t.Fatal(toJSON(t, put))
	}
	tested, err := s.TestConnection(ctx, admin, "lake")
	must(t, err)
	if !tested.OK || tested.Tables != 3 {
		t.Error(toJSON(t, tested))
	}
	_, err = s.CreateSegment(ctx, admin, "lake", SegmentRequest{Path: "Gold", Rule: "loyalty_tier = 'Gold'"})
	must(t, err)
	rule := "segment 'Gold' and purchase in last 30 days"
	count, err := s.Count(ctx, counts, "lake", CountRequest{Ask: Ask{Rule: rule}, Explain: true})
	must(t, err)
	if count.Count != 315 || count.Source == nil || count.SQL == "" {
		t.Error(toJSON(t, count))
	}
	var lists, breakdowns, values [2]string
	for i, parent := range []string{"CDNOW", "lake"} {
		list, err := s.List(ctx, members, parent, ListRequest{Ask: Ask{Rule: gold}, Limit: 5})
		must(t, err)
		lists[i] = toJSON(t, list.Rows)
		b, err := s.Breakdown(ctx, counts, parent, BreakdownRequest{Ask: Ask{Rule: gold}, By: []string{"cohort"}})
		must(t, err)
		for _, v := range *b.Breakdowns[0].Values {
			breakdowns[i] += fmt.Sprintln(v.Value, v.Count)
		}
		v, err := s.Values(ctx, counts, parent, ValuesRequest{Field: "loyalty_tier", Search: "o"})
		must(t, err)
		values[i] = toJSON(t, v.Values)
	}
	for _, both := range [][2]string{lists, breakdowns, values} {
		if diff := cmp.Diff(both[0], both[1]); diff != "" || both[0] == "" {
			t.Errorf("%q: %s", both[0], diff)
		}
	}
	fields, err := s.Fields(ctx, counts, "lake", true)
	must(t, err)
	if fields.Customers != 23570 || fields.Source == nil {
		t.Error(toJSON(t, fields))
	}
	page, err := s.Segments(ctx, counts, "lake", SegmentsRequest{Counts: true})
	must(t, err)
	if len(page.Items) != 1 || page.Items[0].Count == nil || *page.Items[0].Count != 734 {
		t.Error(toJSON(t, page))
	}
	job, err := s.Export(ctx, members, "lake", ExportRequest{Ask: Ask{Rule: gold}, Format: "parquet"})
	must(t, err)
	var out ExportJSON
	must(t, json.Unmarshal(s.wait(job.ID).Result, &out))
	if out.Rows != 315 {
		t.Error(toJSON(t, out))
	}
	for want, call := range map[string]func() error{
		"422 UNSUPPORTED_IN_PLACE": func() error { return second(s.Profile(ctx, members, "lake", ProfileRequest{Key: "00048"})) },
		"422 IN_PLACE ":            func() error { return second(s.Refresh(ctx, admin, "lake", RefreshRequest{})) },
		"404 NO_SUCH_CUSTOMER":     func() error { return second(s.Why(ctx, members, "lake", WhyRequest{Ask: Ask{Rule: gold}, Key: "x"})) },
		"422 UNKNOWN_ATTRIBUTE": func() error {
			return second(s.Count(ctx, counts, "lake", CountRequest{Ask: Ask{Rule: "loyalty_tear = 'Gold'"}}))
		},
	} {
		if err := call(); err == nil || !strings.HasPrefix(short(err), want) {
			t.Errorf("%v, expected %s", err, want)
		}
	}
	s.noSecret(warehouseToken)
}

// noSecret looks for a secret in everything that the service shows and writes, but for the
// file of secrets.
func (s *studio) noSecret(secret string) {
	s.t.Helper()
	page, err := s.Connections(context.Background(), admin, Listing{})
	must(s.t, err)
	if strings.Contains(toJSON(s.t, page), secret) {
		s.t.Error("the list of connections shows the secret")
	}
	must(s.t, filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "secrets.json" {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(secret)) {
			s.t.Errorf("%s holds the secret", path)
		}
		return err
	}))
}
