package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/engine/index"
)

func TestEncodingsText(t *testing.T) {
	for _, test := range []struct {
		want      string
		encodings []encodingJSON
	}{
		{"-", nil},
		{"constant", []encodingJSON{{"constant", 3, 0}}},
		{"packed, 14 bits", []encodingJSON{{"packed, 14 bits", 1, 0}}},
		{"packed, 11 to 14 bits", []encodingJSON{{"packed, 14 bits", 1, 0}, {"packed, 11 bits", 2, 0}, {"packed, 12 bits", 2, 0}}},
		{"constant (2 blocks); packed, 3 bits (1 block)", []encodingJSON{{"packed, 3 bits", 1, 0}, {"constant", 2, 0}}},
		{
			"codes, packed, 2 to 3 bits (1,001 blocks); texts (1 block)",
			[]encodingJSON{{"texts", 1, 0}, {"codes, packed, 3 bits", 1, 0}, {"codes, packed, 2 bits", 1000, 0}},
		},
		{"constant above packed, 9 bits", []encodingJSON{{"constant above packed, 9 bits", 1, 0}}},
		{"packed (1 block); packed, 2 bits (1 block)", []encodingJSON{{"packed", 1, 0}, {"packed, 2 bits", 1, 0}}},
		{"odd, few bits", []encodingJSON{{"odd, few bits", 1, 0}}},
	} {
		if got := encodingsText(test.encodings); got != test.want {
			t.Errorf("encodingsText(%v) = %q, want %q", test.encodings, got, test.want)
		}
	}
}

func TestEventColumnAdd(t *testing.T) {
	var c eventColumnStored
	for _, s := range []index.Section{{Encoding: "plain", SizeBytes: 8}, {Encoding: "constant", SizeBytes: 16}, {Encoding: "plain", SizeBytes: 24}} {
		c.add(s)
	}
	want := eventColumnStored{Bytes: 48, Encodings: []encodingJSON{{"plain", 2, 32}, {"constant", 1, 16}}}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("column (-want +got):\n%s", diff)
	}
}

func TestStoredText(t *testing.T) {
	for arrowType, want := range map[string]string{
		"":     "-",
		"utf8": "utf8",
		"dictionary<values=utf8, indices=uint8, ordered=false>":                   "utf8 by uint8 codes",
		"dictionary<values=decimal64(10, 2), indices=uint16, ordered=false>":      "decimal64(10, 2) by uint16 codes",
		"dictionary<values=timestamp[us, tz=UTC], indices=uint32, ordered=false>": "timestamp[us, tz=UTC] by uint32 codes",
		"list<item: utf8, nullable>":                                              "list<item: utf8, nullable>",
	} {
		if got := storedText(arrowType); got != want {
			t.Errorf("storedText(%q) = %q, want %q", arrowType, got, want)
		}
	}
}

func TestAgeText(t *testing.T) {
	for _, test := range []struct {
		age  time.Duration
		want string
	}{
		{0, "0 seconds ago"},
		{time.Second, "1 second ago"},
		{119 * time.Second, "119 seconds ago"},
		{2 * time.Minute, "2 minutes ago"},
		{119*time.Minute + 59*time.Second, "119 minutes ago"},
		{47 * time.Hour, "47 hours ago"},
		{48 * time.Hour, "2 days ago"},
		{365000 * time.Hour, "15,208 days ago"},
		{-90 * time.Second, "90 seconds ahead"},
	} {
		if got := agoText(seconds(test.age)); got != test.want {
			t.Errorf("agoText(%v) = %q, want %q", test.age, got, test.want)
		}
	}
	if got, want := ageText(-7200), "-2 hours"; got != want {
		t.Errorf("ageText(-7200) = %q, want %q", got, want)
	}
}

func TestPerText(t *testing.T) {
	for bytes, want := range map[float64]string{0: "0.00", 2.006: "2.01", 99.99: "99.99", 100: "100", 1193.4: "1,193"} {
		if got := perText(bytes); got != want {
			t.Errorf("perText(%v) = %q, want %q", bytes, got, want)
		}
	}
}
