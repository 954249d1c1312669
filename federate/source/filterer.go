package source

import "time"

// Filterer is a table that can leave rows out where the data is, so that they
// need not travel. Both methods return the same table with fewer rows: Schema is
// that of the whole, and Rows of Info counts the rows that are left, or is -1
// where that is not known. What a table is beside it ([Parted], [Resumable]) the
// table that is returned need not be.
type Filterer interface {
	Table
	// OneOf leaves out the rows whose column is none of values, NULL among them.
	// Values are text as model.FilterLayout has it: any text for a column of
	// strings, whole numbers, true and false. ok is false where the table cannot do
	// it, for one because the column is of another type; who asked does it then.
	OneOf(column string, values []string) (t Table, ok bool)
	// NotBefore leaves out rows whose column, a time, a date or a number of seconds
	// since 1970-01-01 UTC, is before bound. It may leave in rows of the two days
	// before it, since it does not know the zone of a time without one; who asked
	// looks at them again. Rows where the column is NULL stay. ok is false where the
	// table cannot do it.
	NotBefore(column string, bound time.Time) (t Table, ok bool)
}
