package engine_test

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/ingest"
)

// memorySource is a source of tables held in memory, by name.
type memorySource map[string]arrow.RecordBatch

func (s memorySource) URI() string                                      { return "memory" }
func (s memorySource) Close() error                                     { return nil }
func (s memorySource) Tables(context.Context) ([]model.TableRef, error) { return nil, nil }
func (s memorySource) Table(_ context.Context, ref model.TableRef) (source.Table, error) {
	if batch, ok := s[ref.Table]; ok {
		return &memoryTable{ref, batch}, nil
	}
	return nil, &source.NotFoundError{Source: "memory", Ref: ref}
}

// add adds a table whose rows are written as JSON objects, one a line.
func (s memorySource) add(t *testing.T, name string, fields []arrow.Field, rows string) {
	t.Helper()
	for i := range fields {
		fields[i].Nullable = true
	}
	lines := strings.Split(strings.TrimSpace(rows), "\n")
	text := "[" + strings.Join(lines, ",\n") + "]"
	batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, arrow.NewSchema(fields, nil), strings.NewReader(text))
	if err != nil {
		t.Fatalf("table %s: %v", name, err)
	}
	s[name] = batch
}

// memoryTable is a table of one record batch.
type memoryTable struct {
	ref   model.TableRef
	batch arrow.RecordBatch
}

func (t *memoryTable) Ref() model.TableRef   { return t.ref }
func (t *memoryTable) Schema() *arrow.Schema { return t.batch.Schema() }
func (t *memoryTable) Info() source.Info {
	return source.Info{Location: "memory/" + t.ref.Table, Rows: t.batch.NumRows()}
}

func (t *memoryTable) Scan(_ context.Context, columns []string) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		var fields []arrow.Field
		var arrays []arrow.Array
		for _, name := range columns {
			i := slices.IndexFunc(t.batch.Schema().Fields(), func(f arrow.Field) bool { return f.Name == name })
			fields, arrays = append(fields, t.batch.Schema().Field(i)), append(arrays, t.batch.Column(i))
		}
		yield(array.NewRecordBatch(arrow.NewSchema(fields, nil), arrays, t.batch.NumRows()), nil)
	}
}

// build builds a snapshot whose customers are the rows of table "people", keyed
// by id, and whose behaviors are the other tables, with the time in "ts".
func (s memorySource) build(t *testing.T, timezone string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "snap")
	s.buildInto(t, dir, timezone, 1)
	return dir
}

// buildInto is build into a directory, which may hold a snapshot: keep versions
// of it stay, the new one included.
func (s memorySource) buildInto(t *testing.T, dir, timezone string, keep int) {
	t.Helper()
	parent := &model.ParentSegment{
		Name: "People", Timezone: timezone,
		Master: model.Master{Table: model.TableRef{Table: "people"}, KeyColumn: "id", AllColumns: true},
	}
	for name := range s {
		if name != "people" {
			parent.Behaviors = append(parent.Behaviors, model.BehaviorSource{
				Name: name, Table: model.TableRef{Table: name}, KeyColumn: "id", TimeColumn: "ts", AllFields: true,
			})
		}
	}
	slices.SortFunc(parent.Behaviors, func(x, y model.BehaviorSource) int { return strings.Compare(x.Name, y.Name) })
	if _, err := ingest.Build(t.Context(), parent, s, dir, &ingest.Options{Delete: true, Keep: keep}); err != nil {
		t.Fatal(err)
	}
}

// field makes a column description.
func field(name string, t arrow.DataType) arrow.Field { return arrow.Field{Name: name, Type: t} }

// instants is the type of event times.
var instants = arrow.FixedWidthTypes.Timestamp_us

// keysOf returns the keys that a rule selects, joined by spaces.
func keysOf(t *testing.T, q interface {
	Keys(context.Context) iter.Seq2[string, error]
}) string {
	t.Helper()
	var keys []string
	for key, err := range q.Keys(t.Context()) {
		if err != nil {
			return fmt.Sprintf("error: %v", err)
		}
		keys = append(keys, key)
	}
	return strings.Join(keys, " ")
}
