package databricks

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// stored is a state of a file in the cloud's storage.
type stored struct {
	tag     string // as the header has it
	content []byte
	cut     int  // bytes of the answer before it breaks off; 0: none
	partial bool // it answers with what it is asked for, whatever If-Range says
	total   int  // that a partial answer declares; 0: the true one
	untold  bool // a partial answer has no tag
}

// serve answers a request, and breaks off where it is to.
func (s *stored) serve(w http.ResponseWriter, r *http.Request) {
	from, total := 0, len(s.content)
	if s.total > 0 {
		total = s.total
	}
	_, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from)
	isRest := err == nil && (s.partial || r.Header.Get("If-Range") == s.tag)
	if !isRest {
		from = 0
	}
	if s.tag != "" && (!isRest || !s.untold) {
		w.Header().Set("ETag", s.tag)
	}
	rest := s.content[from:]
	w.Header().Set("Content-Length", fmt.Sprint(len(rest)))
	if isRest {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(s.content)-1, total))
		w.WriteHeader(http.StatusPartialContent)
	}
	if s.cut > 0 {
		rest = rest[:s.cut]
	}
	_, _ = w.Write(rest)
}

// TestFileIsOfOneContent breaks a file off after its first half and has the storage
// replace it, or not, before the rest is asked for.
func TestFileIsOfOneContent(t *testing.T) {
	const size, half = 10_000, 5_000
	old, other := bytes.Repeat([]byte("0123456789"), size/10), bytes.Repeat([]byte("abcdefghij"), size/10)
	longer := slices.Concat(old, other)
	replaced := "file of the result: the storage has replaced it: its first 5000 bytes are not those that came before"
	resized := "file of the result: the storage has replaced it: it had 10000 bytes, and has 20000"
	for _, c := range []struct {
		name  string
		tag   string   // of the first answer
		later []stored // states of the file at the requests after the first, the last one for all others
		asked []string // ranges that are asked for
		err   string
	}{
		{"the same", `"1"`, []stored{{tag: `"1"`, content: old}}, []string{"", "bytes=5000-"}, ""},
		{"the same, without a tag", "", []stored{{content: old}}, []string{"", ""}, ""},
		{"the same, with a weak tag", `W/"1"`, []stored{{tag: `W/"1"`, content: old}}, []string{"", ""}, ""},
		{"the same, under another tag", `"1"`, []stored{{tag: `"2"`, content: old}}, []string{"", "bytes=5000-"}, ""},
		{"other content", `"1"`, []stored{{tag: `"2"`, content: other}}, []string{"", "bytes=5000-"}, replaced},
		{"other content, without a tag", "", []stored{{content: other}}, []string{"", ""}, replaced},
		{"longer content", `"1"`, []stored{{tag: `"2"`, content: longer}}, []string{"", "bytes=5000-"}, resized},
		{"the rest of other content", `"1"`, []stored{{tag: `"2"`, content: other, partial: true}}, []string{"", "bytes=5000-", ""}, replaced},
		{"the rest of something", `"1"`, []stored{{tag: `"1"`, content: other, partial: true, untold: true}}, []string{"", "bytes=5000-", ""}, replaced},
		{"the rest of longer content", `"1"`, []stored{{tag: `"1"`, content: longer}}, []string{"", "bytes=5000-", ""}, resized},
		{"the rest of the same, wrongly told", `"1"`, []stored{{tag: `"1"`, content: old, total: 7}, {tag: `"1"`, content: old}}, []string{"", "bytes=5000-", ""}, ""},
		{"broken off again, then replaced", `"1"`, []stored{{tag: `"1"`, content: old, cut: 1_000}, {tag: `"2"`, content: other}},
			[]string{"", "bytes=5000-", "bytes=6000-"}, strings.Replace(replaced, "5000", "6000", 1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			states := slices.Concat([]stored{{tag: c.tag, content: old, cut: half}}, c.later)
			var asked []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked = append(asked, r.Header.Get("Range"))
				states[min(len(asked), len(states))-1].serve(w, r)
			}))
			defer server.Close()
			resp, err := newTestTransport(t, server, "").RoundTrip(httptest.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/file?sig=secret", nil))
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(resp.Body)
			text := ""
			if err != nil {
				text = err.Error()
			}
			if err := resp.Body.Close(); err != nil {
				t.Error(err)
			}
			if text != c.err || err == nil && !bytes.Equal(got, old) {
				t.Errorf("%d bytes and error %q, want %q", len(got), text, c.err)
			}
			if !slices.Equal(asked, c.asked) {
				t.Errorf("asked for the ranges %q, want %q", asked, c.asked)
			}
			if err != nil && !transient(err) {
				t.Errorf("%v is not worth another statement, which would have other files", err)
			}
		})
	}
}

// A file that could not be gone on with ends in the same error however often it is read.
func TestFileReadAfterError(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		(&stored{content: []byte("0123456789"), cut: 5}).serve(w, httptest.NewRequest(http.MethodGet, "/", nil))
	}))
	defer server.Close()
	resp, err := newTestTransport(t, server, "").RoundTrip(httptest.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/file", nil))
	if err != nil {
		t.Fatal(err)
	}
	_, first := io.ReadAll(resp.Body)
	if first == nil {
		t.Fatal("no error")
	}
	if n, err := resp.Body.Read(make([]byte, 1)); n != 0 || !errors.Is(err, first) {
		t.Errorf("another read gave %d bytes and %v, want %v", n, err, first)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	if n, err := resp.Body.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("a read after the end gave %d bytes and %v", n, err)
	}
}
