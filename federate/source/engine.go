package source

import (
	"context"
	"iter"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/rollcall-db/rollcall/engine/model"
)

// Engine is a source that runs SQL over its tables, so that a rule can be
// answered where the data is.
type Engine interface {
	Source
	// Dialect names the SQL of the source as package sqlgen names dialects.
	Dialect() string
	// Versions returns, of the tables that were opened with Table and have
	// versions, the one that their scans read, as the dialect writes it. A statement
	// that names them so sees what scans see. A source whose statements see one
	// state of all tables anyway returns an empty map.
	Versions() map[model.TableRef]string
	// Query runs a statement that gives rows, and streams them as Table.Scan does,
	// with one difference: a result without rows gives one batch without rows, for
	// its schema. A stream that ends without an error was complete. The statement
	// ends with ctx.
	Query(ctx context.Context, statement string) iter.Seq2[arrow.RecordBatch, error]
	// Exec runs a statement that writes, and returns how many rows it wrote, -1
	// where the source does not say. When ctx ends the statement is cancelled; whether
	// it had been carried out is not known then, and the error says so.
	Exec(ctx context.Context, statement string) (rows int64, err error)
}

// Declarer is a table that knows the constraints that were declared for it. A
// warehouse need not have checked them.
type Declarer interface {
	Table
	// Declared returns the constraints; it asks the source once.
	Declared(ctx context.Context) (Constraints, error)
}

// Constraints are keys of a table, with columns as its schema spells them.
type Constraints struct {
	Primary []string // columns of the primary key; nil: none is declared
	Unique  [][]string
	Foreign []ForeignKey
}

// ForeignKey says that columns of a table refer to those of another.
type ForeignKey struct {
	Columns []string
	Table   model.TableRef
	Refers  []string // columns of Table, as many as Columns
}
