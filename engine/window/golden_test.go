package window

import (
	"fmt"
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

// TestGoldenWindows compares every bound and every canonical text with the
// table that java.time made. See testdata/Windows.java.
func TestGoldenWindows(t *testing.T) {
	zones := map[string]bool{}
	forms := map[Form]int{}
	rows := 0
	readGolden(t, "testdata/windows.tsv", func(where string, cells []string) {
		row := parseGoldenRow(t, where, cells)
		if err := row.spec.Validate(); err != nil {
			t.Errorf("%s: %v", where, err)
		}
		if got := row.spec.String(); got != row.text {
			t.Errorf("%s: text is %q, want %q", where, got, row.text)
		}
		loc := mustLoad(t, row.zone)
		if got := row.spec.Resolve(row.asOf, loc); got != row.want {
			t.Errorf("%s: %s at %s in %s\n got %s\nwant %s", where, row.text,
				FormatInstant(row.asOf.UnixMicro(), loc), row.zone, intervalText(got), intervalText(row.want))
		}
		if row.spec.Form != InNext && row.spec.Form != InNextFull {
			row.want.Hi = min(row.want.Hi, row.asOf.UnixMicro())
		}
		if got := row.spec.ResolveEvents(row.asOf, loc); got != row.want {
			t.Errorf("%s: events of %s at %s in %s\n got %s\nwant %s", where, row.text,
				FormatInstant(row.asOf.UnixMicro(), loc), row.zone, intervalText(got), intervalText(row.want))
		}
		zones[row.zone] = true
		forms[row.spec.Form]++
		rows++
	})
	if rows < 10_000 || len(zones) < 30 || len(forms) != len(formNames) {
		t.Errorf("the golden has %d rows, %d zones and %d forms: expected at least 10000, 30 and %d",
			rows, len(zones), len(forms), len(formNames))
	}
}

// TestGoldenLiterals compares times as written, unix seconds, local days and
// offsets with the table that java.time made.
func TestGoldenLiterals(t *testing.T) {
	checks := map[string]struct {
		cells int // after the kind and the zone
		check func(t *testing.T, loc *time.Location, cells []string) (got, want string)
	}{
		"unix":    {2, goldenUnix},
		"point":   {4, goldenLiteral},
		"day":     {4, goldenDay},
		"days":    {4, goldenDays},
		"offsets": {3, goldenOffsets},
	}
	rows := map[string]int{}
	readGolden(t, "testdata/literals.tsv", func(where string, cells []string) {
		kind, known := checks[cells[0]]
		if !known || len(cells) != 2+kind.cells {
			t.Fatalf("%s: %d cells of kind %q", where, len(cells), cells[0])
		}
		if got, want := kind.check(t, mustLoad(t, cells[1]), cells[2:]); got != want {
			t.Errorf("%s: %s\n got %s\nwant %s", where, strings.Join(cells[:3], " "), got, want)
		}
		rows[cells[0]]++
	})
	for kind, least := range map[string]int{"unix": 50, "point": 2000, "day": 1000, "days": 1000, "offsets": 300} {
		if rows[kind] < least {
			t.Errorf("the golden has %d rows of kind %q: expected at least %d", rows[kind], kind, least)
		}
	}
}

func goldenUnix(t *testing.T, _ *time.Location, cells []string) (got, want string) {
	p, err := PointFromUnix(goldenCount(t, cells[0], cells[0]))
	if err != nil {
		return err.Error(), cells[1]
	}
	return p.String(), cells[1]
}

// goldenLiteral compares the canonical text of a spelling, its instant and its
// end. As an as_of the spelling is that instant too.
func goldenLiteral(t *testing.T, loc *time.Location, cells []string) (got, want string) {
	want = strings.Join(cells[1:], " ")
	p := mustPoint(t, cells[0])
	asOf, err := ParseAsOf(cells[0], loc)
	if err != nil || asOf.UnixMicro() != p.Instant(loc) {
		return fmt.Sprintf("as_of %v, %v", asOf, err), want
	}
	return strings.Join([]string{p.String(), utcText(p.Instant(loc)), utcText(p.End(loc))}, " "), want
}

func goldenDay(t *testing.T, loc *time.Location, cells []string) (got, want string) {
	at := mustMicros(t, cells[0])
	day := DayOf(at, loc)
	lo, hi := DayStart(day, loc), DayStart(day+1, loc)
	if d, l, h := NewDays(loc).Of(at); d != day || l != lo || h != hi {
		return fmt.Sprintf("by Days %s %s %s", dayText(d), utcText(l), utcText(h)), strings.Join(cells[1:], " ")
	}
	return strings.Join([]string{dayText(day), utcText(lo), utcText(hi)}, " "), strings.Join(cells[1:], " ")
}

func goldenDays(t *testing.T, loc *time.Location, cells []string) (got, want string) {
	got = "none none"
	first, last := Interval{mustMicros(t, cells[0]), mustMicros(t, cells[1])}.Days(loc)
	if first <= last {
		got = dayText(int32(first)) + " " + dayText(int32(last))
	}
	return got, cells[2] + " " + cells[3]
}

func goldenOffsets(t *testing.T, loc *time.Location, cells []string) (got, want string) {
	var list []string
	for _, o := range Offsets(loc, Interval{mustMicros(t, cells[0]), mustMicros(t, cells[1])}) {
		list = append(list, fmt.Sprintf("%s=%d", utcText(o.From), o.Seconds))
	}
	return strings.Join(list, " "), cells[2]
}

// readGolden calls each with the cells of every line of a table that is no
// comment, and with the line's name.
func readGolden(t *testing.T, path string, each func(where string, cells []string)) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	where, number, finished := path, 0, false
	defer func() {
		if !finished {
			t.Logf("stopped at %s", where)
		}
	}()
	for line := range strings.Lines(string(data)) {
		number++
		if !strings.HasPrefix(line, "#") {
			where = fmt.Sprintf("%s:%d", path, number)
			each(where, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
		}
	}
	finished = true
}

func utcText(micros int64) string { return FormatInstant(micros, time.UTC) }

// intervalText writes an interval as the tables do.
func intervalText(in Interval) string {
	lo, hi := "-inf", "+inf"
	if in.Lo != math.MinInt64 {
		lo = utcText(in.Lo)
	}
	if in.Hi != math.MaxInt64 {
		hi = utcText(in.Hi)
	}
	return fmt.Sprintf("[%s, %s)", lo, hi)
}

// goldenRow is one line of testdata/windows.tsv.
type goldenRow struct {
	zone string
	asOf time.Time
	want Interval
	spec Spec
	text string
}

func parseGoldenRow(t *testing.T, where string, cells []string) goldenRow {
	t.Helper()
	if len(cells) != 12 {
		t.Fatalf("%s has %d cells, want 12", where, len(cells))
	}
	form, found := formNames[cells[4]]
	if !found {
		t.Fatalf("%s: form %q", where, cells[4])
	}
	row := goldenRow{
		zone: cells[0],
		asOf: time.UnixMicro(goldenInstant(t, where, cells[1])),
		want: Interval{goldenInstant(t, where, cells[2]), goldenInstant(t, where, cells[3])},
		text: cells[11],
	}
	row.spec = Spec{
		Form: form,
		N:    goldenCount(t, where, cells[5]), Unit: goldenUnit(t, where, cells[6]),
		M: goldenCount(t, where, cells[7]), Unit2: goldenUnit(t, where, cells[8]),
		From: goldenPoint(t, where, cells[9]), To: goldenPoint(t, where, cells[10]),
	}
	return row
}

func goldenInstant(t *testing.T, where, cell string) int64 {
	t.Helper()
	switch cell {
	case "-inf":
		return math.MinInt64
	case "+inf":
		return math.MaxInt64
	}
	at, err := time.Parse(time.RFC3339Nano, cell)
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	return at.UnixMicro()
}

func goldenCount(t *testing.T, where, cell string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(cell, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	return n
}

func goldenUnit(t *testing.T, where, cell string) Unit {
	t.Helper()
	if cell == "-" {
		return 0
	}
	unit, ok := ParseUnit(cell)
	if !ok {
		t.Fatalf("%s: unit %q", where, cell)
	}
	return unit
}

func goldenPoint(t *testing.T, where, cell string) Point {
	t.Helper()
	if cell == "-" {
		return Point{}
	}
	p, err := ParsePoint(cell)
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	return p
}
