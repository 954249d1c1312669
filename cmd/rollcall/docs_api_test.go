package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/itchyny/gojq"

	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// apiPage is the page whose requests are sent. Its console blocks have lines
//
//	$ curl -s URL --json '{"rule": …}' | jq -cS FILTER
//	… what that prints …
//
// and one line that starts the server.
const apiPage = "../../docs/api.md"

// TestAPIPage sends the requests of docs/api.md to a server, one after the other, and
// compares the answers with the page. Between two requests the jobs of the first are
// waited for. With -update the page is rewritten.
func TestAPIPage(t *testing.T) {
	page, err := os.ReadFile(apiPage)
	if err != nil {
		t.Fatal(err)
	}
	path, err := filepath.Abs(apiPage)
	if err != nil {
		t.Fatal(err)
	}
	files := cdnowData.Warehouse(t)
	t.Chdir(t.TempDir())
	writeDocsFile(t, "testdata/cdnow/parent.yml", string(cdnow.ParentYAML()))
	s := startStudio(t, "studio", "--files", files, "--rate", "1000000")
	requests := 0
	got := fencedBlock.ReplaceAllStringFunc(string(page), func(block string) string {
		parts := fencedBlock.FindStringSubmatch(block)
		if parts[1] != "console" || strings.HasPrefix(parts[2], "$ rollcall serve ") {
			return block
		}
		var out strings.Builder
		for _, line := range splitCommands(parts[2]) {
			out.WriteString(line)
			out.WriteString(s.curl(t, strings.TrimSpace(strings.TrimPrefix(line, "$ ")), files))
			s.settle(t)
			requests++
		}
		return "```console\n" + out.String() + "```"
	})
	if requests == 0 {
		t.Fatalf("%s has no requests", apiPage)
	}
	switch diff := cmp.Diff(string(page), got); {
	case diff == "":
	case *update:
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil { //nolint:gosec // a page of the documentation
			t.Fatal(err)
		}
	default:
		t.Errorf("docs/api.md is not what the server answers; go test -run TestAPIPage ./cmd/rollcall -update rewrites it (-page +answered):\n%s", diff)
	}
}

// settle waits for all jobs.
func (s *studio) settle(t *testing.T) {
	t.Helper()
	all := s.must(t, http.MethodGet, "/jobs", nil)
	items, _ := all["items"].([]any)
	for _, item := range items {
		job, _ := item.(object)
		s.job(t, job["id"])
	}
}

// curlCall is what a line of the page says.
type curlCall struct {
	method, url, body, out string
	header                 http.Header
	filter                 string // of jq; empty: none
}

// parseCurl reads a line of the page: the flags of curl that the page uses, and jq -cS.
func parseCurl(line string) (*curlCall, error) {
	sent, filter, _ := strings.Cut(line, " | jq -cS ")
	words, err := shellQuoted(sent)
	if err != nil || len(words) == 0 || words[0] != "curl" {
		return nil, fmt.Errorf("%q is no call of curl: %w", line, err)
	}
	c := &curlCall{method: http.MethodGet, header: http.Header{}}
	for i := 1; i < len(words); i++ {
		next := func() string {
			if i++; i < len(words) {
				return words[i]
			}
			err = fmt.Errorf("%s wants a value", words[i-1])
			return ""
		}
		switch word := words[i]; word {
		case "-s":
		case "-X":
			c.method = next()
		case "-H":
			name, value, _ := strings.Cut(next(), ":")
			c.header.Set(name, strings.TrimSpace(value))
		case "--json", "--data-binary":
			if c.body = next(); c.method == http.MethodGet {
				c.method = http.MethodPost
			}
			if word == "--json" {
				c.header.Set("Content-Type", "application/json")
			}
		case "-o":
			c.out = next()
		default:
			if strings.HasPrefix(word, "-") || c.url != "" {
				return nil, fmt.Errorf("%q: %q is not expected here", line, word)
			}
			c.url = word
		}
	}
	if filter == "" {
		return c, err
	}
	of, ferr := shellQuoted(filter)
	if ferr != nil || len(of) != 1 {
		return nil, fmt.Errorf("%q: one filter of jq is expected: %w", line, ferr)
	}
	c.filter = of[0]
	return c, err
}

// shellQuoted is shellWords for words that have '\” for a quote within quotes.
func shellQuoted(line string) ([]string, error) {
	const quote = "\uE000" // of a private use: in no line
	words, err := shellWords(strings.ReplaceAll(line, `'\''`, quote))
	for i := range words {
		words[i] = strings.ReplaceAll(words[i], quote, "'")
	}
	return words, err
}

// curl sends the request of a line and returns what it prints.
func (s *studio) curl(t *testing.T, line, files string) string {
	t.Helper()
	c, err := parseCurl(line)
	if err != nil {
		t.Fatal(err)
	}
	body := strings.ReplaceAll(c.body, "/WAREHOUSE", files)
	if name, isFile := strings.CutPrefix(body, "@"); isFile {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		body = string(data)
	}
	req, err := http.NewRequestWithContext(t.Context(), c.method, strings.Replace(c.url, "http://127.0.0.1:8765", s.url, 1), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = c.header
	resp, err := s.client.Do(req)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	data, err := io.ReadAll(resp.Body)
	if cerr := resp.Body.Close(); err != nil || cerr != nil {
		t.Fatalf("%s: %v, %v", line, err, cerr)
	}
	switch {
	case c.out != "":
		if err := os.WriteFile(c.out, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return ""
	case c.filter == "":
		return string(data)
	}
	return filtered(t, c.filter, data)
}

// filtered returns what jq -cS prints of a JSON text.
func filtered(t *testing.T, filter string, data []byte) string {
	t.Helper()
	query, err := gojq.Parse(filter)
	if err != nil {
		t.Fatalf("%s: %v", filter, err)
	}
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		t.Fatalf("%v: %s", err, data)
	}
	var out bytes.Buffer
	for results := query.RunWithContext(t.Context(), value); ; {
		result, ok := results.Next()
		if !ok {
			return out.String()
		}
		if err, failed := result.(error); failed {
			t.Fatalf("%s: %v: %s", filter, err, data)
		}
		text, err := gojq.Marshal(result)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s\n", text)
	}
}
