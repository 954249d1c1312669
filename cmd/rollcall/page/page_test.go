package page

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// get asks a handler and returns its answer.
func get(t *testing.T, h http.Handler, method, target string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, "http://localhost/", nil)
	r.URL.Path = target
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestEveryFileIsServed asks for all files of dist, and for what the page refers to.
func TestEveryFileIsServed(t *testing.T) {
	h := Handler()
	files := 0
	err := fs.WalkDir(dist, "dist", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		target := strings.TrimPrefix(name, "dist")
		answer := get(t, h, http.MethodGet, target)
		want, err := fs.ReadFile(dist, name)
		if err != nil {
			return err
		}
		if answer.StatusCode != http.StatusOK || body(t, answer) != string(want) {
			t.Errorf("%s: status %d, or other bytes than the file's", target, answer.StatusCode)
		}
		if kind := answer.Header.Get("Content-Type"); kind == "application/octet-stream" {
			t.Errorf("%s has no media type of its own: add it to mediaTypes", target)
		}
		caches := cacheChecked
		if strings.HasPrefix(target, "/assets/") {
			caches = cacheForever
		}
		if got := answer.Header.Get("Cache-Control"); got != caches {
			t.Errorf("%s: Cache-Control %q, want %q", target, got, caches)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 3 {
		t.Fatalf("dist has %d files: is it built?", files)
	}
	index := body(t, get(t, h, http.MethodGet, "/"))
	references := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(index, -1)
	if len(references) < 3 {
		t.Fatalf("the page refers to %d files", len(references))
	}
	for _, m := range references {
		if answer := get(t, h, http.MethodGet, m[1]); answer.StatusCode != http.StatusOK {
			t.Errorf("the page refers to %s: status %d", m[1], answer.StatusCode)
		}
	}
}

// TestPolicy looks for what the content policy "default-src 'self'" would block.
func TestPolicy(t *testing.T) {
	index := body(t, get(t, Handler(), http.MethodGet, "/"))
	for _, m := range regexp.MustCompile(`(?s)<script([^>]*)>(.*?)</script>`).FindAllStringSubmatch(index, -1) {
		if !strings.Contains(m[1], "src=") || strings.TrimSpace(m[2]) != "" {
			t.Errorf("an inline script: %s", m[0])
		}
	}
	for _, bad := range []string{"<style", " style=", " onclick=", " onload=", "http://", "https://"} {
		if strings.Contains(index, bad) {
			t.Errorf("the page has %q, which its policy forbids", bad)
		}
	}
}

func TestOnlyKnownFiles(t *testing.T) {
	h := handlerOf(fstest.MapFS{
		"index.html":         {Data: []byte("<!doctype html>")},
		"assets/a-1234.js":   {Data: []byte("let a")},
		"assets/deep/b.bin":  {Data: []byte("b")},
		"assets/c-5678.json": {Data: []byte("{}")},
	})
	for _, c := range []struct {
		target string
		status int
	}{
		{"/", 200}, {"/index.html", 200}, {"/assets/a-1234.js", 200}, {"/assets/deep/b.bin", 200},
		{"", 404}, {"/assets", 404}, {"/assets/", 404}, {"/assets/deep", 404}, {"/missing", 404}, {"//", 404},
		{"/../page.go", 404}, {"/assets/../index.html", 404}, {"/assets/a-1234.js/", 404}, {"/INDEX.HTML", 404},
		{"/\x00", 404}, {"/./index.html", 404},
	} {
		answer := get(t, h, http.MethodGet, c.target)
		if answer.StatusCode != c.status {
			t.Errorf("%q: status %d, want %d", c.target, answer.StatusCode, c.status)
		}
		if text := body(t, answer); c.status == 404 && text != "there is no such page\n" {
			t.Errorf("%q: %q", c.target, text)
		}
	}
}

func TestMethods(t *testing.T) {
	h := Handler()
	head := get(t, h, http.MethodHead, "/")
	if head.StatusCode != http.StatusOK || body(t, head) != "" || head.Header.Get("Content-Length") == "" {
		t.Errorf("HEAD: status %d, length %q", head.StatusCode, head.Header.Get("Content-Length"))
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, "BREW"} {
		answer := get(t, h, method, "/")
		if answer.StatusCode != http.StatusMethodNotAllowed || answer.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: status %d, Allow %q", method, answer.StatusCode, answer.Header.Get("Allow"))
		}
		if text, want := body(t, answer), "the page can only be read: GET or HEAD\n"; text != want {
			t.Errorf("%s: %q, want %q", method, text, want)
		}
	}
}

// TestConditions asks again with the tag that was given before.
func TestConditions(t *testing.T) {
	h := Handler()
	tag := get(t, h, http.MethodGet, "/").Header.Get("ETag")
	if again := get(t, h, http.MethodGet, "/", "If-None-Match", tag); again.StatusCode != http.StatusNotModified || body(t, again) != "" {
		t.Errorf("the same tag: status %d", again.StatusCode)
	}
	if other := get(t, h, http.MethodGet, "/", "If-None-Match", `"other"`); other.StatusCode != http.StatusOK {
		t.Errorf("another tag: status %d", other.StatusCode)
	}
	if part := get(t, h, http.MethodGet, "/", "Range", "bytes=0-8"); part.StatusCode != http.StatusPartialContent || body(t, part) != "<!doctype" {
		t.Errorf("a range: status %d", part.StatusCode)
	}
}
