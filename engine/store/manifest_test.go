package store

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/model"
)

// small returns a manifest with no attributes and no behaviors.
func small() *Manifest {
	return &Manifest{
		Format: FormatVersion, Version: 3, Oldest: 2, CreatedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Customers: 2, Rows: 2,
		Schema: &model.Schema{Name: "Small", Timezone: "UTC", KeyColumn: "id", KeyType: model.Type{Kind: model.String}},
		Files:  []FileInfo{{Name: KeysFile, Path: "00000002/keys.arrow", Size: 10, Sums: "0123456789abcdef"}},
	}
}

func encode(t testing.TB, m *Manifest) []byte {
	t.Helper()
	data, err := encodeManifest(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestManifestRoundTrip(t *testing.T) {
	got, err := decodeManifest("MANIFEST", encode(t, small()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(small(), got); diff != "" {
		t.Errorf("manifest (-want +got):\n%s", diff)
	}
}

// TestManifestRefusesEveryFlip flips every bit of a manifest, and cuts it off at
// every byte.
func TestManifestRefusesEveryFlip(t *testing.T) {
	data := encode(t, small())
	for i := range data {
		for bit := range 8 {
			data[i] ^= 1 << bit
			var corrupt *CorruptError
			if _, err := decodeManifest("MANIFEST", data); !errors.As(err, &corrupt) {
				t.Errorf("bit %d of byte %d: %v, want a *CorruptError", bit, i, err)
			}
			data[i] ^= 1 << bit
		}
		if _, err := decodeManifest("MANIFEST", data[:i]); err == nil {
			t.Errorf("the first %d bytes are accepted", i)
		}
	}
}

func TestManifestErrors(t *testing.T) {
	for _, c := range []struct {
		change func(m *Manifest)
		want   string
	}{
		{func(m *Manifest) { m.Format = 2 }, "MANIFEST has format version 2, this program reads up to 1"},
		{func(m *Manifest) { m.Format = 0 }, "MANIFEST has format version 0, this program reads up to 1"},
		{func(m *Manifest) { m.Schema = nil }, "MANIFEST is corrupt: no schema"},
		{func(m *Manifest) { m.Version = 0 }, "MANIFEST is corrupt: version 0, expected 1 or more"},
		{func(m *Manifest) { m.Oldest = 0 }, "MANIFEST is corrupt: oldest version 0, expected 1 to 3"},
		{func(m *Manifest) { m.Oldest = 4 }, "MANIFEST is corrupt: oldest version 4, expected 1 to 3"},
		{func(m *Manifest) { m.Rows = 1 << 32 }, "MANIFEST is corrupt: 4294967296 rows, at most 4294967295 expected"},
		{func(m *Manifest) { m.Customers = 3 }, "MANIFEST is corrupt: 3 customers, at most 2 expected"},
		{func(m *Manifest) { m.Attributes = make([]AttributeInfo, 1) }, "MANIFEST is corrupt: 1 attributes described, 0 in the schema"},
		{func(m *Manifest) { m.Behaviors = make([]BehaviorInfo, 2) }, "MANIFEST is corrupt: 2 behaviors described, 0 in the schema"},
		{bought(BehaviorInfo{Events: 1, Undated: 2}), "MANIFEST is corrupt: behavior 0: 2 undated events, at most 1 expected"},
		{bought(BehaviorInfo{First: new(int64)}), "MANIFEST is corrupt: behavior 0: events from 0 to none, expected two times in order, or none"},
		{bought(BehaviorInfo{Last: new(int64)}), "MANIFEST is corrupt: behavior 0: events from none to 0, expected two times in order, or none"},
		{bought(BehaviorInfo{First: micros(8), Last: micros(7)}), "MANIFEST is corrupt: behavior 0: events from 8 to 7, expected two times in order, or none"},
		{bought(BehaviorInfo{Parts: []PartInfo{{Version: 3}, {Version: 3, Undated: 1}}}), "MANIFEST is corrupt: behavior 0: part 1: 1 undated events, at most 0 expected"},
		{bought(BehaviorInfo{Parts: []PartInfo{{Version: 3, Last: micros(7)}}}), "MANIFEST is corrupt: behavior 0: part 0: events from none to 7, expected two times in order, or none"},
		{bought(BehaviorInfo{Parts: []PartInfo{{Version: 3, First: micros(8), Last: micros(7)}}}), "MANIFEST is corrupt: behavior 0: part 0: events from 8 to 7, expected two times in order, or none"},
		{bought(BehaviorInfo{Parts: []PartInfo{{Version: 4}}}), "MANIFEST is corrupt: behavior 0: part 0 is of version 4, expected 1 to 3"},
		{bought(BehaviorInfo{Parts: []PartInfo{{}}}), "MANIFEST is corrupt: behavior 0: part 0 is of version 0, expected 1 to 3"},
		{func(m *Manifest) { m.Layout = &model.Layout{Attributes: make([]model.ColumnLayout, 1)} }, "MANIFEST is corrupt: 1 attributes in the layout, 0 in the schema"},
		{func(m *Manifest) { m.Layout = &model.Layout{Behaviors: make([]model.EventLayout, 2)} }, "MANIFEST is corrupt: 2 behaviors in the layout, 0 in the schema"},
		{func(m *Manifest) {
			m.Schema.Behaviors, m.Behaviors = make([]model.Behavior, 1), make([]BehaviorInfo, 1)
			m.Layout = &model.Layout{Behaviors: []model.EventLayout{{Fields: make([]model.FieldLayout, 3)}}}
		}, "MANIFEST is corrupt: behavior 0: 3 fields in the layout, 0 in the schema"},
		{func(m *Manifest) { m.Files[0].Name = "../keys.arrow" }, `MANIFEST is corrupt: file "../keys.arrow", expected small letters, digits, - and . alone`},
		{func(m *Manifest) { m.Files[0].Path = "00000002/../keys.arrow" }, `MANIFEST is corrupt: file "keys.arrow" is at "00000002/../keys.arrow", expected the folder of a version up to 3 and a file's name`},
		{func(m *Manifest) { m.Files[0].Path = "00000004/keys.arrow" }, `MANIFEST is corrupt: file "keys.arrow" is at "00000004/keys.arrow", expected the folder of a version up to 3 and a file's name`},
		{func(m *Manifest) { m.Files = append(m.Files, m.Files[0]) }, `MANIFEST is corrupt: file "keys.arrow" is listed twice`},
		{func(m *Manifest) { m.Files[0].Sums = "abc" }, `MANIFEST is corrupt: file "keys.arrow": 10 bytes with 3 digits of checksums, expected 16 digits for every 1048576 bytes`},
		{func(m *Manifest) { m.Files[0].Size = SectionBytes + 1 }, `MANIFEST is corrupt: file "keys.arrow": 1048577 bytes with 16 digits of checksums, expected 16 digits for every 1048576 bytes`},
		{func(m *Manifest) { m.Files[0].Size = math.MaxInt64 }, `MANIFEST is corrupt: file "keys.arrow": 9223372036854775807 bytes with 16 digits of checksums, expected 16 digits for every 1048576 bytes`},
		{func(m *Manifest) { m.Files[0].Sums = "0123456789abcdeg" }, `MANIFEST is corrupt: file "keys.arrow": checksum of section 0 is "0123456789abcdeg", expected 16 hexadecimal digits`},
		{func(m *Manifest) { m.Files[0].Size = -1 }, `MANIFEST is corrupt: file "keys.arrow": -1 bytes, expected 0 or more`},
	} {
		m := small()
		c.change(m)
		_, err := decodeManifest("MANIFEST", encode(t, m))
		if err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// bought gives a manifest a behavior.
func bought(info BehaviorInfo) func(m *Manifest) {
	return func(m *Manifest) {
		m.Schema.Behaviors, m.Behaviors = []model.Behavior{{Name: "buy", TimeColumn: "at"}}, []BehaviorInfo{info}
	}
}

// micros returns a time.
func micros(t int64) *int64 { return &t }

// TestManifestOfBehaviors reads one whose numbers fit.
func TestManifestOfBehaviors(t *testing.T) {
	for _, info := range []BehaviorInfo{
		{},
		{Events: 2, Undated: 2, Parts: []PartInfo{{Version: 1, Events: 2, Undated: 2}}},
		{Events: 1, First: micros(7), Last: micros(7), Parts: []PartInfo{{Version: 1, Events: 2, First: micros(6), Last: micros(8)}, {Version: 3}}},
	} {
		m := small()
		bought(info)(m)
		if _, err := decodeManifest("MANIFEST", encode(t, m)); err != nil {
			t.Errorf("%+v: %v", info, err)
		}
	}
}

// TestManifestOfALaterProgram lists a file that nobody here knows, and has a key
// that nobody here knows: both are passed over.
func TestManifestOfALaterProgram(t *testing.T) {
	m := small()
	m.Files = append(m.Files, m.Files[0])
	m.Files[1].Name, m.Files[1].Path = "attribute-0000.trigrams", "00000003/attribute-0000.trigrams"
	body := strings.Replace(string(encode(t, m)), `"format"`, `"later": {"x": 1}, "format"`, 1)
	body = body[:strings.LastIndex(strings.TrimSuffix(body, "\n"), "\n")+1]
	got, err := decodeManifest("MANIFEST", []byte(body+sum([]byte(body))+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m.Files, got.Files); diff != "" {
		t.Error(diff)
	}
}

// TestDraftManifest reads a manifest as it was written before format 1 was
// settled.
func TestDraftManifest(t *testing.T) {
	body := `{"format":1,"version":3,"customers":2,"schema":{},"files":[{"name":"keys.arrow","size":10,"xxhash64":"0123456789abcdef"}]}` + "\n"
	_, err := decodeManifest("MANIFEST", []byte(body+sum([]byte(body))+"\n"))
	const want = "MANIFEST was written by a development version, in a draft of format version 1; build it anew"
	var version *VersionError
	if !errors.As(err, &version) || err.Error() != want {
		t.Errorf("%v, want a *VersionError: %s", err, want)
	}
}

// FuzzManifest decodes arbitrary JSON with a checksum that fits it.
func FuzzManifest(f *testing.F) {
	data := encode(f, small())
	f.Add(data[:len(data)-17])
	f.Add([]byte(`{"format":1,"schema":{"key_type":"number (decimal(99,1))"}}` + "\n"))
	f.Add([]byte("[]\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		body = append(body, '\n')
		m, err := decodeManifest("MANIFEST", append(body, sum(body)+"\n"...))
		if err != nil {
			return
		}
		again, err := decodeManifest("MANIFEST", encode(t, m))
		if err != nil {
			t.Fatalf("what was read cannot be written and read again: %v", err)
		}
		if diff := cmp.Diff(m, again); diff != "" {
			t.Errorf("manifest (-read +read again):\n%s", diff)
		}
	})
}
