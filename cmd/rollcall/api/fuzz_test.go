package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
)

// FuzzBody sends any bytes as the body of operations that read one. The answer is never a
// fault, and an error is always a problem.
func FuzzBody(f *testing.F) {
	s := newStudio(f, unhurried)
	s.built()
	for _, seed := range []string{
		`{"rule":"loyalty_tier = 'Gold'"}`, `{"segment":{"rule":"orders > 1"}}`, `{"rule":1}`, `{"rules":[{"rule":"true"},{"path":"x"}]}`, `{`, `[]`, `null`, `""`, "\x00\xff",
		`{"rule":"a","rule":"b"}`, `{"key":"00048"}`, `{"RULE":"true"}`, `{"rule":"true","version":18446744073709551615}`, `{"by":[""],"rule":"true"}`,
		`{"path":"A/B","rule":"true","note":"\ud800"}`, "name: x\nmaster_table: [", "parent_segment:\n  key: &a [*a]\n",
	} {
		f.Add([]byte(seed))
	}
	targets := []struct{ method, path, kind string }{
		{http.MethodPost, "/parents/CDNOW/count", jsonType}, {http.MethodPost, "/parents/CDNOW/check", jsonType},
		{http.MethodPost, "/parents/CDNOW/overlap", jsonType}, {http.MethodPost, "/parents/CDNOW/breakdown", jsonType},
		{http.MethodPost, "/parents/CDNOW/segments", jsonType}, {http.MethodPut, "/parents/Fuzzed", "application/yaml"},
		{http.MethodPut, "/parents/Fuzzed", jsonType}, {http.MethodPost, "/session", jsonType},
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, of := range targets {
			r := httptest.NewRequest(of.method, "http://localhost"+prefix+of.path, bytes.NewReader(body))
			r.RemoteAddr = "127.0.0.1:50000"
			r.Header.Set("Content-Type", of.kind)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code >= http.StatusInternalServerError {
				t.Errorf("%s answers %d: %s", of.path, w.Code, w.Body)
			}
			var p Problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); w.Code >= http.StatusBadRequest && (err != nil || p.Status != w.Code || p.Code == "") {
				t.Errorf("%s answers %d: %s", of.path, w.Code, w.Body)
			}
		}
	})
}
