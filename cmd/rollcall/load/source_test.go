package load

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// TestPostgresPassword looks that a connection logs in as it says, and not as the server's
// environment would.
func TestPostgresPassword(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pgpass")
	if err := os.WriteFile(file, []byte("*:*:*:*:of the file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PGPASSWORD", "of the environment")
	t.Setenv("PGPASSFILE", file)
	t.Setenv("PGUSER", "root")
	for _, password := range []string{"", "mine", "a:b@c/d?e#f%20"} {
		uri, err := postgresURI("postgres://me@db:5433/shop?sslmode=disable", password)
		if err != nil {
			t.Fatal(err)
		}
		config, err := pgconn.ParseConfig(uri)
		if err != nil {
			t.Fatal(err)
		}
		if config.Password != password || config.User != "me" || config.Host != "db" || config.Port != 5433 || config.Database != "shop" {
			t.Errorf("%+v", config)
		}
	}
}
