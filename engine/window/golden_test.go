package window

import (
	"bufio"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// formNames are the forms as testdata/windows.tsv spells them.
var formNames = map[string]Form{
	"Ever": Ever, "InLast": InLast, "InLastFull": InLastFull, "InNext": InNext, "InNextFull": InNextFull,
	"This": This, "Today": Today, "Yesterday": Yesterday, "For": For, "Between": Between, "Since": Since,
	"After": After, "Before": Before, "Ago": Ago, "MoreThanAgo": MoreThanAgo,
}

// TestGolden compares every bound and every canonical text with the table that
// java.time made. See testdata/Windows.java.
func TestGolden(t *testing.T) {
	file, err := os.Open("testdata/windows.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()

	zones := map[string]*time.Location{}
	seen := map[Form]int{}
	rows := 0
	lines := bufio.NewScanner(file)
	for number := 1; lines.Scan(); number++ {
		line := lines.Text()
		if strings.HasPrefix(line, "#") {
			continue
		}
		row := parseGoldenRow(t, number, line)
		loc := zones[row.zone]
		if loc == nil {
			if loc, err = LoadLocation(row.zone); err != nil {
				t.Fatal(err)
			}
			zones[row.zone] = loc
		}
		if err := row.spec.Validate(); err != nil {
			t.Errorf("line %d: %v", number, err)
		}
		if got := row.spec.String(); got != row.text {
			t.Errorf("line %d: text is %q, want %q", number, got, row.text)
		}
		if got := row.spec.Resolve(row.asOf, loc); got != row.want {
			t.Errorf("line %d: %s at %s in %s\n got [%s, %s)\nwant [%s, %s)", number, row.text,
				FormatInstant(row.asOf.UnixMicro(), loc), row.zone,
				FormatInstant(got.Lo, time.UTC), FormatInstant(got.Hi, time.UTC),
				FormatInstant(row.want.Lo, time.UTC), FormatInstant(row.want.Hi, time.UTC))
		}
		seen[row.spec.Form]++
		rows++
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if rows < 2000 || len(zones) < 15 || len(seen) != len(formNames) {
		t.Errorf("the golden has %d rows, %d zones and %d forms: expected at least 2000, 15 and %d",
			rows, len(zones), len(seen), len(formNames))
	}
}

// goldenRow is one line of testdata/windows.tsv.
type goldenRow struct {
	zone string
	asOf time.Time
	want Interval
	spec Spec
	text string
}

func parseGoldenRow(t *testing.T, number int, line string) goldenRow {
	t.Helper()
	cells := strings.Split(line, "\t")
	if len(cells) != 12 {
		t.Fatalf("line %d has %d cells, want 12", number, len(cells))
	}
	form, found := formNames[cells[4]]
	if !found {
		t.Fatalf("line %d: form %q", number, cells[4])
	}
	row := goldenRow{
		zone: cells[0],
		asOf: time.UnixMicro(goldenInstant(t, number, cells[1])),
		want: Interval{goldenInstant(t, number, cells[2]), goldenInstant(t, number, cells[3])},
		text: cells[11],
	}
	row.spec = Spec{
		Form: form,
		N:    goldenCount(t, number, cells[5]), Unit: goldenUnit(t, number, cells[6]),
		M: goldenCount(t, number, cells[7]), Unit2: goldenUnit(t, number, cells[8]),
		From: goldenPoint(t, number, cells[9]), To: goldenPoint(t, number, cells[10]),
	}
	return row
}

func goldenInstant(t *testing.T, number int, cell string) int64 {
	t.Helper()
	switch cell {
	case "-inf":
		return math.MinInt64
	case "+inf":
		return math.MaxInt64
	}
	at, err := time.Parse(time.RFC3339Nano, cell)
	if err != nil {
		t.Fatalf("line %d: %v", number, err)
	}
	return at.UnixMicro()
}

func goldenCount(t *testing.T, number int, cell string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(cell, 10, 64)
	if err != nil {
		t.Fatalf("line %d: %v", number, err)
	}
	return n
}

func goldenUnit(t *testing.T, number int, cell string) Unit {
	t.Helper()
	if cell == "-" {
		return 0
	}
	unit, ok := ParseUnit(cell)
	if !ok {
		t.Fatalf("line %d: unit %q", number, cell)
	}
	return unit
}

func goldenPoint(t *testing.T, number int, cell string) Point {
	t.Helper()
	if cell == "-" {
		return Point{}
	}
	p, err := ParsePoint(cell)
	if err != nil {
		t.Fatalf("line %d: %v", number, err)
	}
	return p
}
