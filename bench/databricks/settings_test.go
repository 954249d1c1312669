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
	const plain = "databricks://adb-1.2.azuredatabricks.net/sql/1.0/warehouses/abc?catalog=main&schema=rollcall_bench"
	for _, test := range []struct {
		name   string
		change map[string]string
		uri    string // "": the plain one
		volume string // "": the plain one
		keep   bool
	}{
		{name: "plain"},
		{"scheme and slash", map[string]string{envHost: "https://adb-1.2.azuredatabricks.net/"}, "", "", false},
		{"path without slash", map[string]string{envPath: " sql/1.0/warehouses/abc "}, "", "", false},
		{"folder in the volume", map[string]string{envVolume: "/Volumes/c/s/v/deep/er/"}, "", "/Volumes/c/s/v/deep/er", false},
		{"keep", map[string]string{envKeep: "1"}, "", "", true},
		{
			"loopback", map[string]string{envHost: "http://127.0.0.1:9", envPlaintext: "1"},
			"databricks://127.0.0.1:9/sql/1.0/warehouses/abc?catalog=main&insecure-http=true&schema=rollcall_bench", "", false,
		},
		{"https where plain is allowed", map[string]string{envPlaintext: "1"}, "", "", false},
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
		uri, volume := test.uri, test.volume
		if uri == "" {
			uri = plain
		}
		if volume == "" {
			volume = "/Volumes/main/rollcall_bench/files"
		}
		if got.config.String() != uri || got.volume != volume || got.keep != test.keep {
			t.Errorf("%s: read %v, volume %s, keep %t; want %s, %s, %t", test.name, got.config, got.volume, got.keep, uri, volume, test.keep)
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
		{envHost, "ftp://" + bad, "is no host name"},
		{envHost, "http://127.0.0.1:80", "plain HTTP, which the option insecure-http=true allows"},
		{envHost, "https://user:" + bad + "@host", "is no host name"},
		{envPath, "https://host/sql", "the HTTP path of the environment"},
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
		if err == nil || !strings.Contains(err.Error(), test.want) || errors.Is(err, ErrNotConfigured) {
			t.Errorf("%s=%q: the error is %v, want one that tells %q", test.name, test.value, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), bad) {
			t.Errorf("%s: the error %q holds the value", test.name, err)
		}
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	env := configured()
	delete(env, envToken)
	env[envClientID], env[envClientSecret] = "the-client-id", testSecret
	for _, env := range []map[string]string{configured(), env} {
		s, err := read(lookup(env))
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			text := fmt.Sprintf(format, *s) + fmt.Sprintf(format, s) + fmt.Sprintf(format, s.config)
			for _, part := range []string{testToken, testSecret, "the-client-id", fmt.Sprintf("%x", testToken)} {
				if strings.Contains(text, part) {
					t.Errorf("%s prints %q", format, part)
				}
			}
		}
	}
}

func TestWithoutBody(t *testing.T) {
	body := withoutBody(fmt.Errorf("unsuccessful: 403-<Error>SignatureProvided</Error>: %w", errors.ErrUnsupported))
	if want := "unsuccessful: 403 (the store's answer is left out)"; body.Error() != want || !errors.Is(body, errors.ErrUnsupported) {
		t.Errorf("the error is %q, want %q", body, want)
	}
	if diff := cmp.Diff("plain", withoutBody(errors.New("plain")).Error()); diff != "" {
		t.Error(diff)
	}
}
