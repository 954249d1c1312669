package databricks

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/bench/contender"
	"github.com/rollcall-db/rollcall/bench/workload"
)

// The driver's own failures, through the whole of it, tell no secret and come soon
// where there is no use in trying again.
func TestOpenRefused(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Databricks-Reason-Phrase", "not with "+r.Header.Get("Authorization"))
		w.WriteHeader(http.StatusForbidden)
	}))
	defer server.Close()
	env := configured()
	env[envHost], env[envPlaintext] = server.URL, "1"
	s, err := read(lookup(env))
	if err != nil {
		t.Fatal(err)
	}
	db, redact, err := connect(s)
	if err != nil {
		t.Fatal(err)
	}
	_, err = start(t.Context(), s, db, redact, testData(workload.Shape{}), contender.Options{Progress: func(string) {}})
	if err == nil || !strings.Contains(err.Error(), "logging in") || !strings.Contains(err.Error(), "not with Bearer [redacted]") {
		t.Errorf("the error is %v, want a refusal without the token", err)
	}
	if err != nil && strings.Contains(err.Error(), testToken) {
		t.Error("the error holds the token")
	}
}
