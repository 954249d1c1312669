package page

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
)

func TestAcceptsGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "x-gzip": true, "br, gzip": true, "gzip;q=0.5": true, "gzip; q=0.1 , br": true,
		"gzip;q=0": false, "gzip;q=0.000": false, "*": true, "*;q=0": false, "*;q=0, gzip": true, "*, gzip;q=0": false,
		"br": false, "identity": false, "gzip;q=x": false, "gzip;level=1": true, ",,": false,
	} {
		if got := acceptsGzip(header); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}

// TestGzip asks for a file as it is and as gzip: both are the same file, with tags and
// lengths of their own.
func TestGzip(t *testing.T) {
	long := strings.Repeat("let a = 1; ", 1000)
	h := handlerOf(fstest.MapFS{"assets/a.js": {Data: []byte(long)}, "assets/b.js": {Data: []byte("let b")}})
	plain := get(t, h, http.MethodGet, "/assets/a.js")
	small := get(t, h, http.MethodGet, "/assets/a.js", "Accept-Encoding", "br, gzip")
	if plain.Header.Get("Content-Encoding") != "" || body(t, plain) != long {
		t.Error("who does not ask for gzip gets something else than the file")
	}
	packed := body(t, small)
	if small.Header.Get("Content-Encoding") != "gzip" || len(packed) >= len(long) {
		t.Errorf("gzip: encoding %q, %d bytes", small.Header.Get("Content-Encoding"), len(packed))
	}
	r, err := gzip.NewReader(bytes.NewReader([]byte(packed)))
	if err != nil {
		t.Fatal(err)
	}
	if unpacked, err := io.ReadAll(r); err != nil || string(unpacked) != long {
		t.Errorf("gzip holds other bytes than the file (%v)", err)
	}
	for _, answer := range []*http.Response{plain, small} {
		if answer.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("Vary %q", answer.Header.Get("Vary"))
		}
	}
	tag := small.Header.Get("ETag")
	if tag == plain.Header.Get("ETag") {
		t.Error("two versions of a file have one tag")
	}
	if again := get(t, h, http.MethodGet, "/assets/a.js", "Accept-Encoding", "gzip", "If-None-Match", tag); again.StatusCode != http.StatusNotModified {
		t.Errorf("the same tag: status %d", again.StatusCode)
	}
	if short := get(t, h, http.MethodGet, "/assets/b.js", "Accept-Encoding", "gzip"); short.Header.Get("Content-Encoding") != "" || body(t, short) != "let b" {
		t.Error("a file of a few bytes is compressed")
	}
}
