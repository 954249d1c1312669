package postgres

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// clearEnvironment hides libpq's environment from a test.
func clearEnvironment(t *testing.T) {
	t.Helper()
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "PG") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("PGPASSFILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("PGSERVICEFILE", filepath.Join(t.TempDir(), "none"))
}

func TestParseURI(t *testing.T) {
	clearEnvironment(t)
	for _, c := range []struct {
		uri, want string // the name of the place
		parallel  int
	}{
		{"postgres://ann:secret@db.example:6543/shop?sslmode=require", "postgres://ann@db.example:6543/shop", 4},
		{"postgresql://ann@db.example/shop?parallel=1", "postgres://ann@db.example:5432/shop", 1},
		{"postgres://ann@[::1]/shop?sslmode=disable&parallel=64", "postgres://ann@[::1]:5432/shop", 64},
		{"postgres://ann:%2F%3F%23@h/shop", "postgres://ann@h:5432/shop", 4},
		{"postgres://ann@/shop?host=/var/run/postgresql", "postgres://ann@/shop?host=%2Fvar%2Frun%2Fpostgresql", 4},
		{"postgres://ann@one:1,two:2/shop", "postgres://ann@one:1/shop", 4},
	} {
		p, err := parseURI(c.uri)
		if err != nil {
			t.Errorf("%s: %v", c.uri, err)
			continue
		}
		if p.uri != c.want || p.parallel != c.parallel {
			t.Errorf("%s is %s with %d connections, want %s with %d", c.uri, p.uri, p.parallel, c.want, c.parallel)
		}
		if zone := p.config.RuntimeParams["timezone"]; zone != "UTC" {
			t.Errorf("%s: the session's time zone is %q, want UTC", c.uri, zone)
		}
		if _, ok := p.config.RuntimeParams["parallel"]; ok {
			t.Errorf("%s: the option parallel goes to the server", c.uri)
		}
	}
}

func TestParseURIErrors(t *testing.T) {
	clearEnvironment(t)
	const (
		expected = "expected postgres://USER@HOST:PORT/DATABASE?OPTION=VALUE; " +
			"characters such as / ? # @ % in a user, a password or a name are written %2F %3F %23 %40 %25"
		unreadable = "the URI of a PostgreSQL database cannot be read: " + expected
	)
	for uri, want := range map[string]string{
		"mysql://h/d":                 `the URI of a PostgreSQL database starts with postgres:// or postgresql://, not "mysql:"`,
		"postgres:h":                  unreadable,
		"postgres://u:s3cr/et@h/d":    unreadable,
		"postgres://u:12/s3cret@h/d":  unreadable,
		"postgres://u:12#s3cret@h/d":  unreadable,
		"postgres://u:s3cret%zz@h/d":  unreadable,
		"postgres://u:12?s3cret@h/d":  "an option of the PostgreSQL URI has no name that an option can have: " + expected,
		"postgres://h/d?parallel=0":   `option parallel is "0", expected a number from 1 to 64`,
		"postgres://h/d?parallel=x":   `option parallel is "x", expected a number from 1 to 64`,
		"postgres://h/d?sslmode=some": "the settings of the PostgreSQL database cannot be used: failed to configure TLS (sslmode is invalid)",
		"postgres://u:s3cret@h/d?service=none": "the settings of the PostgreSQL database cannot be used: failed to read service (failed to read service file: " +
			os.Getenv("PGSERVICEFILE") + ")",
	} {
		_, err := parseURI(uri)
		if err == nil || !strings.HasPrefix(err.Error(), strings.TrimSuffix(want, os.Getenv("PGSERVICEFILE")+")")) {
			t.Errorf("%s: error %v, want %s", uri, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "s3cr") {
			t.Errorf("the error holds the password: %v", err)
		}
	}
}

func TestEnvironment(t *testing.T) {
	clearEnvironment(t)
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	t.Setenv("PGHOST", "db.example")
	t.Setenv("PGUSER", "ann")
	t.Setenv("PGDATABASE", "shop")
	t.Setenv("PGSSLMODE", "verify-full")
	t.Setenv("PGTZ", "Asia/Tokyo")
	t.Setenv("PGPASSFILE", write("pass", "db.example:5432:shop:ann:from the file\n"))
	p, err := parseURI("postgres://")
	if err != nil {
		t.Fatal(err)
	}
	if c := p.config; p.uri != "postgres://ann@db.example:5432/shop" || c.Password != "from the file" ||
		c.TLSConfig == nil || c.TLSConfig.ServerName != "db.example" || c.RuntimeParams["timezone"] != "UTC" {
		t.Errorf("the place is %s, its time zone %q", p.uri, c.RuntimeParams["timezone"])
	}
	t.Setenv("PGSERVICEFILE", write("services", "[warehouse]\nhost=other.example\nport=6000\n"))
	t.Setenv("PGSERVICE", "warehouse")
	t.Setenv("PGPASSWORD", "from the environment")
	if p, err = parseURI("postgresql://bob@"); err != nil {
		t.Fatal(err)
	}
	if p.uri != "postgres://bob@other.example:6000/shop" || p.config.Password != "from the environment" {
		t.Errorf("the place is %s", p.uri)
	}
}
