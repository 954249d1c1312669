package databricks

import (
	"context"
	"crypto/tls"
	"database/sql"
	"database/sql/driver"
	"net/http"
	"os"
	"sync"
	"time"

	dbsql "github.com/databricks/databricks-sql-go"
	"github.com/databricks/databricks-sql-go/logger"
)

const (
	// maxIdle is the number of sessions that are kept between statements: as many as
	// the most clients of a run, so that opening one is not part of a figure.
	maxIdle = 32
	// idleTime is how long. Warehouses drop sessions after a while without a word, and
	// sessions keep them awake, which costs.
	idleTime = 5 * time.Minute
)

// quiet switches the driver's own log off, once: it would print statements and
// failures that are returned as errors. A level that the user chose stays.
var quiet = sync.OnceFunc(func() {
	if os.Getenv("DATABRICKS_LOG_LEVEL") == "" {
		_ = logger.SetLogLevel("disabled") // a level that the driver knows
	}
})

// connect prepares sessions of the warehouse; it sends nothing. Sessions are in
// UTC, without the result cache, and find tables in the settings' schema. Closing
// what is returned is up to the caller.
func connect(s *settings, redact *redactor) (*sql.DB, error) {
	quiet()
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.MaxIdleConnsPerHost = maxIdle
	base.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	carrier := &transport{base: base, origin: s.origin()}
	options := []dbsql.ConnOption{
		dbsql.WithServerHostname(s.scheme + "://" + s.host),
		dbsql.WithPort(s.port),
		dbsql.WithHTTPPath(s.path),
		dbsql.WithInitialNamespace(s.catalog, s.schema),
		dbsql.WithUserAgentEntry("rollcall-bench"),
		dbsql.WithSessionParams(map[string]string{"timezone": "UTC", "use_cached_result": "false"}),
		dbsql.WithTransport(carrier),
	}
	if s.token != "" {
		redact.add(s.token)
		options = append(options, dbsql.WithAccessToken(string(s.token)))
	} else {
		redact.add(s.clientSecret)
		redact.add(s.clientID)
		client := &http.Client{Transport: carrier, Timeout: requestLimit}
		options = append(options, dbsql.WithAuthenticator(newLogin(s, client, redact)))
	}
	connector, err := dbsql.NewConnector(options...)
	if err != nil {
		return nil, redact.error(err)
	}
	db := sql.OpenDB(patient{connector})
	db.SetMaxIdleConns(maxIdle)
	db.SetConnMaxIdleTime(idleTime)
	return db, nil
}

// patient opens sessions to their end. One that is given up while the warehouse
// opens it would stay open there, with nobody who knows its name to close it.
type patient struct{ driver.Connector }

// Connect opens a session. It goes on for requestLimit after ctx has ended.
func (p patient) Connect(ctx context.Context) (driver.Conn, error) {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(requestLimit, cancel) })
	defer stop()
	return p.Connector.Connect(withCall(late))
}
