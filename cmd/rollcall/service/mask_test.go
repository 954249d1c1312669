package service

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/federate/export"
)

// masked returns a studio where members see the columns of CDNOW hashed.
func masked(t *testing.T, role access.Roles, masks map[string]export.Mask) *studio {
	t.Helper()
	var rules []access.MaskRule
	for column, mask := range masks {
		rules = append(rules, access.MaskRule{Column: column, Role: role, Mask: mask})
	}
	made, err := access.NewMasks(rules...)
	must(t, err)
	s := newStudio(t, func(o *Options) { o.Masks = map[string]access.Masks{"CDNOW": made} })
	s.built()
	return s
}

// TestMasksAgree compares what a list shows of masked columns with what an export writes,
// for columns of every type.
func TestMasksAgree(t *testing.T) {
	ctx := context.Background()
	columns := []string{"first_purchase_date", "cohort", "lifetime_value", "orders", "last_purchase_date", "loyalty_tier", "purchase avg(amount) as mean"}
	masks := map[string]export.Mask{"customer_id": export.Hash, "mean": export.Hash}
	for _, c := range columns[:6] {
		masks[c] = export.Hash
	}
	masks["cohort"] = export.Redact
	s := masked(t, access.Members, masks)
	list, err := s.List(ctx, members, "CDNOW", ListRequest{Ask: Ask{Rule: gold}, Limit: 400, Columns: columns})
	must(t, err)
	job, err := s.Export(ctx, members, "CDNOW", ExportRequest{Ask: Ask{Rule: gold}, Format: "csv", Columns: columns})
	must(t, err)
	s.wait(job.ID)
	file, err := s.Download(ctx, members, job.ID)
	must(t, err)
	rows, err := csv.NewReader(file).ReadAll()
	must(t, err)
	must(t, file.Close())
	if len(rows) != 316 || len(list.Rows) != 315 {
		t.Fatalf("%d rows and %d", len(rows), len(list.Rows))
	}
	for i, row := range list.Rows {
		var texts []string
		for _, cell := range row {
			texts = append(texts, fmt.Sprint(cell))
		}
		if diff := cmp.Diff(rows[i+1], texts); diff != "" {
			t.Fatalf("row %d: %s", i, diff)
		}
		if len(texts[0]) != 64 || texts[2] != export.Redacted {
			t.Fatal(texts)
		}
	}
	// The export says of itself what is masked; who sees all sees all in the list.
	shown, err := s.List(ctx, admin, "CDNOW", ListRequest{Ask: Ask{Rule: gold}, Limit: 1})
	must(t, err)
	if shown.Rows[0][0] != "00048" {
		t.Error(toJSON(t, shown.Rows))
	}
}

func TestMasksOfProfileAndWhy(t *testing.T) {
	ctx := context.Background()
	s := masked(t, access.Members, map[string]export.Mask{"loyalty_tier": export.Redact, "purchase.amount": export.Redact, "customer_id": export.Redact})
	profile, err := s.Profile(ctx, members, "CDNOW", ProfileRequest{Key: "00048"})
	must(t, err)
	text := toJSON(t, profile)
	if strings.Contains(text, "Gold") || profile.Key != export.Redacted || !strings.Contains(text, `{"name":"amount","value":"***"}`) {
		t.Error(text)
	}
	why, err := s.Why(ctx, members, "CDNOW", WhyRequest{Ask: Ask{Rule: "loyalty_tier = 'Silver' or orders > 3"}, Key: "00048"})
	must(t, err)
	if text := toJSON(t, why); strings.Contains(text, "Gold") || !strings.Contains(text, `"value":"***"`) || !strings.Contains(text, `"value":20`) {
		t.Error(text)
	}
}

// TestMasksThatMissAreTold starts with masks about names that are not there.
func TestMasksThatMissAreTold(t *testing.T) {
	dir := t.TempDir()
	t.Run("built", func(t *testing.T) { openStudio(t, dir).built() })
	file := filepath.Join(dir, "masks.json")
	must(t, os.WriteFile(file, []byte(`{"CDNOW": {"members": {"cohrt": "hash"}}, "CDNOV": {"members": {"cohort": "hash"}}}`), 0o600))
	masks, err := ReadMasks(file)
	must(t, err)
	var said bytes.Buffer
	openStudio(t, dir, func(o *Options) { o.Masks, o.Log = masks, slog.New(slog.NewTextHandler(&said, nil)) })
	for _, want := range []string{
		`level=WARN msg="masks are about a parent segment that is not there" parent=CDNOV nearest=CDNOW`,
		`level=WARN msg="a mask is about a column that is not there" parent=CDNOW problem="there is no column \"cohrt\" to mask; did you mean \"cohort\"?"`,
	} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("the log is\n%s\nwant %s", &said, want)
		}
	}
}

// TestDownloadBeyondMasks asks for a file that shows more than the caller sees.
func TestDownloadBeyondMasks(t *testing.T) {
	ctx := context.Background()
	s := masked(t, access.Members, map[string]export.Mask{"cohort": export.Hash})
	clear, err := s.Export(ctx, admin, "CDNOW", ExportRequest{Ask: Ask{Rule: gold}, Format: "csv", Columns: []string{"cohort"}})
	must(t, err)
	hidden, err := s.Export(ctx, admin, "CDNOW", ExportRequest{Ask: Ask{Rule: gold}, Format: "csv", Columns: []string{"cohort"}, Masks: map[string]string{"cohort": "redact"}})
	must(t, err)
	s.wait(clear.ID)
	s.wait(hidden.ID)
	_, err = s.Download(ctx, members, clear.ID)
	if p := ProblemOf(err); p.Status != 403 || !strings.Contains(p.Detail, `shows the column "cohort"`) {
		t.Error(err)
	}
	file, err := s.Download(ctx, members, hidden.ID)
	must(t, err)
	data, err := io.ReadAll(file)
	must(t, err)
	must(t, file.Close())
	if !strings.Contains(string(data), "00048,***\n") {
		t.Errorf("%.80s", data)
	}
	var out ExportJSON
	must(t, json.Unmarshal(s.wait(hidden.ID).Result, &out))
	if out.Masks["cohort"] != "redact" {
		t.Error(toJSON(t, out))
	}
	_, err = s.Export(ctx, admin, "CDNOW", ExportRequest{Ask: Ask{Rule: gold}, Columns: []string{"cohort", "cohort"}})
	if want := `two columns are called "cohort"; name a column of events with: as NAME`; StatusOf(err) != 422 || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	_, err = s.Count(ctx, counts, "CDNOW", CountRequest{Ask: Ask{Rule: gold, Version: 9}})
	if want := `the parent segment "CDNOW" has no version 9; it has 1`; StatusOf(err) != 404 || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	_, err = s.Export(ctx, admin, "CDNOW", ExportRequest{Ask: Ask{Rule: gold}, Masks: map[string]string{"cohrt": "hash"}})
	if err == nil || short(err) != `422 INVALID masks: the export has no column "cohrt"` {
		t.Error(err)
	}
}

// TestJobsHideExports looks at a job of an export as who may see numbers only.
func TestJobsHideExports(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.built()
	job, err := s.Export(ctx, members, "CDNOW", ExportRequest{Ask: Ask{Rule: "cohort = '1997-01'"}, Format: "csv"})
	must(t, err)
	s.wait(job.ID)
	seen, err := s.Job(ctx, counts, job.ID)
	must(t, err)
	if text := toJSON(t, seen); strings.Contains(text, "cohort") || seen.Downloadable {
		t.Error(text)
	}
	page, err := s.Jobs(ctx, counts, JobsRequest{Kind: "export"})
	must(t, err)
	if text := toJSON(t, page); strings.Contains(text, "cohort") || len(page.Items) != 1 {
		t.Error(text)
	}
}

func TestReadMasks(t *testing.T) {
	dir := t.TempDir()
	none, err := ReadMasks(filepath.Join(dir, "masks.json"))
	must(t, err)
	if len(none) != 0 {
		t.Error(none)
	}
	read := func(text string) (map[string]access.Masks, error) {
		path := filepath.Join(dir, "masks.json")
		must(t, os.WriteFile(path, []byte(text), 0o600))
		masks, err := ReadMasks(path)
		if err != nil {
			err = errors.New(strings.ReplaceAll(err.Error(), path, "FILE"))
		}
		return masks, err
	}
	masks, err := read(`{"CDNOW": {"members": {"cohort": "hash"}, "segments": {"cohort": "clear"}}}`)
	must(t, err)
	for roles, want := range map[access.Roles]export.Mask{
		access.Members: export.Hash, access.Counts: export.Redact, access.Members | access.Segments: export.Clear, access.Admin: export.Clear,
	} {
		if got := masks["CDNOW"].Of(roles, []string{"cohort"})["cohort"]; got != want {
			t.Errorf("%s sees %s, expected %s", roles, got, want)
		}
	}
	for text, want := range map[string]string{
		`{"a": {"root": {"c": "hash"}}}`:    `masks: FILE: "a": `,
		`{"a": {"members": {"c": "hush"}}}`: `masks: FILE: "a", role members, column "c": unknown mask "hush", expected clear, hash or redact`,
		`{"a": 1}`:                          `masks: FILE: expected {"PARENT": {"ROLE": {"COLUMN": "MASK"}}}: `,
		`{} {}`:                             "masks: FILE: there is more behind the first value",
	} {
		if _, err := read(text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
