package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/cespare/xxhash/v2"

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
	CreatedAt  time.Time       `json:"created_at"` // when the build ended, UTC
	Customers  uint64          `json:"customers"`
	Schema     *model.Schema   `json:"schema"`
	Layout     *model.Layout   `json:"layout,omitempty"` // where the parts of Schema are in the source
	Attributes []AttributeInfo `json:"attributes"`       // as Schema.Attributes
	Behaviors  []BehaviorInfo  `json:"behaviors"`        // as Schema.Behaviors
	Load       LoadReport      `json:"load"`
	Files      []FileInfo      `json:"files"` // in the order written
}

// AttributeInfo is what a build found out about an attribute.
type AttributeInfo struct {
	Nulls    uint64 `json:"nulls"`
	Distinct int    `json:"distinct,omitempty"` // 0: more than a value index takes, or a list
	Indexed  bool   `json:"indexed"`            // has a value index

	// The least and the greatest value, as text; nil for a list, where every value
	// is NULL, and where one of the two is long.
	Least    *string `json:"least,omitempty"`
	Greatest *string `json:"greatest,omitempty"`
}

// BehaviorInfo is what a build found out about a behavior.
type BehaviorInfo struct {
	Events    uint64 `json:"events"` // dated and undated
	Undated   uint64 `json:"undated"`
	Customers uint64 `json:"customers"` // with at least one event

	// Times of the oldest and the newest event in microseconds since 1970-01-01
	// UTC; nil where no event has a time. Numbers, since times of a source may
	// lie in years that no text form of JSON has.
	First *int64 `json:"first_micros,omitempty"`
	Last  *int64 `json:"last_micros,omitempty"`
}

// FileInfo is one file of a version.
type FileInfo struct {
	Name string `json:"name"`
	Size int64  `json:"size"`     // bytes
	Sum  string `json:"xxhash64"` // of all bytes, 16 hexadecimal digits
}

// sum returns the checksum of b as manifests write it.
func sum(b []byte) string { return fmt.Sprintf("%016x", xxhash.Sum64(b)) }

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
	corrupt := func(format string, args ...any) error {
		return &CorruptError{Path: path, Reason: fmt.Errorf(format, args...)}
	}
	end := bytes.LastIndexByte(bytes.TrimSuffix(data, []byte("\n")), '\n') + 1
	body, tail := data[:end], data[end:]
	if want := sum(body) + "\n"; string(tail) != want {
		return nil, corrupt("checksum line is %q, expected %q", clip(tail), want)
	}
	var head struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(body, &head); err != nil {
		return nil, corrupt("%w", err)
	}
	if head.Format < 1 || head.Format > FormatVersion {
		return nil, &VersionError{Path: path, Found: head.Format, Supported: FormatVersion}
	}
	m := new(Manifest)
	if err := json.Unmarshal(body, m); err != nil {
		return nil, corrupt("%w", err)
	}
	if err := m.validate(); err != nil {
		return nil, &CorruptError{Path: path, Reason: err}
	}
	return m, nil
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
	case m.Customers > MaxCustomers:
		return fmt.Errorf("%d customers, at most %d expected", m.Customers, uint64(MaxCustomers))
	case len(m.Attributes) != len(m.Schema.Attributes):
		return fmt.Errorf("%d attributes described, %d in the schema", len(m.Attributes), len(m.Schema.Attributes))
	case len(m.Behaviors) != len(m.Schema.Behaviors):
		return fmt.Errorf("%d behaviors described, %d in the schema", len(m.Behaviors), len(m.Schema.Behaviors))
	}
	for _, f := range m.Files {
		if _, err := strconv.ParseUint(f.Sum, 16, 64); err != nil || len(f.Sum) != 16 || f.Size < 0 || !isFileName(f.Name) {
			return fmt.Errorf("file %q of %d bytes with checksum %q", f.Name, f.Size, f.Sum)
		}
	}
	return nil
}

// isFileName reports whether name is a plain name within a version's folder.
func isFileName(name string) bool {
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return false
		}
	}
	return name != "" && name[0] != '.'
}
