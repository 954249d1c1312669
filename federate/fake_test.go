package federate_test

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/source"
)

// answer is what a fake engine says to a statement that has some text in it.
type answer struct {
	to      string
	columns string   // name:type, …
	rows    []string // batches, each a JSON array of objects
	err     error    // after them
}

// fakeEngine answers as it is told, in order: the first answer that fits a
// statement is used up.
type fakeEngine struct {
	t        *testing.T
	dialect  string
	versions map[model.TableRef]string
	tables   []model.TableRef
	answers  []answer
	executed []string
	execErr  error
	checkErr error    // of a replacingEngine
	collated []string // columns that are not compared byte by byte
}

type fakeTable struct {
	source.Table
	ref    model.TableRef
	schema *arrow.Schema
}

func (t fakeTable) Ref() model.TableRef   { return t.ref }
func (t fakeTable) Schema() *arrow.Schema { return t.schema }

func (*fakeEngine) URI() string                                        { return "fake://" }
func (*fakeEngine) Close() error                                       { return nil }
func (e *fakeEngine) Dialect() string                                  { return e.dialect }
func (e *fakeEngine) Versions() map[model.TableRef]string              { return e.versions }
func (e *fakeEngine) Tables(context.Context) ([]model.TableRef, error) { return e.tables, nil }

func (e *fakeEngine) Table(_ context.Context, ref model.TableRef) (source.Table, error) {
	for _, have := range e.tables {
		if strings.EqualFold(have.Schema, ref.Schema) && strings.EqualFold(have.Table, ref.Table) && ref.Connection == "" {
			var fields []arrow.Field
			for _, name := range e.collated {
				field := arrow.Field{Name: name, Type: arrow.BinaryTypes.String, Nullable: true}
				field.Metadata = arrow.MetadataFrom(map[string]string{source.CollationKey: "UTF8_LCASE"})
				fields = append(fields, field)
			}
			return fakeTable{ref: have, schema: arrow.NewSchema(fields, nil)}, nil
		}
	}
	return nil, &source.NotFoundError{Source: e.URI(), Ref: ref}
}

func (e *fakeEngine) Exec(_ context.Context, statement string) (int64, error) {
	e.executed = append(e.executed, statement)
	return -1, e.execErr
}

// replacingEngine is a fakeEngine that replaces tables in its own way.
type replacingEngine struct{ *fakeEngine }

func (e replacingEngine) CheckTarget(context.Context, model.TableRef, []model.TableRef) error {
	return e.checkErr
}

func (e replacingEngine) Replace(_ context.Context, r *source.Replacement) error {
	e.executed = append(e.executed, fmt.Sprintf("replace %s by %d rows, reading %s:\n%s", r.Target, r.Rows, r.Reads, r.Query))
	return e.execErr
}

func (e *fakeEngine) Query(ctx context.Context, statement string) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		for i, a := range e.answers {
			if !strings.Contains(statement, a.to) {
				continue
			}
			e.answers = append(append([]answer{}, e.answers[:i]...), e.answers[i+1:]...)
			for _, rows := range a.rows {
				if err := ctx.Err(); err != nil {
					yield(nil, err)
					return
				}
				if !yield(batchOf(e.t, a.columns, rows), nil) {
					return
				}
			}
			if a.err != nil {
				yield(nil, a.err)
			}
			return
		}
		e.t.Errorf("an unexpected statement: %s", statement)
	}
}

// arrowTypes are the types that columns of answers may have.
var arrowTypes = map[string]arrow.DataType{
	"text": arrow.BinaryTypes.String, "int": arrow.PrimitiveTypes.Int32, "long": arrow.PrimitiveTypes.Int64,
	"bool": arrow.FixedWidthTypes.Boolean, "double": arrow.PrimitiveTypes.Float64, "money": &arrow.Decimal128Type{Precision: 38, Scale: 2},
	"date": arrow.FixedWidthTypes.Date32,
}

// batchOf returns rows that are a JSON array of objects.
func batchOf(t *testing.T, columns, rows string) arrow.RecordBatch {
	t.Helper()
	var fields []arrow.Field
	for _, c := range strings.Fields(columns) {
		name, typ, _ := strings.Cut(c, ":")
		fields = append(fields, arrow.Field{Name: name, Type: arrowTypes[typ], Nullable: true})
	}
	batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, arrow.NewSchema(fields, nil), strings.NewReader(rows))
	if err != nil {
		t.Fatal(err)
	}
	return batch
}

// fakePlace returns a place of customers with an age, an amount, a computed
// favourite and purchases, over a fake engine that knows these tables in capitals.
func fakePlace(t *testing.T, dialect string, answers ...answer) (*federate.Place, *fakeEngine) {
	e := &fakeEngine{t: t, dialect: dialect, answers: answers, tables: []model.TableRef{
		{Schema: "SHOP", Table: "CUSTOMERS"}, {Schema: "SHOP", Table: "PURCHASES"}, {Schema: "SHOP", Table: "other"},
	}}
	customers := model.TableRef{Connection: "crm", Schema: "shop", Table: "customers"}
	purchases := model.TableRef{Connection: "crm", Schema: "shop", Table: "purchases"}
	return &federate.Place{
		Engine: e,
		Schema: &model.Schema{
			Name: "Fake", Timezone: "UTC", KeyColumn: "id", KeyType: model.Type{Kind: model.String},
			Attributes: []model.Attribute{
				{Name: "age", Type: model.Type{Kind: model.Number, Repr: model.Int64}},
				{Name: "amount", Type: model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 5, Scale: 2}},
				{Name: "favourite", Type: model.Type{Kind: model.String}},
			},
			Behaviors: []model.Behavior{{Name: "purchase", TimeColumn: "at"}},
		},
		Layout: &model.Layout{
			Master: customers, KeyColumn: "id",
			Attributes: []model.ColumnLayout{{Table: customers, Column: "age"}, {Table: customers, Column: "amount"}, {}},
			Behaviors:  []model.EventLayout{{Table: purchases, KeyColumn: "id", Time: model.FieldLayout{Column: "at"}}},
		},
	}, e
}

// check returns a rule checked against the schema of a place.
func check(t *testing.T, p *federate.Place, text string) *rule.Checked {
	t.Helper()
	r, err := rule.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	checked, err := rule.Check(r, p.Schema, nil)
	if err != nil {
		t.Fatal(err)
	}
	return checked
}
