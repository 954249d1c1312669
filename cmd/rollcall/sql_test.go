package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"

	"github.com/rollcall-db/rollcall/engine/store"
)

// TestSQLNeedsALayout asks for SQL over a snapshot whose manifest is of before
// manifests said where tables are.
func TestSQLNeedsALayout(t *testing.T) {
	old := filepath.Join(t.TempDir(), "old.rollcall")
	if err := os.CopyFS(old, os.DirFS(cdnowData.Snapshot(t))); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(old, "MANIFEST")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var m store.Manifest
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&m); err != nil {
		t.Fatal(err)
	}
	m.Layout = nil
	body, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	body = append(body, '\n')
	body = fmt.Appendf(body, "%016x\n", xxhash.Sum64(body))
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	code := run(t.Context(), []string{"sql", old, "orders > 1", "--dialect", "duckdb"}, &out, &errs)
	want := "the snapshot " + old + " does not say where its tables are"
	if code != exitUsage || !strings.Contains(errs.String(), want) || out.Len() > 0 {
		t.Errorf("exit code %d, stdout %q, stderr %q; want %d and %q", code, out.String(), errs.String(), exitUsage, want)
	}
	if code := run(t.Context(), []string{"count", old, "orders > 1"}, &out, &errs); code != exitDone {
		t.Errorf("count of the same snapshot: exit code %d, %s", code, errs.String())
	}
}
