package warehouse

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/bench/warehouse/duck"
	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// session is a client's session: where names are looked for, and its zone.
type session struct {
	w      *Warehouse
	inside [2]string // catalog and schema
	zone   string    // as DuckDB names it
	conf   map[string]string
}

// OpenSession begins a session. The parameter timezone is its time zone; others
// are kept and have no effect. A catalog that is not there is an error, and so is
// a schema.
func (w *Warehouse) OpenSession(_ context.Context, catalog, schema string, params map[string]string) (dbtest.SQLSession, error) {
	s := &session{w: w, zone: utc, conf: map[string]string{}, inside: [2]string{w.options.Catalog, DefaultSchema}}
	for name, value := range params {
		if err := s.set(name, value); err != nil {
			return nil, told(err)
		}
	}
	if catalog != "" {
		if err := s.useCatalog(catalog); err != nil {
			return nil, told(err)
		}
	}
	if schema != "" {
		if err := s.useSchema(s.inside[0], schema); err != nil {
			return nil, told(err)
		}
	}
	return s, nil
}

// set gives a parameter its value.
func (s *session) set(name, value string) error {
	s.conf[strings.ToLower(name)] = value
	if !strings.EqualFold(name, "timezone") && !strings.EqualFold(name, "spark.sql.session.timeZone") {
		return nil
	}
	if _, err := time.LoadLocation(value); err != nil || value == "" || value == "Local" {
		return &sqlFailure{"INVALID_CONF_VALUE.TIME_ZONE", "22022",
			fmt.Sprintf("The value '%s' in the config \"spark.sql.session.timeZone\" is invalid. Cannot resolve the given timezone.", value)}
	}
	s.zone = value
	if value == defaultZone || value == "GMT" {
		s.zone = utc
	}
	return nil
}

func (s *session) useCatalog(name string) error {
	s.w.mu.RLock()
	defer s.w.mu.RUnlock()
	c := s.w.catalogs[strings.ToLower(name)]
	if c == nil {
		return catalogNotFound(name)
	}
	s.inside = [2]string{c.name, DefaultSchema}
	return nil
}

func (s *session) useSchema(catalog, name string) error {
	s.w.mu.RLock()
	defer s.w.mu.RUnlock()
	c := s.w.catalogs[strings.ToLower(catalog)]
	if c == nil {
		return catalogNotFound(catalog)
	}
	found := c.schemas[strings.ToLower(name)]
	if found == nil && !strings.EqualFold(name, informationSchema) {
		return schemaNotFound(catalog, name)
	}
	if found != nil {
		name = found.name
	}
	s.inside = [2]string{c.name, name}
	return nil
}

// Close ends the session.
func (*session) Close() error { return nil }

// command carries out a statement whose first word is known.
type command func(s *session, ctx context.Context, p *parser, params []dbtest.Param) (*dbtest.Result, error)

// commands are by the first word of their statements.
var commands map[string]command

func init() { // refers to what refers to it
	commands = map[string]command{
		"SELECT": (*session).selectRows, "WITH": (*session).selectRows, "VALUES": (*session).selectRows, "(": (*session).selectRows,
		"DESCRIBE": (*session).describe, "DESC": (*session).describe, "SHOW": (*session).show,
		"USE": (*session).use, "SET": (*session).setCommand,
		"CREATE": (*session).create, "DROP": (*session).drop, "ALTER": (*session).alter,
		"INSERT": (*session).insert, "UPDATE": (*session).update, "DELETE": (*session).deleteRows, "TRUNCATE": (*session).truncate,
		"VACUUM": (*session).vacuum, "OPTIMIZE": (*session).optimize, "RESTORE": (*session).restore,
	}
}

// Query carries out one statement. Its result may be read while others are carried
// out.
func (s *session) Query(ctx context.Context, statement string, params []dbtest.Param) (*dbtest.Result, error) {
	p, err := parse(statement)
	if err != nil {
		return nil, told(err)
	}
	first := p.token(0)
	run := commands[first.upper+map[bool]string{true: first.text}[first.kind == operatorToken]]
	if run == nil {
		return nil, told(p.unexpected(0))
	}
	result, err := run(s, ctx, p, params)
	if err != nil {
		return nil, told(err)
	}
	return result, nil
}

// translator returns a translator of a statement for the session.
func (s *session) translator(ctx context.Context, p *parser, params []dbtest.Param) *translator {
	zone, err := time.LoadLocation(s.zone)
	if err != nil {
		zone = time.UTC // set has looked it up
	}
	return &translator{
		parser: p, zone: zone, params: params,
		current:  s.current,
		relation: func(parts []string, at travel) (string, error) { return s.relation(ctx, parts, at) },
		changes:  func(parts []string, from, to travel) (string, error) { return s.changes(ctx, parts, from, to) },
	}
}

// current returns what the session is in.
func (s *session) current(what string) string {
	switch what {
	case "CURRENT_CATALOG":
		return s.inside[0]
	case "CURRENT_USER":
		return userName
	case "CURRENT_TIMEZONE":
		if s.zone == utc {
			return defaultZone
		}
		return s.zone
	}
	return s.inside[1]
}

// userName is who does everything here.
const userName = "local@warehouse"

// selectRows carries out a query.
func (s *session) selectRows(ctx context.Context, p *parser, params []dbtest.Param) (*dbtest.Result, error) {
	text, err := s.translator(ctx, p, params).query(span{0, p.end()}, nil)
	if err != nil {
		return nil, err
	}
	reader, err := s.w.stream(ctx, s.zone, s.current("CURRENT_TIMEZONE"), text)
	if err != nil {
		return nil, err
	}
	return &dbtest.Result{Reader: reader, Affected: -1}, nil
}

// stream begins a query of DuckDB in a time zone, which has another name in types.
// Columns of types that cannot be read are cast.
func (w *Warehouse) stream(ctx context.Context, zone, named, query string) (array.RecordReader, error) {
	c, err := w.connection(ctx, zone)
	if err != nil {
		return nil, err
	}
	columns, err := c.Describe(ctx, query, named)
	if err == nil {
		query = exact(query, columns)
	}
	var reader *duck.Reader
	if err == nil {
		reader, err = c.Query(ctx, query, named)
	}
	if err != nil {
		w.free(c, zone)
		return nil, err
	}
	reader.Released = func() { w.free(c, zone) }
	return &rowReader{Reader: reader}, nil
}

// exact casts the columns of a query where that is needed.
func exact(query string, columns []duck.Column) string {
	items, places, all := make([]string, len(columns)), make([]string, len(columns)), true
	for i, c := range columns {
		places[i] = fmt.Sprintf("c%d", i)
		x := places[i]
		if !c.Exact {
			all = false
			x = "CAST(" + x + " AS " + duckType(c.Type) + ")"
		}
		items[i] = x + " AS " + duckName(c.Name)
	}
	if all {
		return query
	}
	return "SELECT " + strings.Join(items, ", ") + " FROM (" + query + ") AS q(" + strings.Join(places, ", ") + ")"
}

// rowReader is a result whose errors are told as Databricks tells them.
type rowReader struct {
	*duck.Reader
}

// Err returns why reading ended early.
func (r *rowReader) Err() error { return told(r.Reader.Err()) }

// numbers returns the first row of a query of DuckDB whose columns are BIGINT.
func (w *Warehouse) numbers(ctx context.Context, zone, query string) (values []int64, err error) {
	reader, err := w.stream(ctx, zone, defaultZone, query)
	if err != nil {
		return nil, err
	}
	defer reader.Release()
	if !reader.Next() {
		if err := reader.Err(); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("%s: no rows", query)
	}
	for _, c := range reader.RecordBatch().Columns() {
		numbers, ok := c.(*array.Int64)
		if !ok {
			return nil, fmt.Errorf("%s: a column of type %s", query, c.DataType())
		}
		values = append(values, numbers.Value(0))
	}
	return values, nil
}

// relation returns what stands for a table or a view in a query.
func (s *session) relation(ctx context.Context, parts []string, at travel) (string, error) {
	if catalog, table, ok := s.informationTable(parts); ok {
		return s.w.informationRelation(catalog, table)
	}
	if format, ok := readableFormats[strings.ToLower(parts[0])]; ok && len(parts) == 2 {
		return s.w.volumeRelation(format, parts[1])
	}
	asked, err := s.boundary(ctx, at)
	if err != nil {
		return "", err
	}
	s.w.mu.RLock()
	t, err := s.w.find(parts, s.inside)
	if err != nil || t.isView() {
		s.w.mu.RUnlock() // the query of a view takes the lock itself
		if err != nil {
			return "", err
		}
		return s.view(ctx, t, asked)
	}
	defer s.w.mu.RUnlock()
	v := t.latest()
	switch {
	case asked.version != nil:
		v, err = t.at(*asked.version)
	case asked.at != nil:
		v, err = t.atTime(*asked.at)
	}
	if err != nil {
		return "", err
	}
	return v.relation(t)
}

// view returns the query of a view.
func (s *session) view(ctx context.Context, t *table, asked boundary) (string, error) {
	if asked.version != nil || asked.at != nil {
		return "", &sqlFailure{"UNSUPPORTED_FEATURE.TIME_TRAVEL", "0A000", "The feature is not supported: Time travel on the relation: " + backticked(t.names()...) + "."}
	}
	p, err := parse(t.query)
	if err != nil {
		return "", err
	}
	within := &session{w: s.w, inside: t.inside, zone: s.zone, conf: s.conf}
	query, err := within.translator(ctx, p, nil).query(span{0, p.end()}, nil)
	if err != nil {
		return "", err
	}
	items, places := make([]string, len(t.columns)), make([]string, len(t.columns))
	for i, c := range t.columns {
		places[i] = fmt.Sprintf("c%d", i)
		items[i] = fmt.Sprintf("CAST(c%d AS %s) AS %s", i, duckType(c.typ), duckName(c.name))
	}
	return fmt.Sprintf("(SELECT %s FROM (%s) AS q(%s))", strings.Join(items, ", "), query, strings.Join(places, ", ")), nil
}

// boundary is a travel whose time is known.
type boundary struct {
	version *int64
	at      *time.Time
}

// boundary computes the time of a travel.
func (s *session) boundary(ctx context.Context, of travel) (boundary, error) {
	if of.timestamp == "" {
		return boundary{version: of.version}, nil
	}
	values, err := s.w.numbers(ctx, s.zone, "SELECT coalesce(epoch_us(CAST("+of.timestamp+" AS TIMESTAMPTZ)), error('NULL'))")
	if ctx.Err() != nil {
		return boundary{}, ctx.Err()
	}
	if err != nil {
		return boundary{}, &sqlFailure{"INVALID_TIME_TRAVEL_TIMESTAMP_EXPR.INPUT", "42K0E",
			"The time travel timestamp expression is invalid. Cannot be casted to the \"TIMESTAMP\" type"}
	}
	at := time.UnixMicro(values[0]).UTC()
	return boundary{at: &at}, nil
}

// atTime returns the version that was the newest one at a time. Its caller holds
// w.mu.
func (t *table) atTime(at time.Time) (*version, error) {
	text := func(t time.Time) string { return t.UTC().Format(time.DateTime) }
	if last := t.latest(); at.After(last.at) {
		return nil, &sqlFailure{"DELTA_TIMESTAMP_GREATER_THAN_COMMIT", "42816", fmt.Sprintf(
			"The provided timestamp (%s) is after the latest version available to this table (%s). Please use a timestamp before or at %s.",
			text(at), text(last.at), text(last.at))}
	}
	for i := len(t.versions) - 1; i >= 0; i-- {
		if v := t.versions[i]; !v.at.After(at) {
			return v, nil
		}
	}
	first := t.versions[0].at
	return nil, &sqlFailure{"DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION", "42816", fmt.Sprintf(
		"The provided timestamp (%s) is before the earliest version available to this table (%s). Please use a timestamp after %s.",
		text(at), text(first), text(first))}
}

// field is a nullable column of a result.
func field(name string, t arrow.DataType) arrow.Field {
	return arrow.Field{Name: name, Type: t, Nullable: true}
}
