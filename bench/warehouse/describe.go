package warehouse

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// describe carries out DESCRIBE HISTORY, DETAIL, TABLE and QUERY.
func (s *session) describe(ctx context.Context, p *parser, params []dbtest.Param) (*dbtest.Result, error) {
	at := 1
	switch {
	case p.accept(&at, "HISTORY"):
		return s.history(p, at)
	case p.accept(&at, "DETAIL"):
		return s.detail(ctx, p, at)
	case p.token(at).is("QUERY", "SELECT", "WITH", "VALUES"):
		p.accept(&at, "QUERY")
		text, err := s.translator(ctx, p, params).query(span{at, p.end()}, nil)
		if err != nil {
			return nil, err
		}
		found, err := s.w.describe(ctx, text)
		if err != nil {
			return nil, err
		}
		var columns []column
		for _, c := range found {
			columns = append(columns, column{name: c.Name, typ: c.Type})
		}
		return columnRows(columns, nil)
	}
	p.accept(&at, "TABLE")
	extended := p.accept(&at, "EXTENDED") || p.accept(&at, "FORMATTED")
	t, err := s.named(p, &at)
	if err != nil {
		return nil, err
	}
	if err := p.atEnd(at); err != nil {
		return nil, err
	}
	s.w.mu.RLock()
	defer s.w.mu.RUnlock()
	var more [][]any
	if extended {
		kind, provider := "MANAGED", "delta"
		if t.isView() {
			kind, provider = "VIEW", ""
		}
		for _, row := range [][2]string{
			{"", ""}, {"# Detailed Table Information", ""}, {"Catalog", t.catalog}, {"Database", t.schema}, {"Table", t.name},
			{"Created Time", t.created.Format("Mon Jan 02 15:04:05 MST 2006")}, {"Type", kind}, {"Provider", provider}, {"Owner", userName},
		} {
			more = append(more, []any{row[0], row[1], ""})
		}
	}
	return columnRows(t.current(), more)
}

// columnRows is the result of DESCRIBE TABLE.
func columnRows(columns []column, more [][]any) (*dbtest.Result, error) {
	var rows [][]any
	for _, c := range columns {
		rows = append(rows, []any{c.name, catalogType(c.typ), orNull(c.comment)})
	}
	return rowsResult([]arrow.Field{field("col_name", stringType), field("data_type", stringType), field("comment", stringType)}, append(rows, more...))
}

// named reads the name of a table or a view that there is.
func (s *session) named(p *parser, at *int) (*table, error) {
	parts, err := p.names(at)
	if err != nil {
		return nil, err
	}
	s.w.mu.RLock()
	defer s.w.mu.RUnlock()
	return s.w.find(parts, s.inside)
}

// notView refuses a view where a table is needed.
func notView(t *table, statement string) error {
	if !t.isView() {
		return nil
	}
	return &sqlFailure{"EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", "42809",
		fmt.Sprintf("'%s' expects a table but %s is a view.", statement, backticked(t.names()...))}
}

// history carries out DESCRIBE HISTORY: the newest version comes first.
func (s *session) history(p *parser, at int) (*dbtest.Result, error) {
	t, err := s.named(p, &at)
	if err != nil {
		return nil, err
	}
	limit := -1
	if p.accept(&at, "LIMIT") {
		n, err := p.small(at)
		if err != nil {
			return nil, err
		}
		limit = int(n)
		at++
	}
	if err := p.atEnd(at); err != nil {
		return nil, err
	}
	if err := notView(t, "DESCRIBE HISTORY"); err != nil {
		return nil, err
	}
	s.w.mu.RLock()
	defer s.w.mu.RUnlock()
	var rows [][]any
	for i := len(t.versions) - 1; i >= 0 && len(rows) != limit; i-- {
		v := t.versions[i]
		var read any
		if v.number > 0 {
			read = v.number - 1
		}
		rows = append(rows, []any{
			v.number, v.at, "1", userName, v.operation, v.parameters, nil, nil, nil, read,
			"WriteSerializable", v.blind, v.metrics, nil, "Databricks-Runtime/local",
		})
	}
	job := arrow.StructOf(field("jobId", stringType), field("jobName", stringType), field("jobRunId", stringType),
		field("runId", stringType), field("jobOwnerId", stringType), field("triggerType", stringType))
	return rowsResult([]arrow.Field{
		field("version", bigType), field("timestamp", instantType), field("userId", stringType), field("userName", stringType),
		field("operation", stringType), field("operationParameters", mapType), field("job", job),
		field("notebook", arrow.StructOf(field("notebookId", stringType))), field("clusterId", stringType), field("readVersion", bigType),
		field("isolationLevel", stringType), field("isBlindAppend", boolType), field("operationMetrics", mapType),
		field("userMetadata", stringType), field("engineInfo", stringType),
	}, rows)
}

// Versions of the protocol of Delta that a table asks for.
const (
	readerVersion       int32 = 1
	writerVersion       int32 = 2
	writerVersionOfFeed int32 = 4
)

// detail carries out DESCRIBE DETAIL.
func (s *session) detail(ctx context.Context, p *parser, at int) (*dbtest.Result, error) {
	t, err := s.named(p, &at)
	if err != nil {
		return nil, err
	}
	if err := p.atEnd(at); err != nil {
		return nil, err
	}
	if err := notView(t, "DESCRIBE DETAIL"); err != nil {
		return nil, err
	}
	s.w.mu.RLock()
	defer s.w.mu.RUnlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	v := t.latest()
	var files, size int64
	for _, g := range v.segments {
		files += g.files
		size += g.bytes
	}
	writer := writerVersion
	features := []string{"appendOnly", "invariants"}
	if v.recorded {
		writer = writerVersionOfFeed
		features = append(features, "changeDataFeed")
	}
	row := []any{
		"delta", t.id, t.String(), orNull(t.comment), t.location(), t.created, v.at, []string{}, []string{},
		files, size, v.properties, readerVersion, writer, features, map[string]string{}, false,
	}
	return rowsResult([]arrow.Field{
		field("format", stringType), field("id", stringType), field("name", stringType), field("description", stringType),
		field("location", stringType), field("createdAt", instantType), field("lastModified", instantType),
		field("partitionColumns", listType), field("clusteringColumns", listType), field("numFiles", bigType), field("sizeInBytes", bigType),
		field("properties", mapType), field("minReaderVersion", intType), field("minWriterVersion", intType),
		field("tableFeatures", listType), field("statistics", mapType), field("clusterByAuto", boolType),
	}, [][]any{row})
}

// show carries out SHOW CATALOGS, SCHEMAS, TABLES, COLUMNS and TBLPROPERTIES.
func (s *session) show(_ context.Context, p *parser, _ []dbtest.Param) (*dbtest.Result, error) {
	what := p.token(1).upper
	at := 2
	var parts []string
	if p.accept(&at, "IN") || p.accept(&at, "FROM") || what == "TBLPROPERTIES" {
		var err error
		if parts, err = p.names(&at); err != nil {
			return nil, err
		}
	}
	if err := p.atEnd(at); err != nil {
		return nil, err
	}
	s.w.mu.RLock()
	defer s.w.mu.RUnlock()
	switch what {
	case "CATALOGS":
		var rows [][]any
		for _, c := range s.w.sortedCatalogs() {
			rows = append(rows, []any{c.name})
		}
		return rowsResult([]arrow.Field{field("catalog", stringType)}, rows)
	case "SCHEMAS", "DATABASES":
		return s.showSchemas(parts)
	case "TABLES":
		return s.showTables(parts)
	case "COLUMNS", "TBLPROPERTIES":
		t, err := s.w.find(parts, s.inside)
		if err != nil {
			return nil, err
		}
		if what == "COLUMNS" {
			var rows [][]any
			for _, c := range t.current() {
				rows = append(rows, []any{c.name})
			}
			return rowsResult([]arrow.Field{field("col_name", stringType)}, rows)
		}
		var rows [][]any
		if !t.isView() {
			properties := t.latest().properties
			for _, key := range slices.Sorted(maps.Keys(properties)) {
				rows = append(rows, []any{key, properties[key]})
			}
		}
		return rowsResult([]arrow.Field{field("key", stringType), field("value", stringType)}, rows)
	}
	return nil, p.unexpected(1)
}

func (s *session) showSchemas(parts []string) (*dbtest.Result, error) {
	name := s.inside[0]
	if len(parts) == 1 {
		name = parts[0]
	}
	c := s.w.catalogs[strings.ToLower(name)]
	if c == nil || len(parts) > 1 {
		return nil, catalogNotFound(strings.Join(parts, "."))
	}
	var rows [][]any
	for _, found := range c.sorted() {
		rows = append(rows, []any{found.name})
	}
	return rowsResult([]arrow.Field{field("databaseName", stringType)}, append(rows, []any{informationSchema}))
}

func (s *session) showTables(parts []string) (*dbtest.Result, error) {
	inside := s.inside
	switch len(parts) {
	case 1:
		inside[1] = parts[0]
	case 2: //nolint:mnd // catalog and schema
		inside = [2]string{parts[0], parts[1]}
	}
	c := s.w.catalogs[strings.ToLower(inside[0])]
	if c == nil {
		return nil, catalogNotFound(inside[0])
	}
	found := c.schemas[strings.ToLower(inside[1])]
	if found == nil {
		return nil, schemaNotFound(inside[:]...)
	}
	var rows [][]any
	for _, t := range found.sorted() {
		rows = append(rows, []any{found.name, t.name, false})
	}
	return rowsResult([]arrow.Field{field("database", stringType), field("tableName", stringType), field("isTemporary", boolType)}, rows)
}

// use carries out USE.
func (s *session) use(_ context.Context, p *parser, _ []dbtest.Param) (*dbtest.Result, error) {
	at := 1
	isCatalog := p.accept(&at, "CATALOG")
	if !isCatalog && !p.accept(&at, "SCHEMA") {
		p.accept(&at, "DATABASE")
	}
	parts, err := p.names(&at)
	if err == nil {
		err = p.atEnd(at)
	}
	if err != nil {
		return nil, err
	}
	switch {
	case isCatalog:
		err = s.useCatalog(parts[0])
	case len(parts) == 1:
		err = s.useSchema(s.inside[0], parts[0])
	default:
		err = s.useSchema(parts[0], parts[1])
	}
	return nothing(), err
}

// setCommand carries out SET name = value and SET TIME ZONE.
func (s *session) setCommand(_ context.Context, p *parser, _ []dbtest.Param) (*dbtest.Result, error) {
	at := 1
	name := ""
	if p.accept(&at, "TIME", "ZONE") {
		name = "timezone"
	} else {
		for ; at < p.end() && !p.token(at).is("="); at++ {
			name += p.token(at).text
		}
		if err := p.expect(&at, "="); err != nil {
			return nil, err
		}
	}
	value := p.token(at).text
	if p.token(at).kind != textToken && at < p.end() { // as it stands
		value = strings.TrimSpace(p.statement[p.token(at).at:])
	}
	if err := s.set(name, value); err != nil {
		return nil, err
	}
	return rowsResult([]arrow.Field{field("key", stringType), field("value", stringType)}, [][]any{{name, value}})
}

// metrics are numbers of a version, as texts.
func metrics(pairs ...any) map[string]string {
	m := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		n, _ := pairs[i+1].(int64)
		m[name] = strconv.FormatInt(n, 10)
	}
	return m
}
