package window

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestEveryZoneLoads also checks that a zone is one location, whoever asks.
func TestEveryZoneLoads(t *testing.T) {
	names := zoneNames(t)
	if len(names) < 590 {
		t.Errorf("%d zones, expected at least 590", len(names))
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for _, name := range names {
				loc, err := LoadLocation(name)
				if again, _ := LoadLocation(name); err != nil || loc.String() != name || again != loc {
					t.Errorf("%q loads as %v, then as %v: %v", name, loc, again, err)
				}
			}
		})
	}
	group.Wait()
}

// zoneNames lists the names that load.
func zoneNames(t *testing.T) []string {
	t.Helper()
	files, err := zoneFiles()
	if err != nil {
		t.Fatal(err)
	}
	names := slices.Sorted(maps.Keys(files))
	return slices.DeleteFunc(names, func(name string) bool { return name == "Factory" })
}

// TestLinksAndFixedZones loads the names that are no place.
func TestLinksAndFixedZones(t *testing.T) {
	for _, c := range []struct {
		zone           string
		winter, summer int // hours east of UTC in 2023
	}{
		{"EST5EDT", -5, -4}, {"EST", -5, -5}, {"Etc/GMT+9", -9, -9}, {"Etc/UTC", 0, 0}, {"GMT", 0, 0}, {"Zulu", 0, 0},
		{"US/Pacific", -8, -7}, {"GB", 0, 1}, {"Asia/Calcutta", 5, 5}, {"Europe/Kyiv", 2, 3}, {"Europe/Kiev", 2, 3},
		{"America/Coyhaique", -3, -4}, // new in 2025b
	} {
		loc := mustLoad(t, c.zone)
		winter := offsetOf(mustMicros(t, "2023-01-15T00:00:00Z")/microsPerSecond, loc) / 3600
		summer := offsetOf(mustMicros(t, "2023-07-15T00:00:00Z")/microsPerSecond, loc) / 3600
		if winter != c.winter || summer != c.summer {
			t.Errorf("%s: %d and %d hours, want %d and %d", c.zone, winter, summer, c.winter, c.summer)
		}
	}
}

// TestZoneDataVersion compares the archive with that of the Go that runs the
// tests. Another Go may bring other data, which is no error here.
func TestZoneDataVersion(t *testing.T) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Skipf("go env GOROOT: %v", err)
	}
	dir := filepath.Join(strings.TrimSpace(string(root)), "lib", "time")
	theirs, err := os.ReadFile(filepath.Join(dir, "zoneinfo.zip"))
	if err != nil {
		t.Skip(err)
	}
	script, err := os.ReadFile(filepath.Join(dir, "update.bash"))
	if err != nil {
		t.Skip(err)
	}
	_, version, _ := bytes.Cut(script, []byte("\nDATA="))
	version, _, _ = bytes.Cut(version, []byte("\n"))
	switch {
	case string(theirs) != zoneArchive:
		t.Skipf("the data here is %s, that of this Go is %s: to take it, run go generate ./engine/window and set ZoneDataVersion",
			ZoneDataVersion, version)
	case string(version) != ZoneDataVersion:
		t.Errorf("the data is that of Go, %s, but ZoneDataVersion is %s", version, ZoneDataVersion)
	}
}

// envZoneChild makes TestMachineHasNoSay print and end.
const envZoneChild = "ROLLCALL_TEST_ZONE_CHILD"

// TestMachineHasNoSay runs itself on a machine whose Tokyo is in Los Angeles,
// and on one whose data cannot be read: package time looks there first, once.
func TestMachineHasNoSay(t *testing.T) {
	if os.Getenv(envZoneChild) != "" {
		fmt.Print(describeZones(t))
		return
	}
	files, err := zoneFiles()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	wrong, err := readZoneFile(files["America/Los_Angeles"])
	if err != nil {
		t.Fatal(err)
	}
	for _, zone := range probedZones {
		path := filepath.Join(folder, filepath.FromSlash(zone))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, wrong, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	bogus := filepath.Join(folder, "bogus.zip")
	if err := os.WriteFile(bogus, []byte("no archive"), 0o644); err != nil {
		t.Fatal(err)
	}
	want := describeZones(t)
	for _, zoneinfo := range []string{folder, bogus, filepath.Join(folder, "missing")} {
		child := exec.Command(os.Args[0], "-test.run=^TestMachineHasNoSay$")
		child.Env = append(os.Environ(), "ZONEINFO="+zoneinfo, "TZ=Asia/Tokyo", envZoneChild+"=1")
		got, err := child.CombinedOutput()
		if err != nil || !strings.HasPrefix(string(got), want) {
			t.Errorf("with ZONEINFO=%s: %v\n got %s\nwant %s", zoneinfo, err, got, want)
		}
	}
}

var probedZones = []string{"Asia/Tokyo", "Europe/Dublin", "US/Eastern", "EST5EDT", "Mars/Olympus"}

// describeZones says when the zones change, or why they do not load.
func describeZones(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, zone := range probedZones {
		loc, err := LoadLocation(zone)
		if err != nil {
			fmt.Fprintln(&b, err)
			continue
		}
		year := Interval{mustMicros(t, "2023-01-01T00:00:00Z"), mustMicros(t, "2024-01-01T00:00:00Z")}
		fmt.Fprintln(&b, zone, Offsets(loc, year), time.Unix(0, 0).In(loc))
	}
	return b.String()
}
