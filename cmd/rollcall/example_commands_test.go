package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/bench/difftest/examples"
	"github.com/rollcall-db/rollcall/engine/oracle"
)

// The example segments that are what commands do with an audience, with what the
// commands print; -update rewrites it.
const exampleCommands = "testdata/examples/commands.txt"

// exampleSnapshot builds a snapshot of the examples' tables and makes its folder the
// working directory, where it is called examples.rollcall and the examples examples.
func exampleSnapshot(t *testing.T) {
	t.Helper()
	files, err := filepath.Abs(exampleFiles)
	if err != nil {
		t.Fatal(err)
	}
	w, parent := exampleWarehouse(t)
	t.Chdir(t.TempDir())
	if err := os.Symlink(files, "examples"); err != nil {
		t.Fatal(err)
	}
	if err := w.WriteParquet("warehouse"); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := rollcall(t, "build", "-c", parent, "-s", "warehouse", "-o", "examples.rollcall"); code != exitDone {
		t.Fatalf("build: exit code %d: %s%s", code, out, errs)
	}
}

// TestExampleCommands runs the examples that are no rules, and compares what they
// print.
func TestExampleCommands(t *testing.T) {
	want, err := os.ReadFile(exampleCommands)
	if err != nil {
		t.Fatal(err)
	}
	path, err := filepath.Abs(exampleCommands)
	if err != nil {
		t.Fatal(err)
	}
	exampleSnapshot(t)
	got := runBlock(t, string(want))
	switch diff := gocmp.Diff(withoutTimes(string(want)), withoutTimes(got)); {
	case diff == "":
	case *update:
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil { //nolint:gosec // a file of the repository
			t.Fatal(err)
		}
	default:
		t.Errorf("%s is not what the commands print; go test -run TestExampleCommands ./cmd/rollcall -update rewrites it (-file +printed):\n%s", exampleCommands, diff)
	}
}

// TestExampleNumbers works the numbers of the examples out once more: from the table
// where rows are picked, else by other commands.
func TestExampleNumbers(t *testing.T) {
	exampleSnapshot(t)
	const lapsed = "not purchase in last 180 days and purchase ever"
	count := func(rule string, more ...string) uint64 {
		return uint64(answerOf(t, append([]string{"count", "examples.rollcall", rule, "--format", "json"}, more...)...)["count"].(float64))
	}
	t.Run("25", func(t *testing.T) {
		f := answerOf(t, "funnel", "examples.rollcall", "@examples/25.segment.yml", "--as-of", "2025-06-15", "--format", "json")
		if got, want := uint64(f["count"].(float64)), count("@examples/25.segment.yml", "--as-of", "2025-06-15"); got != want {
			t.Errorf("the funnel ends with %d, the rule selects %d", got, want)
		}
	})
	t.Run("27", func(t *testing.T) {
		d := answerOf(t, "diff", "examples.rollcall", "purchase in last 30 days", "--from", "2025-06-08", "--to", "2025-06-15", "--format", "json")
		before, after := count("purchase in last 30 days", "--as-of", "2025-06-08"), count("purchase in last 30 days", "--as-of", "2025-06-15")
		entered, left, stayed := uint64(d["entered"].(float64)), uint64(d["left"].(float64)), uint64(d["stayed"].(float64))
		// The same windows as dates, in one rule: in the later and not in the earlier.
		want := count("purchase between '2025-05-16' and '2025-06-14' and not purchase between '2025-05-09' and '2025-06-07'", "--as-of", "2025-06-15")
		if entered != want || stayed+left != before || stayed+entered != after {
			t.Errorf("%d entered, %d left, %d stayed; want %d entered, of %d and %d", entered, left, stayed, want, before, after)
		}
	})
	t.Run("30", func(t *testing.T) {
		w := answerOf(t, "waterfall", "examples.rollcall", "lifetime_value > 2000", lapsed, "email_opt_in = true", "--as-of", "2025-06-15", "--format", "json")
		for i, rule := range []string{
			"lifetime_value > 2000", "(" + lapsed + ") and not lifetime_value > 2000",
			"email_opt_in = true and not (lifetime_value > 2000 or " + lapsed + ")",
		} {
			taken := w["rules"].([]any)[i].(map[string]any)["taken"].(float64)
			if want := count(rule, "--as-of", "2025-06-15"); uint64(taken) != want || want == 0 {
				t.Errorf("rule %d takes %v, want %d", i+1, taken, want)
			}
		}
	})
	t.Run("24 and 29", func(t *testing.T) {
		table := examples.Table(examples.Timezone)
		churn, value, country := table.Schema.Attribute("churn_score"), table.Schema.Attribute("lifetime_value"), table.Schema.Attribute("country")
		scored := 0
		var rows []int
		for row := range table.Keys {
			if table.Attributes[churn][row] != nil {
				scored++
			}
			if table.Attributes[value][row] != nil {
				rows = append(rows, row)
			}
		}
		if got, want := count("not churn_score is null", "--top", "10%", "--order-by", "churn_score"), uint64(scored+9)/10; got != want {
			t.Errorf("the top decile of %d has %d, want %d", scored, got, want)
		}
		cents := func(row int) int64 { return table.Attributes[value][row].(oracle.Decimal).Unscaled.Int64() }
		slices.SortFunc(rows, func(a, b int) int {
			return cmp.Or(cmp.Compare(cents(b), cents(a)), cmp.Compare(fmt.Sprint(table.Keys[a]), fmt.Sprint(table.Keys[b])))
		})
		taken := map[any]int{}
		var want []string
		for _, row := range rows {
			if in := table.Attributes[country][row]; taken[in] < 5 && len(want) < 20 {
				taken[in]++
				want = append(want, fmt.Sprint(table.Keys[row]))
			}
		}
		l := answerOf(t, "list", "examples.rollcall", "not lifetime_value is null", "--top", "20", "--order-by", "lifetime_value", "--per", "country=5", "--limit", "20", "--format", "json")
		var got []string
		for _, row := range l["rows"].([]any) {
			got = append(got, row.([]any)[0].(string))
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("the first 20, 5 of a country (-want +got):\n%s", diff)
		}
	})
}
