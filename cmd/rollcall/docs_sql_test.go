package main

import (
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // judges the page
)

// TestAudiencesPageNumbers works the numbers of docs/audiences.md out once more, in
// DuckDB, by SQL that was written by hand over the Parquet files, and compares them with
// what the commands print as JSON, or write.
func TestAudiencesPageNumbers(t *testing.T) {
	page, err := os.ReadFile(audiencesPage)
	if err != nil {
		t.Fatal(err)
	}
	judge := docsJudge(t, cdnowData.Warehouse(t))
	docsFolder(t)
	t.Setenv("ROLLCALL_SALT", "a salt for the pages of docs")
	next := 0
	for _, block := range fencedBlock.FindAllStringSubmatch(string(page), -1) {
		if name, ok := strings.CutPrefix(strings.SplitN(block[2], "\n", 2)[0], "# "); ok && block[1] == "yaml" {
			writeDocsFile(t, name, block[2])
		}
		if block[1] != "console" {
			continue
		}
		for _, lines := range splitCommands(block[2]) {
			if next == len(pageNumbers) {
				t.Fatalf("no SQL for %s", lines)
			}
			checkPageNumbers(t, judge, lines, pageNumbers[next])
			next++
		}
	}
	if next != len(pageNumbers) {
		t.Errorf("%d commands on the page, SQL for %d", next, len(pageNumbers))
	}
}

// docsJudge returns a database with the tables of a warehouse, and what the SQL of
// the page has in common.
func docsJudge(t *testing.T, warehouse string) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	file := func(name string) string {
		return "read_parquet('" + strings.ReplaceAll(filepath.Join(warehouse, name), "'", "''") + "')"
	}
	for _, statement := range []string{
		"SET TimeZone = 'UTC'",
		"CREATE TABLE c AS SELECT * FROM " + file("marketing/customers.parquet") + " AS a JOIN " + file("analytics/customer_metrics.parquet") + " AS b USING (customer_id)",
		"CREATE TABLE p AS SELECT customer_id, purchased_at::TIMESTAMP AS t, quantity, amount FROM " + file("events/purchases.parquet"),
		"CREATE MACRO bought(lo, hi) AS TABLE SELECT DISTINCT customer_id FROM p WHERE t >= lo::TIMESTAMP AND t < hi::TIMESTAMP",
		"CREATE MACRO iso(x) AS strftime(x::TIMESTAMP, '%Y-%m-%dT%H:%M:%SZ')",
		"CREATE TABLE m90 AS SELECT * FROM c WHERE customer_id IN (FROM bought('1998-04-02', '1998-07-01'))",
		"CREATE TABLE m30 AS SELECT * FROM c WHERE customer_id IN (FROM bought('1998-06-01', '1998-07-01'))",
		"CREATE TABLE may AS SELECT * FROM c WHERE customer_id IN (FROM bought('1998-05-02', '1998-06-01'))",
		"CREATE TABLE gold AS SELECT * FROM c WHERE loyalty_tier = 'Gold'",
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	return db
}

// checkPageNumbers runs a command of the page and compares its numbers.
func checkPageNumbers(t *testing.T, judge *sql.DB, lines string, want commandNumbers) {
	t.Helper()
	args, err := shellWords(strings.ReplaceAll(strings.TrimPrefix(lines, "$ "), "\\\n", " "))
	if err != nil {
		t.Fatal(err)
	}
	if args[1] != want.command {
		t.Fatalf("the SQL of rollcall %s meets %s", want.command, lines)
	}
	csvOut := slices.Contains(args, "csv")
	if !csvOut {
		args = append(args, "--format", "json")
	}
	code, stdout, stderr := rollcall(t, args[1:]...)
	if code != exitDone {
		t.Fatalf("%s: exit code %d: %s", lines, code, stderr)
	}
	for _, n := range want.numbers {
		var got []string
		switch {
		case n.file != "":
			got = askJudge(t, judge, n.file)
		case csvOut:
			got = csvColumns(t, stdout, n.path)
		default:
			var doc any
			d := json.NewDecoder(strings.NewReader(stdout))
			d.UseNumber()
			if err := d.Decode(&doc); err != nil {
				t.Fatalf("%s: %v", stdout, err)
			}
			got = atPath(doc, strings.Split(n.path, "."))
		}
		expected := askJudge(t, judge, n.sql)
		if len(got) == 0 || !slices.EqualFunc(got, expected, sameNumber) {
			t.Errorf("%s%s%s is\n%q\nDuckDB says\n%q\nto %s", lines, n.path, n.file, got, expected, n.sql)
		}
	}
}

// sameNumber reports whether two texts are equal, or as floats to 12 digits.
func sameNumber(x, y string) bool {
	if x == y {
		return true
	}
	a, err := strconv.ParseFloat(x, 64)
	b, err2 := strconv.ParseFloat(y, 64)
	return err == nil && err2 == nil && math.Abs(a-b) <= 1e-12*math.Abs(b)
}

// askJudge returns the cells of an answer as text, row by row.
func askJudge(t *testing.T, judge *sql.DB, query string) []string {
	t.Helper()
	rows, err := judge.QueryContext(t.Context(), "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ("+query+")")
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() {
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	cells := []string{}
	for rows.Next() {
		row := make([]sql.NullString, len(names))
		to := make([]any, len(names))
		for i := range row {
			to[i] = &row[i]
		}
		if err := rows.Scan(to...); err != nil {
			t.Fatal(err)
		}
		for _, cell := range row {
			if !cell.Valid {
				cell.String = "NULL"
			}
			cells = append(cells, cell.String)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return cells
}

// atPath returns what is at a path of a document: "*" stands for all elements of a
// list, "a|b" for several fields, one after the other.
func atPath(doc any, path []string) []string {
	var found []string
	if len(path) == 0 {
		if list, ok := doc.([]any); ok {
			return atPath(list, []string{"*"})
		}
		if doc == nil {
			return []string{"NULL"}
		}
		return []string{fmt.Sprint(doc)}
	}
	switch doc := doc.(type) {
	case []any:
		for i, e := range doc {
			if path[0] == "*" || path[0] == strconv.Itoa(i) {
				found = append(found, atPath(e, path[1:])...)
			}
		}
	case map[string]any:
		for name := range strings.SplitSeq(path[0], "|") {
			found = append(found, atPath(doc[name], path[1:])...)
		}
	}
	return found
}

// csvColumns returns the columns, given by their numbers as "1|2", of the rows below the
// header.
func csvColumns(t *testing.T, text, columns string) []string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, row := range rows[1:] {
		for column := range strings.SplitSeq(columns, "|") {
			i, err := strconv.Atoi(column)
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, row[i])
		}
	}
	return found
}
