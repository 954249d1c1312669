package databricks

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Secrets of the tests. No error may hold them.
const (
	testToken  = "dapi-0123456789-secret"
	testSecret = "dose+of/secret="
)

// configured is an environment that names a warehouse by token.
func configured() map[string]string {
	return map[string]string{
		envHost: "adb-1.2.azuredatabricks.net", envPath: "/sql/1.0/warehouses/abc", envToken: testToken,
		envSchema: "main.rollcall_bench", envVolume: "/Volumes/main/rollcall_bench/files",
	}
}

func lookup(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}

func TestRead(t *testing.T) {
	for _, test := range []struct {
		name   string
		change map[string]string
		want   settings // what differs from the plain case
	}{
		{name: "plain"},
		{"scheme and slash", map[string]string{envHost: "https://adb-1.2.azuredatabricks.net/"}, settings{}},
		{"port", map[string]string{envHost: "dbc.example.com:8443"}, settings{host: "dbc.example.com", port: 8443}},
		{"path without slash", map[string]string{envPath: " sql/1.0/warehouses/abc "}, settings{}},
		{"space around", map[string]string{envToken: " " + testToken + "\n"}, settings{}},
		{"folder in the volume", map[string]string{envVolume: "/Volumes/c/s/v/deep/er/"}, settings{volume: "/Volumes/c/s/v/deep/er"}},
		{"keep", map[string]string{envKeep: "1"}, settings{keep: true}},
		{"loopback", map[string]string{envHost: "http://127.0.0.1:9", envPlaintext: "1"}, settings{scheme: "http", host: "127.0.0.1", port: 9}},
		{"loopback v6", map[string]string{envHost: "http://[::1]:9", envPlaintext: "1"}, settings{scheme: "http", host: "[::1]", port: 9}},
		{"https where plain is allowed", map[string]string{envPlaintext: "1"}, settings{}},
	} {
		env := configured()
		for name, value := range test.change {
			env[name] = value
		}
		got, err := read(lookup(env))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		want := settings{
			scheme: "https", host: "adb-1.2.azuredatabricks.net", port: 443, path: "/sql/1.0/warehouses/abc", token: testToken,
			catalog: "main", schema: "rollcall_bench", volume: "/Volumes/main/rollcall_bench/files", keep: test.want.keep,
		}
		if w := test.want; w.host != "" {
			want.host, want.port = w.host, w.port
		}
		if test.want.scheme != "" {
			want.scheme = test.want.scheme
		}
		if test.want.volume != "" {
			want.volume = test.want.volume
		}
		if *got != want {
			t.Errorf("%s: read %#v, token %t, want %#v", test.name, *got, got.token == want.token, want)
		}
	}
}

func TestReadMissing(t *testing.T) {
	const either = envToken + " (or " + envClientID + " and " + envClientSecret + ")"
	all := strings.Join([]string{envHost, envPath, either, envSchema, envVolume}, ", ")
	for _, test := range []struct {
		name string
		env  map[string]string
		want string
	}{
		{"nothing is set", nil, all},
		{"all is empty", map[string]string{envHost: " ", envToken: "", envSchema: "\t"}, all},
		{"token only", map[string]string{envToken: testToken}, strings.Join([]string{envHost, envPath, envSchema, envVolume}, ", ")},
		{"id only", map[string]string{envHost: "h", envPath: "p", envClientID: "id", envSchema: "a.b"}, envClientSecret + ", " + envVolume},
		{"secret only", map[string]string{envHost: "h", envPath: "p", envClientSecret: testSecret, envVolume: "v"}, envClientID + ", " + envSchema},
	} {
		_, err := read(lookup(test.env))
		if !errors.Is(err, ErrNotConfigured) {
			t.Errorf("%s: the error is %v, want ErrNotConfigured", test.name, err)
			continue
		}
		if want := ErrNotConfigured.Error() + ": set " + test.want; err.Error() != want {
			t.Errorf("%s: the error is %q, want %q", test.name, err, want)
		}
	}
}

func TestReadBad(t *testing.T) {
	const bad = "bad-value-4711"
	for _, test := range []struct{ name, value, want string }{
		{envHost, "ftp://" + bad, "neither https nor http"},
		{envHost, "http://127.0.0.1:80", "asks for plain HTTP, which " + envPlaintext + "=1 allows"},
		{envHost, "https://user:" + bad + "@host", "is not a host name"},
		{envHost, "host/" + bad, "is not a host name"},
		{envHost, "host?" + bad, "is not a host name"},
		{envHost, "ho st%zz" + bad, "is not a host name"},
		{envHost, "https://:443", "is not a host name"},
		{envHost, "host:0", "port"},
		{envHost, "host:70000", "port"},
		{envSchema, bad, "is not of the form catalog.schema"},
		{envSchema, "a.b." + bad, "is not of the form catalog.schema"},
		{envSchema, "a.", "is not of the form catalog.schema"},
		{envSchema, "a.b`; DROP TABLE c --", "is not of the form catalog.schema"},
		{envSchema, "a.${b}", "is not of the form catalog.schema"},
		{envVolume, bad, "is not of the form /Volumes/"},
		{envVolume, "/Volumes/c/s", "is not of the form /Volumes/"},
		{envVolume, "/Volumes/c/s/v/../w", "is not of the form /Volumes/"},
		{envVolume, "Volumes/c/s/v/w", "is not of the form /Volumes/"},
		{envVolume, "/Volumes/c//v/w", "is not of the form /Volumes/"},
	} {
		env := configured()
		env[test.name] = test.value
		_, err := read(lookup(env))
		if err == nil || !strings.HasPrefix(err.Error(), test.name+" ") || !strings.Contains(err.Error(), test.want) || errors.Is(err, ErrNotConfigured) {
			t.Errorf("%s=%q: the error is %v, want one that tells %q", test.name, test.value, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), bad) {
			t.Errorf("%s: the error %q holds the value", test.name, err)
		}
	}
	for _, host := range []string{"http://example.com", "http://localhost:1", "http://10.0.0.1", "http://127.0.0.1.example.com"} {
		env := configured()
		env[envHost], env[envPlaintext] = host, "1"
		if _, err := read(lookup(env)); err == nil || !strings.Contains(err.Error(), "not loopback") {
			t.Errorf("%s: the error is %v, want one about plain HTTP", host, err)
		}
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	s := settings{token: testToken, clientID: "the-client-id", clientSecret: testSecret}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		text := fmt.Sprintf(format, s) + fmt.Sprintf(format, s.token) + fmt.Sprintf(format, &s)
		for _, part := range []string{testToken, testSecret, "the-client-id", fmt.Sprintf("%x", testToken)} {
			if strings.Contains(text, part) {
				t.Errorf("%s prints %q", format, part)
			}
		}
	}
}

func TestRedact(t *testing.T) {
	r := &redactor{}
	r.add("")
	r.add(testToken)
	r.add(testSecret)
	for _, test := range []struct{ text, want string }{
		{"nothing", "nothing"},
		{"", ""},
		{"a " + testToken + " b " + testToken, "a [redacted] b [redacted]"},
		{"client_secret=" + "dose%2Bof%2Fsecret%3D" + "&x", "client_secret=[redacted]&x"},
		{`Put "https://bucket.example.com/f.parquet?X-Amz-Signature=abc&X=1": EOF`, `Put "https://bucket.example.com/f.parquet?[redacted]": EOF`},
		{"Authorization: Bearer abc.def-123", "Authorization: Bearer [redacted]"},
		{"basic dXNlcjpwYXNz=", "basic [redacted]"},
	} {
		if got := r.text(test.text); got != test.want {
			t.Errorf("text(%q) is %q, want %q", test.text, got, test.want)
		}
	}
	inner := fmt.Errorf("%w: %s", errors.ErrUnsupported, testToken)
	err := fmt.Errorf("outer: %w", r.error(inner))
	if !errors.Is(err, errors.ErrUnsupported) {
		t.Error("errors.Is does not find what was wrapped")
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		if text := fmt.Sprintf("%v %#v", e, e); strings.Contains(e.Error(), testToken) || strings.Contains(text, testToken) {
			t.Errorf("the error %q holds the token", text)
		}
	}
	if err := r.error(nil); err != nil {
		t.Errorf("no error comes to be %v", err)
	}
	body := withoutBody(r.error(errors.New("unsuccessful: 403-<Error>SignatureProvided</Error>")))
	if want := "unsuccessful: 403 (the store's answer is left out)"; body.Error() != want {
		t.Errorf("the error is %q, want %q", body, want)
	}
	if diff := cmp.Diff("plain", withoutBody(errors.New("plain")).Error()); diff != "" {
		t.Error(diff)
	}
}
