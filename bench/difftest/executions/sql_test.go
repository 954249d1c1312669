package executions

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // the driver "duckdb"
	"github.com/jackc/pgx/v5"

	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// schemas are those that the tables of warehouses are in.
var schemas = []string{"marketing", "analytics", "events"}

// duckDB is DuckDB in process.
type duckDB struct {
	db *sql.DB
}

// openDuckDB opens a database in memory. Its session is in a time zone of its
// own, which no statement may lean on.
func openDuckDB(ctx context.Context) (*duckDB, error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // each would be a session with the settings of none
	d := &duckDB{db}
	return d, d.exec(ctx, "SET threads = 1; SET TimeZone = 'Asia/Kolkata'")
}

func (*duckDB) name() string { return "duckdb" }

func (d *duckDB) exec(ctx context.Context, statement string) error {
	if _, err := d.db.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

// load makes a table of each file, so that no rule pays for opening it.
func (d *duckDB) load(ctx context.Context, w *world) error {
	for _, schema := range schemas {
		if err := d.exec(ctx, fmt.Sprintf("DROP SCHEMA IF EXISTS %[1]s CASCADE; CREATE SCHEMA %[1]s", schema)); err != nil {
			return err
		}
	}
	for _, t := range w.Tables {
		path, err := sqlgen.Literal(sqlgen.DuckDB, t.Path(w.files))
		if err != nil {
			return err
		}
		if err := d.exec(ctx, fmt.Sprintf("CREATE TABLE %s.%s AS FROM read_parquet(%s)", t.Ref.Schema, t.Ref.Table, path)); err != nil {
			return err
		}
	}
	return nil
}

func (d *duckDB) selects(ctx context.Context, q *question) ([]string, error) {
	statement, err := q.sqlFor(sqlgen.DuckDB)
	if err != nil {
		return nil, err
	}
	rows, err := d.db.QueryContext(ctx, statement)
	if err != nil {
		return nil, err
	}
	var keys []string
	for rows.Next() {
		var key any
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		keys = append(keys, fmt.Sprint(key))
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	slices.Sort(keys)
	return keys, rows.Close()
}

func (d *duckDB) close() error { return d.db.Close() }

// postgreSQL is a database of its own on a server.
type postgreSQL struct {
	conn *pgx.Conn
	nul  bool // the world has a text that PostgreSQL cannot hold: nothing is loaded
}

// statementTimeout ends a statement that takes this long.
const statementTimeout = time.Minute

// openPostgreSQL makes a database called name on the server at a URL.
func openPostgreSQL(ctx context.Context, url, name string) (*postgreSQL, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	// What is prepared would be kept, and no statement comes twice.
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	config.RuntimeParams["statement_timeout"] = fmt.Sprint(statementTimeout.Milliseconds())
	config.RuntimeParams["client_min_messages"] = "warning"
	admin, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + name, "CREATE DATABASE " + name} {
		if _, err := admin.Exec(ctx, statement); err != nil {
			return nil, fmt.Errorf("%s: %w", statement, err)
		}
	}
	if err := admin.Close(ctx); err != nil {
		return nil, err
	}
	config.Database = name
	conn, err := pgx.ConnectConfig(ctx, config)
	return &postgreSQL{conn: conn}, err
}

func (*postgreSQL) name() string { return "postgres" }

func (p *postgreSQL) load(ctx context.Context, w *world) error {
	if p.nul = w.HoldsNUL(); p.nul {
		return nil
	}
	for _, schema := range schemas {
		if _, err := p.conn.Exec(ctx, "DROP SCHEMA IF EXISTS "+schema+" CASCADE"); err != nil {
			return err
		}
		if _, err := p.conn.Exec(ctx, "CREATE SCHEMA "+schema); err != nil {
			return err
		}
	}
	for _, t := range w.Tables {
		if _, err := p.conn.Exec(ctx, t.PostgresDDL()); err != nil {
			return fmt.Errorf("%s: %w", t.PostgresDDL(), err)
		}
		statement, rows := t.PostgresCopy()
		if _, err := p.conn.PgConn().CopyFrom(ctx, strings.NewReader(string(rows)), statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

func (p *postgreSQL) selects(ctx context.Context, q *question) ([]string, error) {
	if p.nul {
		return nil, fmt.Errorf("%w: a text holds NUL", errUnsupported)
	}
	statement, err := q.sqlFor(sqlgen.Postgres)
	if err != nil {
		return nil, err
	}
	rows, err := p.conn.Query(ctx, statement)
	if err != nil {
		return nil, err
	}
	keys, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
		values, err := row.Values()
		if err != nil {
			return "", err
		}
		return fmt.Sprint(values[0]), nil
	})
	slices.Sort(keys)
	return keys, err
}

func (p *postgreSQL) close() error { return p.conn.Close(context.Background()) }
