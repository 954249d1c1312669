package databricks

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// projection is the columns of a scan: each is pulled once, and may be given more
// than once.
type projection struct {
	given  *arrow.Schema // of the batches that are given
	at     []int         // for each column given, the one of pulled that it is
	pulled *arrow.Schema // of the batches that are pulled
	names  []string      // of pulled, as statements write them
}

// project finds columns by name.
func (t *table) project(columns []string) (*projection, error) {
	p := &projection{}
	var given, pulled []arrow.Field
	for _, name := range columns {
		i, err := source.Column(t, name)
		if err != nil {
			return nil, err
		}
		f := t.schema.Field(i)
		if reason, ok := f.Metadata.GetValue(source.UnsupportedKey); ok {
			return nil, &source.ReadError{Path: t.full.String(), Column: f.Name, Err: fmt.Errorf("values of type %s are not supported", reason)}
		}
		f.Metadata = arrow.Metadata{}
		given = append(given, f)
		k := 0
		for k < len(pulled) && pulled[k].Name != f.Name {
			k++
		}
		p.at = append(p.at, k)
		if k < len(pulled) {
			continue
		}
		sql, err := sqlgen.Identifier(sqlgen.Databricks, f.Name)
		if err != nil {
			return nil, &source.ReadError{Path: t.full.String(), Column: f.Name, Err: err}
		}
		pulled, p.names = append(pulled, f), append(p.names, sql)
	}
	p.given, p.pulled = arrow.NewSchema(given, nil), arrow.NewSchema(pulled, nil)
	return p, nil
}

// take returns a batch that was pulled as one of the types that tables have. The
// caller releases it.
func (p *projection) take(batch arrow.RecordBatch) arrow.RecordBatch {
	arrays := make([]arrow.Array, p.pulled.NumFields())
	for k := range arrays {
		arrays[k] = relabel(batch.Column(k), p.pulled.Field(k).Type)
		defer arrays[k].Release()
	}
	return array.NewRecordBatch(p.pulled, arrays, batch.NumRows())
}

// give returns a batch of take as the scan gives it. The caller releases it.
func (p *projection) give(batch arrow.RecordBatch) arrow.RecordBatch {
	arrays := make([]arrow.Array, len(p.at))
	for k, i := range p.at {
		arrays[k] = batch.Column(i)
	}
	return array.NewRecordBatch(p.given, arrays, batch.NumRows())
}

// statement selects the rows of a part.
func (p *fetching) statement(i int) string {
	var part []string
	if p.cut != "" {
		part = []string{p.cut + " = " + strconv.Itoa(i)}
	}
	return "SELECT " + strings.Join(p.names, ", ") + " FROM " + p.piece.from + p.conditions(p.piece, part...)
}
