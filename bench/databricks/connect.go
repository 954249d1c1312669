package databricks

import (
	"database/sql"
	"time"

	federated "github.com/rollcall-db/rollcall/federate/databricks"
)

const (
	// maxIdle is the number of sessions that are kept between statements: as many as
	// the most clients of a run, so that opening one is not part of a figure.
	maxIdle = 32
	// idleTime is how long. Warehouses drop sessions after a while without a word, and
	// sessions keep them awake, which costs.
	idleTime = 5 * time.Minute
)

// connect prepares sessions of the warehouse; it sends nothing. Sessions are in
// UTC, without the result cache, and find tables in the settings' schema. Closing
// what is returned is up to the caller.
func connect(s *settings) (*sql.DB, *federated.Redactor, error) {
	connector, redact, err := s.config.Connector(map[string]string{"use_cached_result": "false"})
	if err != nil {
		return nil, nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxIdleConns(maxIdle)
	db.SetConnMaxIdleTime(idleTime)
	return db, redact, nil
}
