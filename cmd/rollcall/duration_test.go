package main

import (
	"testing"
	"time"
)

func TestParseOverlap(t *testing.T) {
	for _, test := range []struct {
		text string
		want time.Duration
	}{
		{"3d", 72 * time.Hour},
		{"12h", 12 * time.Hour},
		{"1d12h", 36 * time.Hour},
		{"0d30m", 30 * time.Minute},
		{"1.5h", 90 * time.Minute},
		{"2d0s", 48 * time.Hour},
		{"106751d", 106751 * 24 * time.Hour},
	} {
		got, err := parseOverlap(test.text)
		if err != nil || got != test.want {
			t.Errorf("parseOverlap(%q) = %v, %v; want %v", test.text, got, err, test.want)
		}
	}
	for _, text := range []string{
		"0", "0d", "0s", "-1d", "-12h", "1d-1h", "3", "d", "1.5d", "12h1d", "1d1d", "3 d", "3 days", "1w", "day",
		"106752d", "106751d24h", "99999999999999999999d", "18446744073709551615d", "1d9999999h",
	} {
		want := `"` + text + `" is not a time longer than none, such as 3d, 12h or 1d12h`
		if got, err := parseOverlap(text); err == nil || err.Error() != want {
			t.Errorf("parseOverlap(%q) = %v, %v; want the error %s", text, got, err, want)
		}
	}
}
