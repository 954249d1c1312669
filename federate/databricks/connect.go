package databricks

import (
	"context"
	"database/sql/driver"
	"fmt"
	"maps"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"

	dbsql "github.com/databricks/databricks-sql-go"
	"github.com/databricks/databricks-sql-go/logger"
)

// quiet switches the driver's own log off, once: it would print statements and
// failures that are returned as errors. A level that the user chose stays.
var quiet = sync.OnceFunc(func() {
	if os.Getenv("DATABRICKS_LOG_LEVEL") == "" {
		_ = logger.SetLogLevel("disabled") // a level that the driver knows
	}
})

// userAgent is what the warehouse's history of queries shows as their client.
const userAgent = "rollcall"

// connector returns the driver's connector to the warehouse that c names, whose
// requests are carried by carrier. Sessions are in UTC, in ANSI mode, and have the
// given parameters beside.
func (c *Config) connector(carrier http.RoundTripper, params map[string]string, more ...dbsql.ConnOption) (driver.Connector, error) {
	quiet()
	host := c.Host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	session := map[string]string{"timezone": "UTC", "ANSI_MODE": "true"}
	if c.Timeout > 0 {
		session["STATEMENT_TIMEOUT"] = strconv.Itoa(int(c.Timeout.Seconds()))
	}
	maps.Copy(session, params)
	connector, err := dbsql.NewConnector(append([]dbsql.ConnOption{
		dbsql.WithServerHostname(c.scheme() + "://" + host),
		dbsql.WithPort(c.Port),
		dbsql.WithHTTPPath(c.HTTPPath),
		dbsql.WithInitialNamespace(c.Catalog, c.Schema),
		dbsql.WithUserAgentEntry(userAgent),
		dbsql.WithSessionParams(session),
		dbsql.WithQueryTags(c.Tags),
		dbsql.WithCloudFetch(c.CloudFetch),
		dbsql.WithMaxDownloadThreads(downloadThreads),
		dbsql.WithMaxRows(pageRows),
		dbsql.WithArrowNativeDecimal(true),
		dbsql.WithAuthenticator(noLogin{}),
		dbsql.WithTransport(carrier),
	}, more...)...)
	if err != nil {
		return nil, fmt.Errorf("preparing the driver: %w", err)
	}
	return patient{connector}, nil
}

// Connector returns the driver's connector to the warehouse, for who wants rows of
// database/sql and not Arrow. Sessions have the given parameters beside those of the
// package. Statements end with their context only where that was made by [WithCall].
// Errors of what is opened may hold secrets until the Redactor takes them out.
//
// Nothing proves that a result is complete: that is up to the caller.
func (c *Config) Connector(params map[string]string) (driver.Connector, *Redactor, error) {
	redact := &Redactor{}
	t, err := newTransport(c, redact)
	if err != nil {
		return nil, nil, fmt.Errorf("databricks: %w", redact.Error(err))
	}
	connector, err := c.connector(words{t}, params)
	if err != nil {
		return nil, nil, fmt.Errorf("databricks: %w", redact.Error(err))
	}
	return connector, redact, nil
}

// words puts errors of a transport into words of an answer. The driver tries again
// after errors, which the transport has done as often as there is use in; after
// such an answer it does not. (Nor would it after an error if it were asked not to:
// but then it would not try files on their way to a volume again either.)
type words struct{ *transport }

// statusWords is the status of an answer that is an error of ours.
const statusWords = 499

// RoundTrip sends a request.
func (w words) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := w.transport.RoundTrip(req)
	if err == nil || req.Context().Err() != nil {
		return resp, err
	}
	resp = answered(req, nil)
	resp.StatusCode, resp.Status = statusWords, strconv.Itoa(statusWords)
	resp.Header.Set("X-Databricks-Reason-Phrase", w.redact.Text(err.Error()))
	return resp, nil
}

// patient opens sessions to their end. One that is given up while the warehouse
// opens it would stay open there, with nobody who knows its name to close it.
type patient struct{ driver.Connector }

// Connect opens a session. It goes on for a while after ctx has ended; the
// transport bounds that.
func (p patient) Connect(ctx context.Context) (driver.Conn, error) {
	return p.Connector.Connect(context.WithoutCancel(WithCall(ctx)))
}
