package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const hunter = "hunter2-and-more"

// TestSecretShowsNothing prints a secret, and things that hold one, in every way.
func TestSecretShowsNothing(t *testing.T) {
	s := NewSecret(hunter)
	type holder struct{ hidden, Shown Secret }
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "secret", s, "holder", holder{s, s})
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "secret", s, "holder", holder{s, s})
	asJSON, err := json.Marshal(map[string]any{"a": s, "b": &s, "c": holder{s, s}})
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{logged.String(), string(asJSON), s.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p", "%T"} {
		texts = append(texts, fmt.Sprintf(verb, s), fmt.Sprintf(verb, &s), fmt.Sprintf(verb, holder{s, s}), fmt.Sprintf(verb, []Secret{s}))
	}
	for _, text := range texts {
		if strings.Contains(text, hunter) || strings.Contains(text, fmt.Sprintf("%x", hunter)) {
			t.Errorf("the secret shows in %s", text)
		}
	}
	if s.Reveal() != hunter || (Secret{}).Reveal() != "" {
		t.Error("Reveal gives another text")
	}
	var read struct{ Token Secret }
	if err := json.Unmarshal([]byte(`{"token": "`+hunter+`"}`), &read); err != nil || read.Token.Reveal() != hunter {
		t.Errorf("read %q, %v", read.Token.Reveal(), err)
	}
}

func TestConnections(t *testing.T) {
	dir := t.TempDir()
	r := openIn(t, dir)
	ctx := t.Context()
	in := ConnectionInput{Name: "lake", Kind: Databricks, URI: "databricks://host/sql/1.0/warehouses/x?catalog=main", Secrets: map[string]string{"token": Stored, "other": "env:WAREHOUSE_TOKEN"}}
	_, _, err := r.PutConnection(ctx, in, nil, "Ana")
	checkError(t, err, "secret token: it is said to be stored, but no value is given and none is there")
	value := map[string]Secret{"token": NewSecret(hunter)}
	c := putConnection(t, r, in, value, Created)
	putConnection(t, r, in, nil, Unchanged)
	putConnection(t, r, in, value, Unchanged)
	if shown := fmt.Sprintf("%+v", c); strings.Contains(shown, hunter) {
		t.Errorf("the secret shows in %s", shown)
	}
	check := func(role, want string) {
		t.Helper()
		if got := must[Secret](t)(r.Secret(ctx, "lake", role)); got.Reveal() != want {
			t.Errorf("the secret %s is %q, expected %q", role, got.Reveal(), want)
		}
	}
	check("token", hunter)
	check("other", "from the environment")
	_, err = r.Secret(ctx, "lake", "tokn")
	checkError(t, err, `there is no secret "tokn"; did you mean "token"?`)
	_, err = r.Secret(ctx, "lakes", "token")
	checkError(t, err, `there is no connection "lakes"; did you mean "lake"?`)
	c = putConnection(t, r, in, map[string]Secret{"token": NewSecret("another")}, Updated)
	if c.Version != 2 {
		t.Errorf("version %d", c.Version)
	}
	check("token", "another")
	path := filepath.Join(dir, "secrets.json")
	data, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(data), hunter) || !strings.Contains(string(data), "another") {
		t.Errorf("the file has %s, %v", data, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info, err)
	}
	if database, err := os.ReadFile(filepath.Join(dir, "studio.db")); err != nil || bytes.Contains(database, []byte(hunter)) || bytes.Contains(database, []byte("another")) {
		t.Errorf("a secret is in the database, or %v", err)
	}
	in.Secrets = map[string]string{"token": "env:NOT_SET"}
	putConnection(t, r, in, nil, Updated)
	_, err = r.Secret(ctx, "lake", "token")
	checkError(t, err, `the secret "token" of the connection "lake" is said to be in the environment, but NOT_SET is not set, or is none that connections may name`)
	if len(r.secrets.texts) != 0 {
		t.Error("a secret is kept that nobody needs")
	}
	in.Secrets = map[string]string{"token": Stored}
	putConnection(t, r, in, value, Updated)
	// What a process leaves that dies between the two files is dropped.
	if err := r.secrets.change(map[string]string{"left": "over"}, func(string) bool { return true }); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r = openIn(t, dir)
	check("token", hunter)
	if len(r.secrets.texts) != 1 {
		t.Errorf("%d secrets are kept, expected 1", len(r.secrets.texts))
	}
	if err := r.DeleteConnection(ctx, "lake"); err != nil || len(r.secrets.texts) != 0 {
		t.Errorf("DeleteConnection gives %v and leaves %d secrets", err, len(r.secrets.texts))
	}
	checkError(t, r.DeleteConnection(ctx, "lake"), `there is no connection "lake"`)
}

func TestConnectionErrors(t *testing.T) {
	r := openIn(t, t.TempDir())
	stored := map[string]string{"token": Stored}
	cases := []struct {
		kind    Kind
		uri     string
		secrets map[string]string
		values  map[string]Secret
		want    string
	}{
		{"mysql", "mysql://h", nil, nil, `kind: "mysql", expected files, databricks or postgres`},
		{Files, "", nil, nil, "URI: it is empty"},
		{Files, "data", nil, nil, "URI: expected an absolute path, or file:// and one"},
		{Files, "/data/../etc", nil, nil, `URI: expected an absolute path without ".."`},
		{Files, "file:///data/../etc", nil, nil, `URI: expected an absolute path without ".."`},
		{Files, "file://host/data", nil, nil, "URI: expected file:// and an absolute path, without a host and options"},
		{Files, "/da\x00ta", nil, nil, "URI: it has a control character, or is not UTF-8"},
		{Postgres, "postgres://u:" + hunter + "@h/d", nil, nil, "URI: it has a secret, or a user, before the host: give secrets apart"},
		{Postgres, "postgres://u:" + hunter + "@h:port/d", nil, nil, "URI: expected one that starts with postgres://"},
		{Postgres, "postgres://u@h/d?sslPassword=" + hunter, nil, nil, `URI: it has an option with "pass" in its name: give secrets apart`},
		{Postgres, "postgres://u@h/d?a=%zz" + hunter, nil, nil, "URI: its options behind ? cannot be read"},
		{Postgres, "postgres://u@h/d#" + hunter, nil, nil, "URI: it has a part behind #"},
		{Databricks, "databricks://" + hunter + "@h/p", nil, nil, "URI: it has a secret, or a user, before the host: give secrets apart"},
		{Databricks, "databricks://h/p?token=" + hunter, nil, nil, `URI: it has an option with "token" in its name: give secrets apart`},
		{Databricks, "https://h/p", nil, nil, "URI: expected one that starts with databricks://"},
		{Databricks, "databricks://h", map[string]string{"token": hunter}, nil, `secret token: expected "stored", or "env:" and the name of a variable`},
		{Databricks, "databricks://h", map[string]string{"token": "env:A B"}, nil, `secret token: expected "stored", or "env:" and the name of a variable`},
		{Databricks, "databricks://h", map[string]string{"To ken": Stored}, nil, `secret: "To ken" is no name of one, expected lower-case letters, digits and underscores`},
		{Databricks, "databricks://h", nil, map[string]Secret{"token": NewSecret(hunter)}, `secret: "token" has a value, but the connection does not say that it is stored`},
		{Databricks, "databricks://h", stored, map[string]Secret{"token": {}}, "secret token: it is empty"},
		{Databricks, "databricks://h", stored, map[string]Secret{"token": NewSecret(strings.Repeat("x", MaxSecretBytes+1))}, "secret token: it has 16385 bytes, at most 16384 are allowed"},
	}
	for _, c := range cases {
		_, _, err := r.PutConnection(t.Context(), ConnectionInput{"a", c.kind, c.uri, c.secrets}, c.values, "Ana")
		checkError(t, err, c.want)
		if invalid := (*InvalidError)(nil); !errors.As(err, &invalid) {
			t.Errorf("error %T", err)
		}
	}
	for kind, uris := range map[Kind][]string{
		Files: {"/data", "file:///data"}, Databricks: {"databricks://", "databricks://host/path?catalog=c&schema=s"},
		Postgres: {"postgres://u@h:5432/d?sslmode=require", "postgresql://h/d"},
	} {
		for _, uri := range uris {
			if err := checkURI(kind, uri); err != nil {
				t.Errorf("%s: %v", uri, err)
			}
		}
	}
}

// TestSecretFiles opens files of secrets that are not as they were written.
func TestSecretFiles(t *testing.T) {
	cases := []struct {
		text string
		mode os.FileMode
		want string
	}{
		{`{"format":1,"secrets":{}}`, 0o644, "its mode is 0644, expected 0600: others may have read the secrets"},
		{`{"format":1,"secrets":{"a":"` + hunter, 0o600, "it is no file of secrets: it is not the JSON that was written"},
		{`{"format":2,"secrets":{}}`, 0o600, "it has format 2, expected 1: a newer rollcall may have written it"},
		{"", 0o600, "it is no file of secrets: it is not the JSON that was written"},
	}
	for _, c := range cases {
		dir := t.TempDir()
		path := filepath.Join(dir, "secrets.json")
		if err := os.WriteFile(path, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the first does not leave the database locked
			_, err := Open(t.Context(), dir, Options{})
			checkError(t, err, "registry: "+path+": "+c.want)
		}
	}
	dir := t.TempDir()
	r := openIn(t, dir)
	putConnection(t, r, ConnectionInput{"a", Databricks, "databricks://", map[string]string{"token": Stored}}, map[string]Secret{"token": NewSecret(hunter)}, Created)
	if err := errors.Join(r.Close(), os.Remove(filepath.Join(dir, "secrets.json"))); err != nil {
		t.Fatal(err)
	}
	_, err := openIn(t, dir).Secret(t.Context(), "a", "token")
	checkError(t, err, "registry: "+filepath.Join(dir, "secrets.json")+`: the secret "token" of the connection "a" is not in it: put the connection with its value again`)
}
