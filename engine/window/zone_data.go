package window

import (
	"archive/zip"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// ZoneDataVersion is the release of the IANA time-zone database that this
// package carries. The same release resolves every window to the same bounds,
// on every machine.
const ZoneDataVersion = "2025c"

// zoneArchive is Go's lib/time/zoneinfo.zip, which is in the public domain: one
// compiled file per zone, stored uncompressed under its IANA name. To take that
// of a newer Go, run go generate and set ZoneDataVersion; a test compares both
// with the Go that runs it.
//
//go:generate cp $GOROOT/lib/time/zoneinfo.zip zoneinfo.zip
//go:embed zoneinfo.zip
var zoneArchive string

// zoneFiles finds the files of zoneArchive by name. It is built once.
var zoneFiles = sync.OnceValues(func() (map[string]*zip.File, error) {
	archive, err := zip.NewReader(strings.NewReader(zoneArchive), int64(len(zoneArchive)))
	if err != nil {
		return nil, fmt.Errorf("time-zone data %s: %w", ZoneDataVersion, err)
	}
	files := make(map[string]*zip.File, len(archive.File))
	for _, f := range archive.File {
		files[f.Name] = f
	}
	return files, nil
})

// loadedZones holds the locations loaded so far, by name.
var loadedZones = struct {
	sync.Mutex
	byName map[string]*time.Location
}{byName: map[string]*time.Location{}}

// embeddedLocation returns the location of a file in zoneArchive, one for all
// calls. It returns nil and no error if there is none with that name.
func embeddedLocation(name string) (*time.Location, error) {
	loadedZones.Lock()
	defer loadedZones.Unlock()
	if loc := loadedZones.byName[name]; loc != nil {
		return loc, nil
	}
	files, err := zoneFiles()
	if err != nil || files[name] == nil {
		return nil, err
	}
	loc, err := parseZoneFile(files[name])
	if err != nil {
		return nil, fmt.Errorf("time-zone data %s: %s: %w", ZoneDataVersion, name, err)
	}
	loadedZones.byName[name] = loc
	return loc, nil
}

func parseZoneFile(f *zip.File) (*time.Location, error) {
	data, err := readZoneFile(f)
	if err != nil {
		return nil, err
	}
	return time.LoadLocationFromTZData(f.Name, data)
}

func readZoneFile(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(r) // the end checks the sum
	return data, errors.Join(err, r.Close())
}
