package federate

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// Target is where [Export] has the source write an audience: a table or a
// directory, one of them.
type Target struct {
	// Table is made, or replaced as one step: who reads it sees the old one or the
	// new one. The connection is not looked at.
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

// Export has the source write the customers that a checked rule selects at asOf,
// with the attributes called columns, to a target of its own: no customer leaves
// the source. It returns how many were written, which was counted in the target and
// compared with the audience; another number is a *source.IncompleteError. The
// columns have the names of [AudienceSchema], and the types that the source has for
// them. A target that the source cannot write is an [*UnsupportedError]; a table
// that the rule reads is refused. When ctx ends, whether the target was written is
// not known.
func Export(ctx context.Context, p *Place, checked *rule.Checked, asOf time.Time, to Target, columns ...string) (rows uint64, err error) {
	f, err := p.open(ctx)
	if err != nil {
		return 0, err
	}
	at, err := positions(f.schema, columns)
	if err != nil {
		return 0, err
	}
	statement, err := f.generate(checked, asOf, sqlgen.Columns(at...))
	if err != nil {
		return 0, err
	}
	w, err := f.writing(ctx, to)
	if err != nil {
		return 0, err
	}
	expected, err := f.count(ctx, checked, asOf)
	if err != nil {
		return 0, err
	}
	if statement, err = w.write(statement, expected); err != nil {
		return 0, err
	}
	if _, err := f.Exec(ctx, statement); err != nil {
		return 0, fmt.Errorf("export to %s in %s: %w", to, f.URI(), err)
	}
	if w.count == "" { // it was counted where it was written
		return expected, nil
	}
	rows, err = f.number(ctx, "the number of customers in "+to.String(), w.count)
	switch {
	case err != nil:
		return 0, err
	case rows != expected:
		return 0, &source.IncompleteError{Table: "the export to " + to.String(), Received: int64(rows), Expected: int64(expected)}
	}
	return rows, nil
}

// writing is how a target is written.
type writing struct {
	// write returns the statement that writes the rows of a query, of which so many
	// are expected.
	write func(query string, expected uint64) (string, error)
	count string // the statement that counts them; "" where write does that
}

// writing returns how a target is written in the place's dialect.
func (f *found) writing(ctx context.Context, to Target) (*writing, error) {
	switch {
	case (to.Directory == "") == (to.Table.Table == ""):
		return nil, errors.New("an export needs a table or a directory to write to, one of them")
	case to.Directory != "":
		return f.writingDirectory(to.Directory)
	}
	to.Table.Connection = ""
	if err := f.checkTarget(ctx, to.Table); err != nil {
		return nil, err
	}
	table, err := sqlgen.Table(f.dialect, to.Table)
	if err != nil {
		return nil, noTarget(err)
	}
	if f.dialect == sqlgen.Postgres {
		return writingPostgres(to.Table, table)
	}
	return &writing{
		write: func(query string, _ uint64) (string, error) {
			return "CREATE OR REPLACE TABLE " + table + " AS\n" + query, nil
		},
		count: "SELECT count(*) AS customers FROM " + table,
	}, nil
}

// TargetError says that an export would replace a table that the parent segment
// reads, or may: a name that says less than another may be of the same table.
type TargetError struct {
	Target model.TableRef // as given
	Read   model.TableRef // that the parent segment reads
}

// Error names both tables.
func (e *TargetError) Error() string {
	if e.Target == e.Read {
		return fmt.Sprintf("cannot export to table %s: the parent segment reads it", e.Target)
	}
	return fmt.Sprintf("cannot export to table %s: the parent segment reads %s, which is or may be the same table", e.Target, e.Read)
}

// checkTarget returns an error where a table is one of those that the place reads, or
// may be: an export would replace the customers by some of them.
func (f *found) checkTarget(ctx context.Context, ref model.TableRef) error {
	for _, read := range tablesOf(f.layout) {
		if maySame(read.Table, ref.Table) && maySame(read.Schema, ref.Schema) && maySame(read.Catalog, ref.Catalog) {
			return &TargetError{Target: ref, Read: read}
		}
	}
	table, err := f.Engine.Table(ctx, ref)
	var missing *source.NotFoundError
	if errors.As(err, &missing) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, read := range tablesOf(f.layout) {
		if read == table.Ref() {
			return &TargetError{Target: ref, Read: read}
		}
	}
	return nil
}

// maySame reports whether two parts of names may be of the same thing, whatever
// their case; one that is not given may be any.
func maySame(x, y string) bool { return x == "" || y == "" || strings.EqualFold(x, y) }

// writingDirectory returns how a directory is written.
func (f *found) writingDirectory(path string) (*writing, error) {
	if f.dialect != sqlgen.Databricks {
		return nil, noTarget(fmt.Errorf("%s writes no directory of files", f.URI()))
	}
	literal, err := sqlgen.Literal(f.dialect, path)
	if err != nil {
		return nil, noTarget(err)
	}
	files, err := sqlgen.Identifier(f.dialect, path)
	if err != nil {
		return nil, noTarget(err)
	}
	return &writing{
		write: func(query string, _ uint64) (string, error) {
			return "INSERT OVERWRITE DIRECTORY " + literal + " USING parquet\n" + query, nil
		},
		count: "SELECT count(*) AS customers FROM parquet." + files,
	}, nil
}

// noTarget returns the error for a target that the source cannot write.
func noTarget(err error) error {
	return &UnsupportedError{Code: CodeUnsupported, Do: "export to another table, or to a file here", Err: err}
}

// writingPostgres returns how a table of PostgreSQL is written: as one
// transaction, which ends in an error where the table has another number of rows
// than expected. A later statement of the source would not see the table, since
// all of them read the state at which it was opened.
func writingPostgres(ref model.TableRef, table string) (*writing, error) {
	name, err := sqlgen.Literal(sqlgen.Postgres, ref.String())
	if err != nil {
		return nil, noTarget(err)
	}
	return &writing{write: func(query string, expected uint64) (string, error) {
		check, err := sqlgen.Literal(sqlgen.Postgres, fmt.Sprintf(`DECLARE written bigint;
BEGIN
  SELECT count(*) INTO written FROM %s;
  IF written <> %[2]d THEN
    RAISE EXCEPTION 'incomplete: %% rows written to %%, %% expected', written, %[3]s, %[2]d;
  END IF;
END`, table, expected, name))
		return "DROP TABLE IF EXISTS " + table + ";\nCREATE TABLE " + table + " AS\n" + query + ";\nDO " + check, err
	}}, nil
}
