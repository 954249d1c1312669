package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"path/filepath"
	"testing"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/databricks"
)

// serveWarehouse runs the command until stop is called, which returns its exit code
// and what it wrote to stderr.
func serveWarehouse(t *testing.T, args ...string) (found served, stop func() (code int, stderr string)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	read, write := io.Pipe()
	var stderr bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		code := run(ctx, append([]string{"warehouse", "--format", "json"}, args...), nil, write, &stderr)
		_ = write.Close() // the reader has read the only line, or finds that there is none
		ended <- code
	}()
	if err := json.NewDecoder(read).Decode(&found); err != nil {
		cancel()
		<-ended
		t.Fatalf("%v; stderr: %s", err, stderr.String())
	}
	return found, func() (int, string) {
		cancel()
		return <-ended, stderr.String()
	}
}

// TestWarehouse pulls a table from the warehouse that the command serves, with
// every login and every way of results, and has it write.
func TestWarehouse(t *testing.T) {
	data, err := sharedData()
	if err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"token":              nil,
		"token of one's own": {"--token", "it's mine", "--catalog", "lake"},
		"OAuth":              {"--oauth", "--threads", "1"},
		"files":              {"--cloud-fetch"},
	} {
		t.Run(name, func(t *testing.T) {
			volumes := filepath.Join(t.TempDir(), "made")
			found, stop := serveWarehouse(t, append(args, "--data", data, "--volumes", volumes)...)
			for _, name := range []string{"DATABRICKS_TOKEN", "DATABRICKS_CLIENT_ID", "DATABRICKS_CLIENT_SECRET"} {
				t.Setenv(name, found.Environment[name]) // empty: whoever runs the tests may have another login
			}
			pull(t, found.URI)
			if code, stderr := stop(); code != exitDone || stderr != "the warehouse has ended\n" {
				t.Errorf("exit code %d, stderr %q", code, stderr)
			}
			if files, err := filepath.Glob(filepath.Join(volumes, "c", "s", "v", "x", "part-*.parquet")); len(files) != 1 || err != nil {
				t.Errorf("files of the volume: %q, %v", files, err)
			}
		})
	}
}

// pull reads a table of the workload and writes a folder.
func pull(t *testing.T, uri string) {
	t.Helper()
	src, err := databricks.Open(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	}()
	var master model.TableRef
	refs, err := src.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range refs {
		if ref.Table == "customers" {
			master = ref
		}
	}
	table, err := src.Table(t.Context(), master)
	if err != nil {
		t.Fatal(err)
	}
	rows := int64(0)
	for batch, err := range table.Scan(t.Context(), []string{"customer_id"}) {
		if err != nil {
			t.Fatal(err)
		}
		rows += batch.NumRows()
	}
	if rows != customers {
		t.Errorf("%d rows of %s, want %d", rows, master, customers)
	}
	if _, err := src.Exec(t.Context(), "INSERT OVERWRITE DIRECTORY '/Volumes/c/s/v/x' USING parquet SELECT 1 AS a"); err != nil {
		t.Error(err)
	}
}
