package databricks

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
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

// hashed is how many columns decide which part a row falls into. More would be
// computed for nothing: the first ones of a projection are a key as a rule.
const hashed = 2

// cutInto returns the expression that gives the number of a row's part, from 0 to
// n-1: a function of the row's values alone.
func (p *projection) cutInto(n int) (string, error) {
	var names []string
	for k, f := range p.pulled.Fields() {
		if _, isList := f.Type.(*arrow.ListType); !isList && len(names) < hashed {
			names = append(names, p.names[k])
		}
	}
	if names == nil {
		names = p.names
	}
	if names == nil {
		return "", errors.New("no columns to cut a table by")
	}
	return "pmod(xxhash64(" + strings.Join(names, ", ") + "), " + strconv.Itoa(n) + ")", nil
}

// statement selects the rows of a part.
func (p *fetching) statement(i int) string {
	var part []string
	if p.cut != "" {
		part = []string{p.cut + " = " + strconv.Itoa(i)}
	}
	return "SELECT " + strings.Join(p.names, ", ") + " FROM " + p.piece.from + p.conditions(p.piece, part...)
}

// spoolFormat counts the ways in which parts were ever put into the spool.
const spoolFormat = 1

// key names what is pulled, for the spool: parts of equal keys have the same rows.
// It tells nothing of what is in them.
func (p *fetching) key() string {
	h := sha256.New()
	for _, text := range []string{
		strconv.Itoa(spoolFormat), p.source.cfg.origin(), p.full.String(), p.pin.id, p.pin.text(),
		p.statement(0), strconv.Itoa(len(p.counts)), p.pulled.String(),
	} {
		_, _ = fmt.Fprintf(h, "%d:%s,", len(text), text) // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
