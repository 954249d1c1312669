package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// Texts that requests are made of: what is right somewhere, and what is right nowhere.
var (
	rightTexts = []string{
		"CDNOW", "shop", "Loyalty/Gold", "loyalty_tier", "cohort", "orders", "lifetime_value", "purchase", "purchase.amount", "customer_id",
		"loyalty_tier = 'Gold'", "purchase in last 30 days", "orders >= 3 and not loyalty_tier = 'Gold'", "true", "in segment 'Loyalty/Gold'",
		"purchase then purchase within 30 days", "first_purchase_date < '1997-06-01'", "lifetime_value > 1e3", "orders between 1 and 2",
		"1998-07-01", "1998-01-01T00:00:00Z", "1997-01-01", "week", "month", "1 week", "day", "a=50,b=50", "control=10", "10%", "100", "orders", "orders asc",
		"loyalty_tier=3", "00048", "parquet", "csv", "arrow", "copied", "in_place", "hash", "redact", "admin", "counts", "2031-01-31T00:00:00Z", "segment.update",
	}
	wrongTexts = []string{
		"", " ", "x", "\x00", "null", "-1", "0", "1e999", "NaN", "18446744073709551616", "9999-12-31", "0000-00-00", "now()", "'", "\"", "((((((((((", "= = =",
		"loyalty_tier = ", "'; drop table customers; --", "../../etc/passwd", "<script>alert(1)</script>", "\u202e\ufffd", "a\r\nb: c", "100.5%", "a=50,a=50", "a=200",
		strings.Repeat("(", 2000), strings.Repeat("a or ", 300), strings.Repeat("ä", 3000), "not not not true", "1 century", "0 days", "-5 days",
	}
)

// maker makes random requests of a document.
type maker struct {
	*rand.Rand
	*described
	of string // the operation
}

func (m *maker) text() string {
	if m.IntN(3) > 0 {
		return rightTexts[m.IntN(len(rightTexts))]
	}
	return wrongTexts[m.IntN(len(wrongTexts))]
}

// parameter makes a parameter. What would change the connection and the parent segment
// that the others are about is about others.
func (m *maker) parameter(p describedParameter) (string, bool) {
	if p.In != "path" && !p.Required && m.IntN(2) == 0 {
		return "", false
	}
	changes := slices.Contains([]string{"putConnection", "deleteConnection", "putParent", "deleteParent"}, m.of)
	switch {
	case p.In == "path" && changes:
		return fmt.Sprintf("other %d", m.IntN(3)), true
	case p.Name == "name" && m.IntN(4) > 0 && strings.Contains(m.of, "onnection"), p.Name == "name" && (m.of == "listTables" || m.of == "getTable"):
		return "shop", true
	case p.Name == "name" && m.IntN(8) > 0:
		return "CDNOW", true
	case p.Name == "path" && m.IntN(2) == 0:
		return "Loyalty/Gold", true
	case p.Name == "id":
		return fmt.Sprint(m.IntN(4)), true
	}
	if text := m.text(); text != "" {
		return text, true
	}
	return "x", p.In == "path" // an empty part is another path, an empty value is none
}

// value makes a value of a schema, or now and then of another.
func (m *maker) value(s *describedSchema, depth int) any {
	s = m.resolve(s)
	kind := s.kind()
	if m.IntN(20) == 0 {
		kind = []string{"string", "integer", "number", "boolean", "array", "object", "null"}[m.IntN(7)]
	}
	if len(s.Enum) > 0 && m.IntN(4) > 0 {
		return s.Enum[m.IntN(len(s.Enum))]
	}
	switch kind {
	case "string":
		return m.text()
	case "integer":
		return []any{0, 1, 2, 3, 20, 1000, -1, 1 << 40, json.Number("18446744073709551615"), json.Number("1e30"), 0.5}[m.IntN(11)]
	case "number":
		return m.NormFloat64()
	case "boolean":
		return m.IntN(2) == 0
	case "null":
		return nil
	case "array":
		out := []any{}
		for range m.IntN(4) {
			if s.Items != nil && depth > 0 {
				out = append(out, m.value(s.Items, depth-1))
			}
		}
		return out
	}
	if s.Properties == nil {
		return []any{map[string]any{}, map[string]any{"rule": m.text()}, []any{}, m.text(), nil}[m.IntN(5)]
	}
	return m.object(s, depth)
}

// object makes an object: most of what it must have, some of what it may have, now and then
// a name that it does not have. Of the three ways to give a rule one is taken mostly.
func (m *maker) object(s *describedSchema, depth int) map[string]any {
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		required := slices.Contains(s.Required, name)
		if (required && m.IntN(12) > 0 || !required && m.IntN(4) == 0) && depth > 0 {
			out[name] = m.value(s.Properties[name], depth-1)
		}
	}
	if _, ok := s.Properties["rule"]; ok && m.IntN(6) > 0 {
		delete(out, "segment")
		delete(out, "path")
		out["rule"] = rightTexts[10+m.IntN(9)]
	}
	if m.IntN(20) == 0 {
		out[m.text()] = m.text()
	}
	return out
}

// body makes a body: of the schema, or bytes that are no JSON.
func (m *maker) body(o *describedOperation) any {
	if o.RequestBody == nil {
		return nil
	}
	content, ok := o.RequestBody.Content[jsonType]
	if !ok || m.of == "putParent" {
		return m.text()
	}
	data, err := json.Marshal(m.value(content.Schema, 4))
	if err != nil {
		panic(err)
	}
	if m.IntN(15) == 0 && len(data) > 0 {
		data[m.IntN(len(data))] ^= byte(1 + m.IntN(255))
	}
	return data
}

// TestRandomRequests sends random requests of every operation. Each is answered as the
// document says, and none with 500.
func TestRandomRequests(t *testing.T) {
	s := newStudio(t, unhurried)
	s.built()
	token := s.token("ada", access.Admin)
	s.client(token).send(http.MethodPost, "/parents/CDNOW/segments", service.SegmentRequest{Path: "Loyalty/Gold", Rule: exampleRule}).is(http.StatusCreated)
	seed := bitmaptest.Seed()
	t.Logf("seed %d", seed)
	m := &maker{rand.New(rand.NewPCG(uint64(seed), 9)), describe(t, s.document), ""}
	answered := map[int]int{}
	for range 40 {
		for _, o := range m.operations() {
			m.of = o.OperationID
			if m.of == "logout" || m.of == "revokeToken" {
				continue
			}
			path, _ := o.request(m.parameter)
			c := s.client(token)
			if m.IntN(2) == 0 {
				c = c.with("If-Match", fmt.Sprintf("%q", fmt.Sprint(m.IntN(3))))
			}
			if m.IntN(10) == 0 {
				c = c.with("Accept", []string{"image/png", svgType, "text/html", "*/*"}[m.IntN(4)])
			}
			body := m.body(o)
			got := c.send(o.method, path, body)
			answered[got.status]++
			if got.status == http.StatusInternalServerError || got.status == http.StatusServiceUnavailable {
				t.Errorf("%s %s answers %d: %s\n%.600s", o.method, path, got.status, got.body, body)
			}
			if t.Failed() {
				t.Fatalf("the seed is %d; the request was %s %s\n%.600s", seed, o.method, path, body)
			}
		}
	}
	t.Log(answered)
	if answered[http.StatusOK] < 200 || answered[http.StatusUnprocessableEntity] < 200 {
		t.Errorf("the requests are not of all kinds: %v", answered)
	}
}
