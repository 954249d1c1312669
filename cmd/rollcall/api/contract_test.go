package api

import (
	"bytes"
	"io"
	"net/http"
	"testing"
)

// TestDocument checks the document itself, and that every operation says what people need
// to use it.
func TestDocument(t *testing.T) {
	s := newStudio(t)
	v := validatorOf(t, s.document)
	if ok, wrong := v.ValidateDocument(); !ok {
		for _, e := range wrong {
			t.Errorf("%s: %s", e.Message, e.Reason)
			for _, s := range e.SchemaValidationErrors {
				t.Errorf("    %s: %s", s.FieldPath, s.Reason)
			}
		}
	}
	ids := map[string]bool{}
	for _, o := range describe(t, s.document).operations() {
		if o.OperationID == "" || ids[o.OperationID] || o.Summary == "" || len(o.Tags) != 1 {
			t.Errorf("%s %s has the id %q, the tags %q and the summary %q", o.method, o.path, o.OperationID, o.Tags, o.Summary)
		}
		ids[o.OperationID] = true
		for status, response := range o.Responses {
			if status < "400" {
				continue
			}
			if _, ok := response.Content[problemType]; !ok || len(response.Content) != 1 {
				t.Errorf("%s %s answers %s as %v", o.method, o.path, status, response.Content)
			}
		}
		for _, status := range []string{"401", "403", "406", "422", "429", "500", "503"} {
			if _, ok := o.Responses[status]; !ok {
				t.Errorf("%s %s does not say that it may answer %s", o.method, o.path, status)
			}
		}
		for _, p := range o.Parameters {
			if p.In == "path" && len(p.Schema.Examples) == 0 {
				t.Errorf("%s %s has no example of %s", o.method, o.path, p.Name)
			}
		}
		if o.RequestBody == nil {
			continue
		}
		for kind, content := range o.RequestBody.Content {
			if content.Example == nil && o.OperationID != "putParent" {
				t.Errorf("%s %s has no example of a body of %s", o.method, o.path, kind)
			}
		}
	}
}

// TestStrictBodies looks whether every object of a request refuses names that it does not
// have.
func TestStrictBodies(t *testing.T) {
	d := describe(t, newStudio(t).document)
	for _, o := range d.operations() {
		if o.RequestBody == nil || o.OperationID == "putParent" {
			continue
		}
		for _, content := range o.RequestBody.Content {
			if s := d.resolve(content.Schema); string(s.AdditionalProperties) != "false" {
				t.Errorf("%s %s takes names that it does not have", o.method, o.path)
			}
		}
	}
}

// TestValidatorIsStrict looks whether the judge of all other tests finds what is wrong.
func TestValidatorIsStrict(t *testing.T) {
	s := newStudio(t)
	v := validatorOf(t, s.document)
	check := func(status int, kind, body string) bool {
		r, err := http.NewRequest(http.MethodGet, s.server.URL+prefix+"/session", nil)
		must(t, err)
		ok, _ := v.ValidateHttpResponse(r, &http.Response{
			StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(bytes.NewReader([]byte(body))),
		})
		return ok
	}
	const right = `{"name":"","roles":[],"local":false,"tokens_required":true,"server":{"version":"1","demo":false}}`
	if !check(http.StatusOK, jsonType, right) {
		t.Error("what is right is refused")
	}
	for _, wrong := range []struct {
		status     int
		kind, body string
	}{
		{http.StatusTeapot, jsonType, right},
		{http.StatusOK, "text/html", right},
		{http.StatusOK, jsonType, `{"name":""}`},
		{http.StatusOK, jsonType, `{"name":"","roles":["king"],"local":false,"tokens_required":true,"server":{"version":"1","demo":false}}`},
		{http.StatusOK, jsonType, `{"name":"","roles":[],"local":false,"tokens_required":true,"server":{"version":"1","demo":false},"more":1}`},
		{http.StatusForbidden, problemType, `{"status":403}`},
	} {
		if check(wrong.status, wrong.kind, wrong.body) {
			t.Errorf("%d %s %s is taken", wrong.status, wrong.kind, wrong.body)
		}
	}
}
