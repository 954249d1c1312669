package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "warehouse")
	check := func(args []string, wantCode int, wantText string) {
		t.Helper()
		var stderr strings.Builder
		if code := run(t.Context(), args, &stderr); code != wantCode || stderr.String() != wantText {
			t.Errorf("%q: exit code %d and %q, want %d and %q", args, code, stderr.String(), wantCode, wantText)
		}
	}
	check([]string{"-o", dir}, 0, "")
	if _, err := os.Stat(filepath.Join(dir, "events", "purchases.parquet")); err != nil {
		t.Error(err)
	}
	check([]string{"-o", dir}, 3, fmt.Sprintf(
		"directory %q holds \"analytics\", \"events\", \"marketing\": expected an empty or absent directory\n", dir))
	check(nil, 2, "found arguments [], expected -o DIR\n")
	check([]string{"-o", dir, "more"}, 2, fmt.Sprintf("found arguments [\"-o\" %q \"more\"], expected -o DIR\n", dir))
	const usage = "Usage of warehouse:\n  -o directory\n    \tthe directory to write; empty or absent\n"
	check([]string{"-h"}, 0, usage)
	check([]string{"-x"}, 2, "flag provided but not defined: -x\n"+usage)
}
