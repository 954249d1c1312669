package executions

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/cespare/xxhash/v2"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/source/sourcetest"
)

// memorySource is a source of tables in memory.
type memorySource map[model.TableRef]source.Table

func (memorySource) URI() string  { return "memory" }
func (memorySource) Close() error { return nil }

// Tables implements [source.Source].
func (s memorySource) Tables(ctx context.Context) ([]model.TableRef, error) {
	refs := slices.SortedFunc(maps.Keys(s), func(x, y model.TableRef) int { return strings.Compare(x.String(), y.String()) })
	return refs, ctx.Err()
}

// Table implements [source.Source].
func (s memorySource) Table(ctx context.Context, ref model.TableRef) (source.Table, error) {
	t, ok := s[ref]
	if !ok {
		missing := &source.NotFoundError{Source: s.URI(), Ref: ref}
		for other := range s {
			missing.Nearest = append(missing.Nearest, other.String())
		}
		return nil, missing
	}
	return t, ctx.Err()
}

// memoryTable is a table in memory. It implements [source.Parted].
type memoryTable struct {
	ref     model.TableRef
	schema  *arrow.Schema
	parts   []memoryPart
	unknown []string // parts asked for that are not there
}

// memoryPart is a part of a table, with its rows.
type memoryPart struct {
	source.Part
	rows arrow.RecordBatch
}

// newPart returns a part, whose ID is a hash of its rows.
func newPart(name string, rows arrow.RecordBatch) (memoryPart, error) {
	hash := xxhash.New()
	w := ipc.NewWriter(hash, ipc.WithSchema(rows.Schema()))
	if err := w.Write(rows); err != nil {
		return memoryPart{}, fmt.Errorf("part %s: %w", name, err)
	}
	if err := w.Close(); err != nil {
		return memoryPart{}, fmt.Errorf("part %s: %w", name, err)
	}
	return memoryPart{source.Part{Name: name, ID: fmt.Sprintf("%016x", hash.Sum64()), Rows: rows.NumRows()}, rows}, nil
}

func (t *memoryTable) Ref() model.TableRef   { return t.ref }
func (t *memoryTable) Schema() *arrow.Schema { return t.schema }

// Info implements [source.Table].
func (t *memoryTable) Info() source.Info {
	info := source.Info{Location: "memory/" + t.ref.String()}
	for _, p := range t.parts {
		info.Rows += p.Rows
	}
	return info
}

// Parts implements [source.Parted].
func (t *memoryTable) Parts(ctx context.Context) ([]source.Part, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	parts := make([]source.Part, len(t.parts))
	for i := range t.parts {
		parts[i] = t.parts[i].Part
	}
	return parts, ctx.Err()
}

// Only implements [source.Parted].
func (t *memoryTable) Only(names []string) source.Table {
	only := &memoryTable{ref: t.ref, schema: t.schema, unknown: slices.Clone(t.unknown)}
	for _, p := range t.parts {
		if slices.Contains(names, p.Name) {
			only.parts = append(only.parts, p)
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(t.parts, func(p memoryPart) bool { return p.Name == name }) {
			only.unknown = append(only.unknown, name)
		}
	}
	return only
}

func (t *memoryTable) check() error {
	if len(t.unknown) > 0 {
		return fmt.Errorf("table %s has no part %q", t.ref, t.unknown[0])
	}
	return nil
}

// maxBatchRows is what the contract of a source allows.
const maxBatchRows = 1 << 16

// Scan implements [source.Table].
func (t *memoryTable) Scan(ctx context.Context, columns []string) iter.Seq2[arrow.RecordBatch, error] {
	return func(yield func(arrow.RecordBatch, error) bool) {
		positions, err := t.positions(columns)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, p := range t.parts {
			for lo := int64(0); lo < p.Rows; lo += maxBatchRows {
				if err := ctx.Err(); err != nil {
					yield(nil, err)
					return
				}
				if !yield(project(p.rows.NewSlice(lo, min(lo+maxBatchRows, p.Rows)), positions), nil) {
					return
				}
			}
		}
	}
}

// positions finds columns by name.
func (t *memoryTable) positions(columns []string) ([]int, error) {
	positions := make([]int, len(columns))
	for i, name := range columns {
		at, err := source.Column(t, name)
		if err != nil {
			return nil, err
		}
		positions[i] = at
	}
	return positions, t.check()
}

// project returns the columns of a batch at some positions.
func project(batch arrow.RecordBatch, positions []int) arrow.RecordBatch {
	var fields []arrow.Field
	var columns []arrow.Array
	for _, at := range positions {
		fields, columns = append(fields, batch.Schema().Field(at)), append(columns, batch.Column(at))
	}
	return array.NewRecordBatch(arrow.NewSchema(fields, nil), columns, batch.NumRows())
}

// unparted is a table whose parts nobody can tell apart.
type unparted struct{ source.Table }

// TestMemorySource holds the source to its contract.
func TestMemorySource(t *testing.T) {
	sourcetest.Run(t, append(sourcetest.Scalars(), sourcetest.Lists()...), func(t *testing.T, tables map[model.TableRef]arrow.RecordBatch) source.Source {
		src := memorySource{}
		for ref, rows := range tables {
			table := &memoryTable{ref: ref, schema: rows.Schema()}
			for lo := int64(0); lo < rows.NumRows(); lo += 1 + rows.NumRows()/3 {
				part, err := newPart(fmt.Sprint(lo), rows.NewSlice(lo, min(lo+1+rows.NumRows()/3, rows.NumRows())))
				if err != nil {
					t.Fatal(err)
				}
				table.parts = append(table.parts, part)
			}
			src[ref] = table
		}
		return src
	})
}
