package source

import "context"

// Parted is a table whose data lies in parts that can be told apart and read
// alone, such as the files of a folder. It is safe for concurrent use.
type Parted interface {
	Table
	// Parts lists the parts in the order in which a scan reads them. It looks at
	// the data now, and fails where a part is not as it was when the table was
	// opened, or is gone. A table without rows may have no parts.
	Parts(ctx context.Context) ([]Part, error)
	// Only returns the same table with the rows of the named parts alone, in the
	// order of a scan of the whole whatever the order of names; a name given twice
	// counts once. Schema is that of the whole table, with the types that were
	// inferred from all of it; Rows and Bytes of Info are those of the parts. No
	// names make a table without rows. The table is a [Parted] of these parts, and
	// a [Texter] where the whole is one. A name that is not among the parts is an
	// error of every scan of it.
	Only(names []string) Table
}

// Part is a piece of a table. Parts of equal Name and ID hold the same rows, in
// the same order, in every version of the table. Their values have the types of
// the whole table's schema, which other parts may have changed where types are
// inferred.
type Part struct {
	Name string // not empty, unique in the table
	ID   string // of the content: another one where the part was written anew; not empty
	Rows int64  // declared by the source; -1 where it does not say
}
