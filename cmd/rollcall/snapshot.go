package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine/store"
)

// open opens the snapshot that a command line names.
func (a *app) open(name string) (*ask.Snapshot, error) {
	dir, version, err := splitVersion(name)
	if err != nil {
		return nil, err
	}
	library, err := loadSegments(a.segments)
	if err != nil {
		return nil, err
	}
	return ask.OpenSnapshot(dir, version, library)
}

// splitVersion returns the directory and the version that SNAP or SNAP@VERSION
// names; 0 is the current one. A directory that is a snapshot is one, whatever
// its name.
func splitVersion(name string) (dir string, version uint64, err error) {
	at := strings.LastIndexByte(name, '@')
	if at <= 0 || isSnapshot(name) {
		return name, 0, nil
	}
	dir, number := name[:at], name[at+1:]
	if version, err = strconv.ParseUint(number, 10, 64); err == nil && version > 0 {
		return dir, version, nil
	}
	if !isSnapshot(dir) {
		return name, 0, nil // opening it says what it is
	}
	have, err := store.Versions(store.OS, dir)
	if err != nil {
		return "", 0, err
	}
	return "", 0, usagef("%s: after the @ stands the number of a version, found %q; %s has %s", name, number, dir, versionsText(have))
}

// isSnapshot reports whether a directory is a snapshot, be it one with something
// wrong.
func isSnapshot(dir string) bool {
	var other *store.NotSnapshotError
	_, err := store.ReadManifest(store.OS, dir, 0)
	return !errors.As(err, &other)
}

// currentOnly refuses SNAP@VERSION, for commands that write the next version.
func currentOnly(command, name string) error {
	at := strings.LastIndexByte(name, '@')
	if at <= 0 || isSnapshot(name) || !isSnapshot(name[:at]) {
		return nil
	}
	return usagef("%s writes a new version of %s; an older one, %s, stays as it is", command, name[:at], name)
}

// versionsText lists versions for people.
func versionsText(versions []uint64) string {
	texts := make([]string, len(versions))
	for i, v := range versions {
		texts[i] = fmt.Sprint(v)
	}
	return strings.Join(texts, ", ")
}
