package assistant_test

import (
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/cmd/rollcall/assistant"
)

// TestPersonal shows customers where that was asked for.
func TestPersonal(t *testing.T) {
	customers(t, connect(t, snapshotBackend(t, ""), assistant.Options{Personal: true}))
}

// customers: who are they?
func customers(t *testing.T, s *session) {
	out, text := s.call("list_members", object{"rule": gold, "as_of": "1998-07-01", "limit": 3, "columns": []string{"cohort", "lifetime_value"}})
	if out["count"] != 315.0 || len(out["rows"].([]any)) != 3 || !strings.Contains(text, "\n00048        1997-01  649.93\n") {
		t.Error(text)
	}
	_, text = s.call("list_members", object{"rule": gold, "as_of": "1998-07-01", "limit": 1, "columns": []string{"lifetime_value"}, "order_by": "lifetime_value desc"})
	if !strings.HasPrefix(text, "1 of 23,570 customers (0.00 %) (top 1 by lifetime_value desc)") || !strings.Contains(text, "\n07592        13990.93\n") {
		t.Error(text)
	}
	out, text = s.call("profile", object{"key": "00048", "events": 1})
	if out["key"] != "00048" || !strings.Contains(text, "loyalty_tier") || !strings.Contains(text, "\npurchase: ") {
		t.Error(text)
	}
}
