package service

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/ingest"
)

func TestStatusOf(t *testing.T) {
	_, ruleError := rule.Parse("a = ")
	_, configError := model.Parse("", []byte("nam: x"))
	for _, test := range []struct {
		err    error
		status int
		code   string
	}{
		{context.Canceled, StatusClientGone, "CANCELLED"},
		{context.DeadlineExceeded, 503, "TIMEOUT"},
		{ErrClosed, 503, "SHUTTING_DOWN"},
		{registry.ErrClosed, 503, "SHUTTING_DOWN"},
		{&access.DeniedError{}, 401, "UNAUTHORIZED"},
		{&DeniedError{Operation: "list", Name: "cal", Role: access.Members}, 403, "FORBIDDEN"},
		{&NotBuiltError{Parent: "a"}, 409, "NOT_BUILT"},
		{&NeedsVersionError{"a"}, 428, "VERSION_REQUIRED"},
		{&registry.ConflictError{Current: registry.Segment{Version: 3}}, 412, "VERSION_CONFLICT"},
		{&registry.ExistsError{Thing: registry.ASegment, Name: "a"}, 409, "EXISTS"},
		{&registry.InUseError{Thing: registry.ASegment, Name: "a"}, 409, "IN_USE"},
		{&registry.StateError{}, 409, "JOB_STATE"},
		{&registry.NotFoundError{Thing: registry.AJob, Name: "7"}, 404, "NOT_FOUND"},
		{&access.UnknownTokenError{ID: "a"}, 404, "NOT_FOUND"},
		{&TableError{Table: "a"}, 404, "UNKNOWN_TABLE"},
		{&engine.KeyError{Key: "7", KeyColumn: "id"}, 404, "NO_SUCH_CUSTOMER"},
		{fmt.Errorf("open: %w", engine.ErrVersionNotFound), 404, "NO_SUCH_VERSION"},
		{&registry.InvalidError{What: "name", Problem: "it is empty"}, 422, "INVALID"},
		{inputf("limit", "no"), 422, "INVALID"},
		{&engine.ColumnError{Name: "a"}, 422, "UNKNOWN_COLUMN"},
		{&federate.NoEngineError{Code: federate.CodeNoEngine}, 422, "NO_SQL_ENGINE"},
		{&federate.UnsupportedError{Code: federate.CodeUnsupported, Err: errors.New("x")}, 422, "UNSUPPORTED_IN_PLACE"},
		{&OutsideError{"a"}, 422, "OUTSIDE_FILES_ROOTS"},
		{&ConfigurationError{"SCHEDULE", errors.New("x")}, 422, "SCHEDULE"},
		{ruleError, 422, "MISSING_OPERATOR_VALUE"},
		{configError, 422, "UNKNOWN_KEY"},
		{&ingest.DriftError{Dir: "a"}, 409, "DRIFT"},
		{&SourceError{[]string{"a"}, errors.New("x")}, 502, "SOURCE_FAILED"},
		{errors.New("disk on fire"), 500, "INTERNAL"},
	} {
		wrapped := fmt.Errorf("while asking: %w", test.err)
		p := ProblemOf(wrapped)
		if p.Status != test.status || StatusOf(wrapped) != test.status || p.Code != test.code {
			t.Errorf("%T %v: %d %s, expected %d %s", test.err, test.err, p.Status, p.Code, test.status, test.code)
		}
		if p.Title == "" {
			t.Errorf("%T has no title", test.err)
		}
	}
}

func TestProblemOfFaultHasNoDetail(t *testing.T) {
	p := ProblemOf(errors.New("open /srv/secret: disk on fire"))
	want := &Problem{Status: http.StatusInternalServerError, Title: "Internal Server Error", Code: "INTERNAL"}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Error(diff)
	}
}

func TestProblemOfRule(t *testing.T) {
	schema := &model.Schema{Timezone: "UTC", KeyColumn: "id", Attributes: []model.Attribute{{Name: "country", Type: model.Type{Kind: model.String}}}}
	parsed, err := rule.Parse("country = '🙂é' and contry = 'JP'")
	must(t, err)
	_, err = rule.Check(parsed, schema, nil)
	if err == nil {
		t.Fatal("no error")
	}
	p := ProblemOf(err)
	want := []ProblemItem{{
		Code: "UNKNOWN_ATTRIBUTE", Message: `unknown attribute or behavior "contry"`, Line: 1, Column: 20, Offset: 23, Length: 6,
		Start: 20, End: 26, Hint: `did you mean "country"?`, Nearest: "country",
	}}
	if diff := cmp.Diff(want, p.Problems); diff != "" {
		t.Error(diff)
	}
}
