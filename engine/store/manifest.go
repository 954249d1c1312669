package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
)

// FormatVersion is the version of the format that this program writes, and the
// newest that it reads.
//
//	1: the first. See docs/format.md.
const FormatVersion = 1

// Manifest describes one version of a snapshot. It is the one file that is
// read before anything else, so it holds all that is needed to check a rule.
type Manifest struct {
	Format     int             `json:"format"`
	Version    uint64          `json:"version"`    // 1 for the first build, one more for each after it
	Oldest     uint64          `json:"oldest"`     // the oldest version that was kept when this one was committed
	CreatedAt  time.Time       `json:"created_at"` // when the build ended, UTC
	Customers  uint64          `json:"customers"`  // live rows
	Rows       uint64          `json:"rows"`       // numbered, those of deleted customers included
	Schema     *model.Schema   `json:"schema"`
	Layout     *model.Layout   `json:"layout,omitempty"` // where the parts of Schema are in the source
	Attributes []AttributeInfo `json:"attributes"`       // as Schema.Attributes
	Behaviors  []BehaviorInfo  `json:"behaviors"`        // as Schema.Behaviors
	Tables     []TableState    `json:"tables"`           // that the version was made of
	Load       LoadReport      `json:"load"`
	Files      []FileInfo      `json:"files"` // in the order written or adopted
}

// AttributeInfo is what a build found out about an attribute, of the customers
// that are live.
type AttributeInfo struct {
	Nulls    uint64 `json:"nulls"`
	Distinct int    `json:"distinct,omitempty"` // values of the value index, those of deleted customers too; 0: it has none
	Indexed  bool   `json:"indexed"`            // has a value index

	// The least and the greatest value, as text; nil for a list, where every value
	// is NULL, and where one of the two is longer than MaxRangeBytes.
	Least    *string `json:"least,omitempty"`
	Greatest *string `json:"greatest,omitempty"`
}

// BehaviorInfo is what a build found out about a behavior: of the customers that
// are live, and of events that are not too old.
type BehaviorInfo struct {
	Events    uint64 `json:"events"` // dated and undated
	Undated   uint64 `json:"undated"`
	Customers uint64 `json:"customers"` // with at least one event

	// Times of the oldest and the newest event in microseconds since 1970-01-01
	// UTC; nil where no event has a time. Numbers, since times of a source may
	// lie in years that no text form of JSON has.
	First *int64 `json:"first_micros,omitempty"`
	Last  *int64 `json:"last_micros,omitempty"`

	// KeptFrom is the time before which dated events are too old: they are not
	// answered for, though the files may hold some. nil: none are.
	KeptFrom *int64 `json:"kept_from_micros,omitempty"`

	Parts []PartInfo `json:"parts"` // oldest first
}

// PartInfo is one part of a behavior: the events that one build added. Its
// numbers are of all events in its file, whoever's and however old.
type PartInfo struct {
	Events  uint64 `json:"events"` // dated and undated
	Undated uint64 `json:"undated"`
	First   *int64 `json:"first_micros,omitempty"` // time of the oldest event; nil: none has one
	Last    *int64 `json:"last_micros,omitempty"`  // and of the newest
	Version uint64 `json:"version"`                // that wrote it
}

// TableState is a table of the source as a build read it: what the next one
// compares to see what has changed.
type TableState struct {
	Table     model.TableRef `json:"table"`
	Use       string         `json:"use"` // "master", "attributes" or "behavior"
	Behavior  string         `json:"behavior,omitempty"`
	KeyColumn string         `json:"key_column"`         // as the source spells it
	Location  string         `json:"location"`           // path or qualified name
	Version   string         `json:"version,omitempty"`  // that was read; empty: the source has none
	Parts     []TablePart    `json:"parts,omitempty"`    // nil: the source cannot tell
	Orphans   int64          `json:"orphans"`            // rows whose key was not in the master table
	Purged    bool           `json:"purged,omitempty"`   // what was read of deleted customers is not stored any more
	Repeated  int64          `json:"repeated,omitempty"` // rows, at most, that were taken for stored events and are not stored themselves
	Rows      int64          `json:"rows"`
}

// TablePart is one part of a table, such as a file of a folder. Equal name and
// ID: the same rows.
type TablePart struct {
	Name string `json:"name"`
	ID   string `json:"id"`
	Rows int64  `json:"rows"` // -1: not known
}

// FileInfo is one file of a version.
type FileInfo struct {
	Name string `json:"name"`     // what it is: unique in its version
	Path string `json:"path"`     // where it is: the folder of the version that wrote it, a slash, and its name there
	Size int64  `json:"size"`     // bytes
	Sums string `json:"xxhash64"` // of every piece of SectionBytes, one after the other, 16 hexadecimal digits each
}

// File returns what the manifest says about a file; ok is false where the
// version has none of that name.
func (m *Manifest) File(name string) (info FileInfo, ok bool) {
	i := slices.IndexFunc(m.Files, func(f FileInfo) bool { return f.Name == name })
	if i < 0 {
		return FileInfo{}, false
	}
	return m.Files[i], true
}

// encodeManifest returns the bytes of a manifest: JSON, then the checksum of
// that JSON on a line of its own.
func encodeManifest(m *Manifest) ([]byte, error) {
	body, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return nil, err
	}
	body = append(body, '\n')
	return fmt.Appendf(body, "%s\n", sum(body)), nil
}

// decodeManifest is the inverse of encodeManifest; path is for messages.
func decodeManifest(path string, data []byte) (*Manifest, error) {
	end := bytes.LastIndexByte(bytes.TrimSuffix(data, []byte("\n")), '\n') + 1
	body, tail := data[:end], data[end:]
	if want := sum(body) + "\n"; string(tail) != want {
		return nil, corrupt(path, "checksum line is %q, expected %q", clip(tail), want)
	}
	m := new(Manifest)
	if err := json.Unmarshal(body, m); err != nil || m.Format != FormatVersion || m.Oldest == 0 {
		if versionErr := checkFormat(path, body); versionErr != nil {
			return nil, versionErr
		}
		if err != nil {
			return nil, corrupt(path, "%w", err)
		}
	}
	if err := m.validate(); err != nil {
		return nil, corrupt(path, "%w", err)
	}
	return m, nil
}

// checkFormat refuses a manifest of a format that this program does not read.
func checkFormat(path string, body []byte) error {
	var head struct {
		Format int     `json:"format"`
		Rows   *uint64 `json:"rows"`
	}
	if err := json.Unmarshal(body, &head); err != nil {
		return corrupt(path, "%w", err)
	}
	if head.Format < 1 || head.Format > FormatVersion {
		return &VersionError{Path: path, Found: head.Format, Supported: FormatVersion}
	}
	if head.Rows == nil { // the draft had customers only, and one checksum a file
		return &VersionError{Path: path, Found: head.Format, Supported: FormatVersion, Draft: true}
	}
	return nil
}

// clip shortens bytes for a message.
func clip(b []byte) []byte { return b[:min(len(b), 40)] }

// validate checks what readers rely on; writer and reader both call it.
func (m *Manifest) validate() error {
	switch {
	case m.Schema == nil:
		return fmt.Errorf("no schema")
	case m.Version == 0:
		return fmt.Errorf("version 0, expected 1 or more")
	case m.Oldest == 0 || m.Oldest > m.Version:
		return fmt.Errorf("oldest version %d, expected 1 to %d", m.Oldest, m.Version)
	case m.Rows > MaxCustomers:
		return fmt.Errorf("%d rows, at most %d expected", m.Rows, uint64(MaxCustomers))
	case m.Customers > m.Rows:
		return fmt.Errorf("%d customers, at most %d expected", m.Customers, m.Rows)
	case len(m.Attributes) != len(m.Schema.Attributes):
		return fmt.Errorf("%d attributes described, %d in the schema", len(m.Attributes), len(m.Schema.Attributes))
	case len(m.Behaviors) != len(m.Schema.Behaviors):
		return fmt.Errorf("%d behaviors described, %d in the schema", len(m.Behaviors), len(m.Schema.Behaviors))
	}
	if err := m.validateLayout(); err != nil {
		return err
	}
	for i, b := range m.Behaviors {
		if err := b.validate(m.Version); err != nil {
			return fmt.Errorf("behavior %d: %w", i, err)
		}
	}
	return m.validateFiles()
}

// validateLayout checks that the layout, where there is one, is of the schema.
func (m *Manifest) validateLayout() error {
	l := m.Layout
	switch {
	case l == nil:
		return nil
	case len(l.Attributes) != len(m.Schema.Attributes):
		return fmt.Errorf("%d attributes in the layout, %d in the schema", len(l.Attributes), len(m.Schema.Attributes))
	case len(l.Behaviors) != len(m.Schema.Behaviors):
		return fmt.Errorf("%d behaviors in the layout, %d in the schema", len(l.Behaviors), len(m.Schema.Behaviors))
	}
	for i, b := range l.Behaviors {
		if fields := m.Schema.Behaviors[i].Fields; len(b.Fields) != len(fields) {
			return fmt.Errorf("behavior %d: %d fields in the layout, %d in the schema", i, len(b.Fields), len(fields))
		}
	}
	return nil
}

// validate checks the numbers of a behavior in a manifest of a version.
func (b *BehaviorInfo) validate(version uint64) error {
	if err := validateEvents(b.Events, b.Undated, b.First, b.Last); err != nil {
		return err
	}
	for i, p := range b.Parts {
		if err := validateEvents(p.Events, p.Undated, p.First, p.Last); err != nil {
			return fmt.Errorf("part %d: %w", i, err)
		}
		if p.Version == 0 || p.Version > version {
			return fmt.Errorf("part %d is of version %d, expected 1 to %d", i, p.Version, version)
		}
	}
	return nil
}

// validateEvents checks the numbers of some events.
func validateEvents(events, undated uint64, first, last *int64) error {
	switch {
	case undated > events:
		return fmt.Errorf("%d undated events, at most %d expected", undated, events)
	case (first == nil) != (last == nil) || first != nil && *first > *last:
		return fmt.Errorf("events from %s to %s, expected two times in order, or none", microsText(first), microsText(last))
	}
	return nil
}

// validateFiles checks the list of files.
func (m *Manifest) validateFiles() error {
	names := make(map[string]bool, len(m.Files))
	for _, f := range m.Files {
		version, ok := pathVersion(f.Path)
		switch {
		case !ok || version > m.Version:
			return fmt.Errorf("file %q is at %q, expected the folder of a version up to %d and a file's name", f.Name, f.Path, m.Version)
		case !isListable(f.Name):
			return fmt.Errorf("file %q, expected small letters, digits, - and . alone", f.Name)
		case names[f.Name]:
			return fmt.Errorf("file %q is listed twice", f.Name)
		}
		if _, err := parseSums(f.Size, f.Sums); err != nil {
			return fmt.Errorf("file %q: %w", f.Name, err)
		}
		names[f.Name] = true
	}
	return nil
}
