package api

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
	"github.com/rollcall-db/rollcall/testdata/cdnow"
)

// climbing are names that would leave a folder, or mean something else, if they were paths.
var climbing = []string{
	"..", ".", "../../etc/passwd", "/etc/passwd", "..\\..\\x", "%2e%2e", "..%2f..%2fetc", "a/../../b", "\x00", "a\x00b", "\n", "CON", "~",
	"file:///etc/passwd", "http://169.254.169.254/", strings.Repeat("a", 255), strings.Repeat("ä", 200), "\u202e", "''--", "${x}", "{name}", " ",
}

// TestClimbing puts names that climb into every parameter of every path. Nothing is found,
// nothing fails, and nothing is written outside the folder.
func TestClimbing(t *testing.T) {
	s := newStudio(t, unhurried)
	s.built()
	parent := filepath.Dir(cdnowData.Warehouse(t))
	before := listing(t, parent)
	for _, o := range describe(t, s.document).operations() {
		for _, p := range o.Parameters {
			if p.In != "path" {
				continue
			}
			for _, name := range climbing {
				path, body := o.request(func(of describedParameter) (string, bool) { return name, of.Name == p.Name })
				got := s.client("").with("If-Match", `"1"`).send(o.method, path, body)
				if got.status >= http.StatusInternalServerError && got.status != http.StatusBadGateway {
					t.Errorf("%s with %s = %q answers %d: %s", o.OperationID, p.Name, name, got.status, got.body)
				}
				if strings.Contains(string(got.body), "root:") {
					t.Errorf("%s with %s = %q answers a file: %.100s", o.OperationID, p.Name, name, got.body)
				}
			}
		}
	}
	if after := listing(t, parent); after != before {
		t.Errorf("the folder beside has changed:\n%s\n%s", before, after)
	}
}

func listing(t testing.TB, dir string) string {
	t.Helper()
	var out strings.Builder
	must(t, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		fmt.Fprintln(&out, path)
		return err
	}))
	return out.String()
}

// TestRawPaths sends paths as no client would write them.
func TestRawPaths(t *testing.T) {
	s := newStudio(t)
	for _, path := range []string{
		"/api/v1", "/api/v1/", "/api/v1//parents", "/api/v1/parents/", "/api/v1/./parents", "/api/v1/x/../parents", "/api/v1/parents/../../../etc/passwd",
		"/api/v1/parents/CDNOW/segments/a/b", "/api/v1/%70arents/../x", "/api/v2/parents", "/api/v1/nothing",
	} {
		status, body := s.raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
		if status != http.StatusNotFound || !strings.Contains(body, `"code":"NOT_FOUND"`) {
			t.Errorf("%s answers %d: %.200s", path, status, body)
		}
	}
	for _, request := range []string{
		"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET / HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"GET /api/v1/session HTTP/1.0\r\n\r\n",
		"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
		"TRACE / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
	} {
		if status, body := s.raw(request); status == http.StatusOK || status >= http.StatusInternalServerError || strings.Contains(body, "root:") {
			t.Errorf("%q answers %d: %.200s", request, status, body)
		}
	}
}

// TestMethods sends methods that paths do not have.
func TestMethods(t *testing.T) {
	s := newStudio(t)
	for path, allow := range map[string]string{"/parents": "GET, HEAD", "/session": "DELETE, GET, HEAD, POST", "/parents/CDNOW/count": "POST", "/parents/CDNOW": "DELETE, GET, HEAD, PUT"} {
		for _, method := range []string{http.MethodPatch, http.MethodOptions, "PROPFIND"} {
			got := s.client("").send(method, path, nil)
			got.fails(http.StatusMethodNotAllowed, codeMethod)
			if got.header.Get("Allow") != allow {
				t.Errorf("%s allows %q, want %q", path, got.header.Get("Allow"), allow)
			}
		}
	}
}

// TestHeaderInjection has values with line breaks in all that comes back in headers.
func TestHeaderInjection(t *testing.T) {
	s := newStudio(t)
	s.connect()
	for _, name := range []string{"a\r\nSet-Cookie: x=y", "a\nX-Injected: 1"} {
		escaped := url.PathEscape(name)
		for _, request := range []string{
			"GET /api/v1/parents/" + escaped + " HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: a\r\n\r\n",
			"GET /api/v1/parents/" + escaped + "/values?field=" + url.QueryEscape(name) + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
			"GET /api/v1/jobs/1/download HTTP/1.1\r\nHost: localhost\r\nRange: bytes=" + escaped + "\r\n\r\n",
			"GET //evil.example/" + escaped + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
		} {
			_, answer := s.raw(request)
			header, _, _ := strings.Cut(answer, "\r\n\r\n")
			if strings.Contains(header, "\nX-Injected") || strings.Contains(header, "\nSet-Cookie") || strings.Contains(header, "Location: //") {
				t.Errorf("%q answers %q", request, header)
			}
		}
	}
}

// raw sends bytes and returns the status and all that comes back.
func (s *studio) raw(request string) (status int, answer string) {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.server.Listener.Addr().String())
	must(s.t, err)
	defer func() { must(s.t, conn.Close()) }()
	must(s.t, conn.SetDeadline(time.Now().Add(time.Minute)))
	_, err = conn.Write([]byte(request))
	must(s.t, err)
	return readRaw(s.t, conn)
}

// readRaw reads one answer as it is.
func readRaw(t testing.TB, conn net.Conn) (status int, answer string) {
	t.Helper()
	var text strings.Builder
	r := bufio.NewReader(conn)
	response, err := http.ReadResponse(r, &http.Request{Method: http.MethodGet})
	must(t, err)
	must(t, response.Write(&text))
	return response.StatusCode, text.String()
}

// TestNames has parent segments and segments of names that paths have to be written for.
func TestNames(t *testing.T) {
	s := newStudio(t)
	s.connect()
	yaml := s.client("").with("Content-Type", "application/yaml")
	c := s.client("")
	for _, name := range []string{"CDNOW customers", "a%b", "ä?&=#", "a+b", "%2F", "{name}", "a;b", "a,b:c@d"} {
		path := "/parents/" + url.PathEscape(name)
		yaml.send(http.MethodPut, path+"?build=false", cdnow.ParentYAML()).is(http.StatusOK)
		var parent service.ParentJSON
		c.send(http.MethodGet, path, nil).is(http.StatusOK).as(&parent)
		if parent.Name != name {
			t.Errorf("%s is %q, want %q", path, parent.Name, name)
		}
		folder := "A b/" + name
		c.send(http.MethodPost, path+"/segments", service.SegmentRequest{Path: folder, Rule: exampleRule}).is(http.StatusCreated)
		var segment service.SegmentJSON
		c.send(http.MethodGet, path+"/segments/"+url.PathEscape(folder), nil).is(http.StatusOK).as(&segment)
		if segment.Path != folder {
			t.Errorf("the segment is %q, want %q", segment.Path, folder)
		}
	}
}
