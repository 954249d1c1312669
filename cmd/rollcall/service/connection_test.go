package service

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
)

// TestFilesRoots tries to reach folders that the operator has not named.
func TestFilesRoots(t *testing.T) {
	ctx := context.Background()
	base := t.TempDir()
	root, outside := filepath.Join(base, "root"), filepath.Join(base, "outside")
	inside := filepath.Join(root, "shop")
	for _, dir := range []string{inside, outside, root + "s"} {
		must(t, os.MkdirAll(dir, 0o700))
	}
	must(t, os.Symlink(outside, filepath.Join(root, "out")))
	must(t, os.Symlink(inside, filepath.Join(base, "in")))
	s := newStudio(t, func(o *Options) { o.FilesRoots = []string{root} })
	const refused = "422 OUTSIDE_FILES_ROOTS the folder of the connection"
	for uri, want := range map[string]string{
		inside:                                 "",
		"file://" + inside:                     "",
		root:                                   "",
		filepath.Join(base, "in"):              "", // leads into the root
		outside:                                refused,
		"file://" + outside:                    refused,
		root + "s":                             refused, // only starts alike
		filepath.Join(root, "out"):             refused, // a link that leads out
		filepath.Join(root, "out", "deep"):     refused,
		filepath.Join(root, "missing"):         "", // is seen when it is opened
		filepath.Join(outside, "missing"):      refused,
		"/":                                    refused,
		"file:///":                             refused,
		"file://localhost" + inside:            "422 INVALID URI: expected file:// and an absolute path",
		"file://evil" + inside:                 "422 INVALID URI: expected file:// and an absolute path",
		"file:" + inside:                       "",
		inside + "/../../outside":              "422 ",
		"file://" + inside + "/%2e%2e/%2e%2e/": "422 ",
		"file://" + inside + "?x=1":            "422 INVALID URI: expected file:// and an absolute path",
		"root":                                 "422 ",
		"http://example.com/":                  "422 ",
		"":                                     "422 ",
		inside + "\x00":                        "422 ",
	} {
		_, err := s.PutConnection(ctx, admin, "folder", ConnectionRequest{Kind: "files", URI: uri})
		got := ""
		if err != nil {
			got = short(err)
		}
		if want == "" && err != nil || want != "" && !strings.HasPrefix(got, want) {
			t.Errorf("%q: got %q, expected %q", uri, got, want)
		}
	}
}

// TestFilesRootsAreLookedAtAgain moves a folder that is registered out of its root.
func TestFilesRootsAreLookedAtAgain(t *testing.T) {
	ctx := context.Background()
	base := t.TempDir()
	root, outside := filepath.Join(base, "root"), filepath.Join(base, "outside")
	inside := filepath.Join(root, "shop")
	must(t, os.MkdirAll(inside, 0o700))
	must(t, os.MkdirAll(filepath.Join(outside, "a"), 0o700))
	s := newStudio(t, func(o *Options) { o.FilesRoots = []string{root} })
	_, err := s.PutConnection(ctx, admin, "folder", ConnectionRequest{Kind: "files", URI: inside})
	must(t, err)
	must(t, os.Remove(inside))
	must(t, os.Symlink(outside, inside))
	_, err = s.Tables(ctx, admin, "folder", Listing{})
	if err == nil || StatusOf(err) != 422 {
		t.Errorf("tables: %v", err)
	}
	tested, err := s.TestConnection(ctx, admin, "folder")
	must(t, err)
	if tested.OK || !strings.Contains(tested.Error, "in none of the folders") || strings.Contains(tested.Error, outside) {
		t.Error(toJSON(t, tested))
	}
}

// TestLinksWithin puts links into a folder of files that lead out of it.
func TestLinksWithin(t *testing.T) {
	ctx := context.Background()
	base := t.TempDir()
	root, outside := filepath.Join(base, "root"), filepath.Join(base, "outside")
	for _, dir := range []string{filepath.Join(root, "shop", "crm"), filepath.Join(root, "other"), outside} {
		must(t, os.MkdirAll(dir, 0o700))
	}
	for _, file := range []string{filepath.Join(outside, "secret.csv"), filepath.Join(root, "other", "a.csv")} {
		must(t, os.WriteFile(file, []byte("id,x\n1,2\n"), 0o600))
	}
	s := newStudio(t, func(o *Options) { o.FilesRoots = []string{root} })
	_, err := s.PutConnection(ctx, admin, "folder", ConnectionRequest{Kind: "files", URI: filepath.Join(root, "shop")})
	must(t, err)
	link := filepath.Join(root, "shop", "crm", "a.csv")
	try := func(target string) string {
		t.Helper()
		must(t, os.RemoveAll(link))
		must(t, os.Symlink(target, link))
		if _, err := s.Table(ctx, admin, "folder", "crm.a"); err != nil {
			return short(err)
		}
		return ""
	}
	if got := try(filepath.Join(root, "other", "a.csv")); got != "" {
		t.Error(got)
	}
	const refused = `502 SOURCE_FAILED connection "folder": its file "crm/a.csv" is a symbolic link that leads out of the folders that files may be read from`
	if got := try(filepath.Join(outside, "secret.csv")); got != refused {
		t.Error(got)
	}
	must(t, os.Remove(link))
	link = filepath.Join(root, "shop", "crm2")
	if got := try(outside); !strings.Contains(got, `its file "crm2" is a symbolic link`) {
		t.Error(got)
	}
	must(t, os.Symlink(outside, filepath.Join(root, "other", "deeper"))) // behind a link that stays within
	if got := try(filepath.Join(root, "other")); !strings.Contains(got, `its file "deeper" is a symbolic link`) {
		t.Error(got)
	}
}

func TestPutConnectionRefusals(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	secret := registry.NewSecret("s3cret-value")
	for _, test := range []struct {
		in   ConnectionRequest
		want string
	}{
		{ConnectionRequest{Kind: "ftp", URI: "ftp://x"}, `422 INVALID kind: "ftp", expected files, databricks or postgres`},
		{ConnectionRequest{Kind: "postgres", URI: "postgres://me:s3cret-value@host/db"}, "422 INVALID URI: it has a secret"},
		{ConnectionRequest{Kind: "postgres", URI: "postgres://host/db?host=/var/run"}, `422 INVALID uri: the option "host" is not one`},
		{ConnectionRequest{Kind: "postgres", URI: "postgres://host/db?sslrootcert=/etc/passwd"}, `422 INVALID uri: the option "sslrootcert" is not one`},
		{ConnectionRequest{Kind: "postgres", URI: "postgres://host/db?passfile=/etc/passwd"}, `422 INVALID uri: the option "passfile" is not one`},
		{ConnectionRequest{Kind: "postgres", URI: "postgres:///db"}, "422 INVALID uri: it has no host, or several: give one"},
		{ConnectionRequest{Kind: "postgres", URI: "postgres://a,b/db"}, "422 INVALID uri: it has no host, or several: give one"},
		{ConnectionRequest{Kind: "databricks", URI: "databricks://host/sql?profile=me"}, `422 INVALID uri: the option "profile" is not one`},
		{ConnectionRequest{Kind: "databricks", URI: "databricks://host/sql?spool=/etc"}, `422 INVALID uri: the option "spool" is not one`},
		{ConnectionRequest{Kind: "databricks", URI: "databricks://host/sql?ca=/etc/passwd"}, `422 INVALID uri: the option "ca" is not one`},
		{ConnectionRequest{Kind: "databricks", URI: "databricks://"}, "422 INVALID uri: it has no host"},
		{ConnectionRequest{Kind: "databricks", URI: "databricks://h/p", Host: "h"}, "422 INVALID uri: it is there with parts of one"},
		{ConnectionRequest{Kind: "databricks", Host: "h/../x", HTTPPath: "/p"}, `422 INVALID host: "h/../x" is no host`},
		{ConnectionRequest{Kind: "postgres", Host: "h", Port: 70000}, "422 INVALID port: 70000 is no port"},
		{ConnectionRequest{Kind: "postgres", Host: "h", Secrets: map[string]SecretRequest{"token": {Value: &secret}}}, `422 INVALID secrets: "token" is none that a connection of kind "postgres" has; expected password`},
		{ConnectionRequest{Kind: "postgres", Host: "h", Secrets: map[string]SecretRequest{"password": {Value: &secret, Env: "X"}}}, "422 INVALID secrets.password: it has a value and a variable"},
		{ConnectionRequest{Kind: "postgres", Host: "h", Secrets: map[string]SecretRequest{"password": {}}}, "422 INVALID secret password: it is said to be stored"},
	} {
		_, err := s.PutConnection(ctx, admin, "c", test.in)
		if err == nil || !strings.HasPrefix(short(err), test.want) {
			t.Errorf("got %v, expected %s", err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret-value") {
			t.Errorf("the secret is in %v", err)
		}
	}
	for _, name := range []string{"", "a/b", "..", ".", "a\nb", strings.Repeat("x", 300), " a"} {
		if _, err := s.PutConnection(ctx, admin, name, ConnectionRequest{Kind: "postgres", Host: "h"}); StatusOf(err) != 422 {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestConnectionParts(t *testing.T) {
	for want, in := range map[string]ConnectionRequest{
		"databricks://dbc.example.com/sql/1.0/warehouses/1?catalog=main&schema=a+b": {Kind: "databricks", Host: "dbc.example.com", HTTPPath: "/sql/1.0/warehouses/1", Catalog: "main", Schema: "a b"},
		"postgres://me%40x@db:5433/shop%2F1":                                        {Kind: "postgres", Host: "db", Port: 5433, Database: url.PathEscape("shop/1"), User: "me@x"},
		"/data":                                                                     {Kind: "files", Path: "/data"},
	} {
		got, err := in.uri()
		must(t, err)
		if strings.HasPrefix(want, "postgres") {
			u, err := url.Parse(got)
			must(t, err)
			if u.Host != "db:5433" || u.User.Username() != "me@x" {
				t.Error(got)
			}
			continue
		}
		if got != want {
			t.Errorf("got %s, expected %s", got, want)
		}
	}
}

func TestTables(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.connect()
	first, err := s.Tables(ctx, admin, "shop", Listing{Limit: 2})
	must(t, err)
	rest, err := s.Tables(ctx, admin, "shop", Listing{After: first.Next})
	must(t, err)
	var names []string
	for _, table := range append(first.Tables, rest.Tables...) {
		names = append(names, table.Name)
	}
	if got := strings.Join(names, " "); got != "analytics.customer_metrics events.purchases marketing.customers" || rest.Next != "" {
		t.Error(got)
	}
	table, err := s.Table(ctx, admin, "shop", "events.purchases")
	must(t, err)
	if len(table.Columns) < 4 || table.Rows == nil || *table.Rows != 69659 {
		t.Error(toJSON(t, table))
	}
	_, err = s.Table(ctx, admin, "shop", "events.purchase")
	if p := ProblemOf(err); p.Status != 404 || p.Nearest != "events.purchases" {
		t.Error(toJSON(t, p))
	}
	for _, name := range []string{"../../etc/passwd", "/etc/passwd", "events/purchases.parquet", ""} {
		if _, err := s.Table(ctx, admin, "shop", name); StatusOf(err) != 404 {
			t.Errorf("%q: %v", name, err)
		}
	}
}
