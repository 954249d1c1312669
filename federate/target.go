package federate

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// Target is where [Export] has the source write an audience: a table or a
// directory, one of them.
type Target struct {
	// Table is made, or replaced as one step: who reads it sees the old one or the
	// new one. The connection is not looked at.
	//
	// In Databricks and DuckDB a table that is there is replaced by CREATE OR REPLACE
	// TABLE; in Databricks it keeps its grants and its history. In PostgreSQL a table
	// that has just the columns to be written, in their order and of their types, is
	// emptied and filled, and keeps all else: grants, comments, indexes, views of it. One
	// with other columns is dropped, which loses these, and made anew; where a view or a
	// foreign key depends on it that is an error, and so is one that has rules or
	// triggers of INSERT or TRUNCATE, or is in use for longer than ten seconds.
	Table model.TableRef
	// Directory is a path that the source can write, of which all files are
	// replaced: a volume or cloud storage of Databricks. The files are Parquet.
	Directory string
}

// String names the table or the directory.
func (t Target) String() string {
	if t.Directory != "" {
		return strconv.Quote(t.Directory)
	}
	return t.Table.String()
}

// checkTarget returns an error where a table is one of those that the place reads, or
// may be, or where one of those stands on it: an export would replace the customers by
// some of them.
func (f *found) checkTarget(ctx context.Context, ref model.TableRef) error {
	reads := tablesOf(f.layout)
	for _, read := range reads {
		if maySame(read.Table, ref.Table) && maySame(read.Schema, ref.Schema) && maySame(read.Catalog, ref.Catalog) {
			return sameTable(ref, read)
		}
	}
	if checker, ok := f.Engine.(source.TargetChecker); ok {
		return checker.CheckTarget(ctx, ref, reads)
	}
	table, err := f.Engine.Table(ctx, ref)
	var missing *source.NotFoundError
	switch {
	case errors.As(err, &missing):
		return nil
	case err != nil:
		return err
	}
	for _, read := range reads {
		if read == table.Ref() {
			return sameTable(ref, read)
		}
	}
	return nil
}

// maySame reports whether two parts of names may be of the same thing, whatever
// their case; one that is not given may be any.
func maySame(x, y string) bool { return x == "" || y == "" || strings.EqualFold(x, y) }

// sameTable is the error for a target that is a table which the place reads, or may
// be: a name that says less than another may be of the same table.
func sameTable(target, read model.TableRef) error {
	why := "the parent segment reads it"
	if target != read {
		why = "the parent segment reads " + read.String() + ", which is or may be the same table"
	}
	return &source.TargetError{Target: target, Why: why}
}

// notOfDelta are the characters that names of columns of a table of Delta do not
// have, unless it was set up for them.
const notOfDelta = " ,;{}()\n\t="

// checkNames returns an error where a target takes no columns of the names that the
// key and the columns have.
func (f *found) checkNames(to Target, columns []engine.Column) error {
	seen := map[string]string{}
	for _, field := range audienceSchema(f.schema, columns).Fields() {
		folded := field.Name
		if f.dialect != sqlgen.Postgres {
			folded = strings.ToLower(folded)
		}
		other, ok := seen[folded]
		seen[folded] = field.Name
		switch {
		case ok && other == field.Name:
			return wrongName(fmt.Errorf("two columns are called %q", other))
		case ok:
			return wrongName(fmt.Errorf("the columns %q and %q differ only by case", other, field.Name))
		case f.dialect == sqlgen.Databricks && to.Directory == "" && strings.ContainsAny(field.Name, notOfDelta):
			return wrongName(fmt.Errorf("the name of column %q has a blank, a tab, a line break or one of ,;{}()=, which tables of Delta do not take", field.Name))
		}
	}
	return nil
}

// wrongName returns the error for columns that a target does not take.
func wrongName(err error) error {
	return &UnsupportedError{Code: CodeUnsupported, Do: "leave it out, rename it, or export to a file here", Err: err}
}

// noTarget returns the error for a target that the source cannot write.
func noTarget(err error) error {
	return &UnsupportedError{Code: CodeUnsupported, Do: "export to another table, or to a file here", Err: err}
}
