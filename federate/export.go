package federate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// Export has the source write the customers that a checked rule selects at asOf,
// with columns as [AudienceSchema] has them, to a target of its own: no customer leaves
// the source. It returns how many were written, which was counted in the target and
// compared with the audience; another number is a *source.IncompleteError. The
// columns have the names of [AudienceSchema], and the types that the source has for
// them. A target that the source cannot write, or not with columns of these names, is
// an [*UnsupportedError]; a table on which the rule's tables stand, or may, is a
// *source.TargetError. When ctx ends, whether the target was written is not known.
func Export(ctx context.Context, p *Place, checked *rule.Checked, asOf time.Time, to Target, columns ...string) (rows uint64, err error) {
	f, err := p.open(ctx)
	if err != nil {
		return 0, err
	}
	return f.export(ctx, checked, asOf, to, columns)
}

func (f *found) export(ctx context.Context, checked *rule.Checked, asOf time.Time, to Target, columns []string) (rows uint64, err error) {
	if checked == nil {
		return 0, errNoRule
	}
	at, err := engine.Columns(checked, columns...)
	if err != nil {
		return 0, err
	}
	f.noteSums(nil, at...)
	query, err := f.generate(checked, asOf, sqlgen.Returning(selected(at)...), sqlgen.Held())
	if err != nil {
		return 0, err
	}
	if err := f.checkNames(to, at); err != nil {
		return 0, err
	}
	write, err := f.writing(ctx, to)
	if err != nil {
		return 0, err
	}
	expected, err := f.count(ctx, checked, asOf)
	if err != nil {
		return 0, err
	}
	if err := write(ctx, query, expected); err != nil {
		return 0, err
	}
	return expected, nil
}

// writer has the source write the rows of a query, of which so many are expected.
type writer func(ctx context.Context, query string, expected uint64) error

// writing returns what writes a target in the place's dialect.
func (f *found) writing(ctx context.Context, to Target) (writer, error) {
	switch {
	case (to.Directory == "") == (to.Table.Table == ""):
		return nil, errors.New("an export needs a table or a directory to write to, one of them")
	case to.Directory != "":
		return f.writingDirectory(ctx, to)
	}
	to.Table.Connection = ""
	if err := f.checkTarget(ctx, to.Table); err != nil {
		return nil, err
	}
	table, err := sqlgen.Table(f.dialect, to.Table)
	if err != nil {
		return nil, noTarget(err)
	}
	if replacer, ok := f.Engine.(source.Replacer); ok {
		return f.replacing(replacer, to), nil
	}
	return f.statement(to, "CREATE OR REPLACE TABLE "+table+" AS\n", table), nil
}

// statement returns what writes a target by one statement, a query behind a
// beginning, and counts then what the source has under a name.
func (f *found) statement(to Target, beginning, name string) writer {
	return func(ctx context.Context, query string, expected uint64) error {
		if _, err := f.Exec(ctx, beginning+query); err != nil {
			return f.failed(to, err)
		}
		rows, err := f.number(ctx, "the number of customers in "+to.String(), "SELECT count(*) AS customers FROM "+name)
		if err == nil && rows != expected {
			err = &source.IncompleteError{Table: "the export to " + to.String(), Received: int64(rows), Expected: int64(expected)}
		}
		return err
	}
}

// replacing returns what writes a table in the source's own way.
func (f *found) replacing(replacer source.Replacer, to Target) writer {
	return func(ctx context.Context, query string, expected uint64) error {
		err := replacer.Replace(ctx, &source.Replacement{Target: to.Table, Reads: tablesOf(f.layout), Query: query, Rows: expected})
		var target *source.TargetError
		var incomplete *source.IncompleteError
		if err == nil || errors.As(err, &target) || errors.As(err, &incomplete) {
			return err
		}
		return f.failed(to, err)
	}
}

// failed returns the error of an export that the source has not carried out.
func (f *found) failed(to Target, err error) error {
	return fmt.Errorf("export to %s in %s: %w", to, f.URI(), f.ranged(err))
}

// writingDirectory returns what writes a directory.
func (f *found) writingDirectory(ctx context.Context, to Target) (writer, error) {
	if f.dialect != sqlgen.Databricks {
		return nil, noTarget(fmt.Errorf("%s writes no directory of files", f.URI()))
	}
	literal, err := sqlgen.Literal(f.dialect, to.Directory)
	if err != nil {
		return nil, noTarget(err)
	}
	files, err := sqlgen.Identifier(f.dialect, to.Directory)
	if err != nil {
		return nil, noTarget(err)
	}
	if checker, ok := f.Engine.(source.DirectoryChecker); ok {
		if err := checker.CheckDirectory(ctx, to.Directory, tablesOf(f.layout)); err != nil {
			return nil, err
		}
	}
	return f.statement(to, "INSERT OVERWRITE DIRECTORY "+literal+" USING parquet\n", "parquet."+files), nil
}
