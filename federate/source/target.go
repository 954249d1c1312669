package source

import (
	"context"
	"fmt"

	"github.com/rollcall-db/rollcall/engine/model"
)

// TargetError says that a table or a directory cannot be replaced by an export, and
// why: that what the export reads is in it, or may be, for one. Nothing was written.
type TargetError struct {
	Target    model.TableRef // as it was named
	Directory string         // in place of a table
	Why       string         // behind a colon
}

// Error names the table or the directory and says why.
func (e *TargetError) Error() string {
	if e.Directory != "" {
		return fmt.Sprintf("cannot export to directory %q: %s", e.Directory, e.Why)
	}
	return fmt.Sprintf("cannot export to table %s: %s", e.Target, e.Why)
}

// TargetChecker is an engine that knows what stands on a table.
type TargetChecker interface {
	Engine
	// CheckTarget returns a *TargetError where a table cannot be replaced, or where
	// replacing it changes the rows of a table or view of reads, or may. Reads are names
	// that Table has found. A target that is not there is no error.
	CheckTarget(ctx context.Context, target model.TableRef, reads []model.TableRef) error
}

// DirectoryChecker is an engine that writes directories and knows where files of tables
// lie.
type DirectoryChecker interface {
	Engine
	// CheckDirectory returns a *TargetError where files of a table of reads lie in a
	// directory, or the directory is among these. Reads are names that Table has found.
	CheckDirectory(ctx context.Context, directory string, reads []model.TableRef) error
}

// Replacer is an engine that has a way of its own to replace the rows of a table.
type Replacer interface {
	TargetChecker
	// Replace makes the rows of a query those of a table, as one step: who reads the
	// table sees the old ones or the new ones. After an error the table is what it was,
	// unless the error says that this is not known. Errors are those of CheckTarget,
	// and a *IncompleteError where the query did not give as many rows as expected.
	Replace(ctx context.Context, r *Replacement) error
}

// Replacement is what is to become of a table.
type Replacement struct {
	Target model.TableRef   // without a connection
	Reads  []model.TableRef // what the query reads, as Table has found it
	Query  string           // each of its columns has a name of its own
	Rows   uint64           // that the query gives
}
