package databricks

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

func TestRedactor(t *testing.T) {
	var r Redactor
	r.Add("dapi-1")
	r.Add("dapi-12345")
	r.Add("a&b=c d")
	r.Add("no")
	for _, test := range []struct{ text, want string }{
		{"nothing here", "nothing here"},
		{"it is dapi-12345, not dapi-1", "it is [redacted], not [redacted]"},
		{"a&b=c d, or a%26b%3Dc+d", "[redacted], or [redacted]"},
		{"YSZiPWMgZA==", "[redacted]"},
		{"no secret is that short", "no secret is that short"},
		{`Get "https://s3.example/file?X-Amz-Signature=abc&x=1": EOF`, `Get "https://s3.example/file?[redacted]": EOF`},
		{"http://h/a?b c?d", "http://h/a?[redacted] c?d"},
		{"Authorization: Bearer eyJ.abc-_~+/=, basic QQ==", "Authorization: Bearer [redacted], basic [redacted]"},
	} {
		if got := r.Text(test.text); got != test.want {
			t.Errorf("%q is %q, want %q", test.text, got, test.want)
		}
	}
}

func TestRedactedErrors(t *testing.T) {
	var r Redactor
	r.Add("dapi-12345")
	if r.Error(nil) != nil {
		t.Error("no error is one")
	}
	loose := &loud{"it is dapi-12345"}
	for _, test := range []struct {
		err  error
		text string
		is   error
	}{
		{loose, "it is [redacted]", nil},
		{fmt.Errorf("dapi-12345: %w", context.Canceled), "[redacted]: context canceled", context.Canceled},
		{fmt.Errorf("dapi-12345: %w", &StatementError{Message: "[X] y"}), "[redacted]: [X] y", nil},
		{&AnswerError{Call: "FetchResults", Reason: "lost"}, "FetchResults: lost", nil},
	} {
		err := r.Error(test.err)
		if err.Error() != test.text || test.is != nil && !errors.Is(err, test.is) {
			t.Errorf("%v is %v, want %s", test.err, err, test.text)
		}
		var found *loud
		if errors.As(err, &found) {
			t.Errorf("%v can be found in what is redacted", found)
		}
	}
	var s *StatementError
	if err := r.Error(fmt.Errorf("x: %w", &StatementError{Message: "[TOO_MUCH.OF_IT] y"})); !errors.As(err, &s) || s.Class() != "TOO_MUCH.OF_IT" {
		t.Errorf("no StatementError of class TOO_MUCH.OF_IT in %v", err)
	}
}

// loud is an error that tells all.
type loud struct{ text string }

func (e *loud) Error() string { return e.text }

// Whatever fails, no error holds a secret: here the server repeats the token in
// each of its words.
func TestErrorsHoldNoSecret(t *testing.T) {
	for _, fault := range []dbtest.Fault{
		{Method: "ExecuteStatement", Kind: dbtest.StatementError, Message: "[X] not with " + testToken + " or " + testSecret},
		{Method: "ExecuteStatement", Kind: dbtest.ThriftError, Message: "not with Bearer " + testToken},
		{Method: "FetchResults", Kind: dbtest.ThriftError, Message: "see https://h/x?sig=" + testToken, Times: -1},
		{Method: dbtest.MethodFile, Kind: dbtest.HTTPStatus, Status: 403, Times: -1},
		{Method: dbtest.MethodFile, Kind: dbtest.Cut, Times: -1},
		{Method: dbtest.MethodFile, Kind: dbtest.CorruptArrow, Times: -1},
		{Method: "OpenSession", Kind: dbtest.Cut, Times: -1},
	} {
		server := filePages
		w := newWarehouse(t, server)
		for _, env := range []map[string]string{w.patEnv(), w.oauthEnv()} {
			c := connect(t, w.config(t, "", env))
			w.Inject(fault)
			_, err := pullAll(t.Context(), c, "rows 20000")
			w.Clear()
			if err == nil {
				t.Errorf("%v: no error", fault)
			}
			noSecret(t, err, env)
			_, err = c.exec(t.Context(), "the table", "wrong")
			noSecret(t, err, map[string]string{envToken: testToken})
		}
	}
}

// What holds a secret prints without it, in whatever it lies.
func TestSecretsDoNotPrint(t *testing.T) {
	c := &Config{Host: "h", login: login{token: newSecret(testToken), clientSecret: newSecret(testSecret)}}
	redact := &Redactor{}
	redact.Add(testToken)
	values := []any{
		*c, &c.login, c.login, c.login.token, redact, &client{config: c, redact: redact}, personal{c.login.token},
		struct{ inner *Config }{c}, struct{ inner Config }{*c}, struct{ inner *struct{ inner *Redactor } }{&struct{ inner *Redactor }{redact}},
	}
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			text := fmt.Sprintf(verb, v)
			for _, s := range []string{testToken, testSecret, fmt.Sprintf("%x", testToken)} {
				if strings.Contains(text, s) {
					t.Errorf("%T prints %q with %s", v, s, verb)
				}
			}
		}
	}
}
