package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"
)

// cancelPatience is how long the server may take to break off a query whose
// context has ended; the connection is given up then.
const cancelPatience = 10 * time.Second

// poolConfig says how to reach the server: by its socket, which is faster than
// its port. The end of a context cancels its query in the server.
func (s *server) poolConfig() (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(fmt.Sprintf("host=%s port=%d user=%s password=%s dbname=postgres sslmode=disable application_name=rollcall-bench",
		quoteSetting(s.dir), s.port, databaseUser, s.password))
	if err != nil {
		return nil, err
	}
	config.MaxConns = maxClients
	config.MaxConnIdleTime = 24 * time.Hour // statements are prepared on connections
	config.MaxConnLifetime = 24 * time.Hour
	config.ConnConfig.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: cancelPatience}
	}
	return config, nil
}

// quoteSetting returns text as a value of a connection string.
func quoteSetting(text string) string {
	var quoted []rune
	for _, r := range text {
		if r == '\'' || r == '\\' {
			quoted = append(quoted, '\\')
		}
		quoted = append(quoted, r)
	}
	return "'" + string(quoted) + "'"
}

// cause returns what ended a call: the context where that has ended, else err
// with what the server's log says where the server is gone.
func (s *server) cause(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	select {
	case <-s.done:
		return fmt.Errorf("the server has ended: %w", err)
	default:
		return err
	}
}
