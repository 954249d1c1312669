package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// Replace implements [source.Replacer], as one transaction. A table whose columns
// have the names and the types of the query's, in their order, is emptied and filled:
// it stays the same table, with its grants, comments, indexes, policies and the views
// of it. Any other is dropped, without what depends on it, and made anew: where
// something does, that is an error. The query reads the state that the source has. It
// waits for each lock for ten seconds at most: it does not end while the table is read,
// also by a loop over Query of the same source.
func (s *Source) Replace(ctx context.Context, r *source.Replacement) error {
	ctx, cancel := s.alive(ctx)
	defer cancel()
	name, err := sqlgen.Table(sqlgen.Postgres, r.Target)
	if err != nil {
		return err
	}
	t, err := s.begin(ctx, writing)
	if err != nil {
		return err
	}
	defer t.end(ctx)
	if name, err = t.replace(ctx, r, name); err == nil {
		err = t.filled(ctx, r, name)
	}
	if err == nil {
		err = t.unmoved(ctx)
	}
	if err != nil { // nothing was committed
		return ended(ctx, err)
	}
	return t.commit(ctx)
}

// replace writes the table, and returns its name.
func (t *session) replace(ctx context.Context, r *source.Replacement, name string) (string, error) {
	bound, err := t.boundWaits(ctx)
	if err != nil {
		return "", err
	}
	there, err := t.locked(ctx, r, name, bound)
	if err != nil {
		return "", err
	}
	if there != nil {
		if name, err = sqlgen.Table(sqlgen.Postgres, there.ref); err != nil {
			return "", err
		}
		columns, err := t.sameColumns(ctx, r.Query, name)
		if err != nil {
			return "", err
		}
		if columns != "" {
			_, err := execute(ctx, t.conn, "TRUNCATE "+name+";\nINSERT INTO "+name+" ("+columns+")\n"+r.Query)
			return name, err
		}
		if _, err := execute(ctx, t.conn, "DROP TABLE "+name); err != nil {
			return "", fmt.Errorf("it has other columns than the audience, so that it has to be dropped and made anew: %w", err)
		}
	}
	_, err = execute(ctx, t.conn, "CREATE TABLE "+name+" AS\n"+r.Query)
	return name, err
}

// locked returns the table that is to be replaced, which nobody else can read or
// change until the transaction ends; nil where there is none. The catalog is read by
// another session, since that of this one is the snapshot's.
func (t *session) locked(ctx context.Context, r *source.Replacement, name, bound string) (*target, error) {
	now, err := t.source.beginNow(ctx)
	if err != nil {
		return nil, err
	}
	defer now.end(ctx)
	there, err := now.targetOf(ctx, name)
	if err != nil || there == nil {
		return nil, err
	}
	if err := now.free(ctx, there, r.Target, r.Reads); err != nil {
		return nil, err
	}
	_, err = execute(ctx, t.conn, "LOCK TABLE "+name+" IN ACCESS EXCLUSIVE MODE")
	switch {
	case stateOf(err) == lockNotAvailable:
		return nil, now.notFree(ctx, there, bound, err)
	case err != nil:
		return nil, err
	}
	still, err := now.targetOf(ctx, name)
	switch {
	case err != nil:
		return nil, err
	case still == nil || still.oid != there.oid:
		return nil, &source.TargetError{Target: r.Target, Why: "it was made anew meanwhile"}
	}
	return still, now.free(ctx, still, r.Target, r.Reads)
}

// sameColumns returns the columns of a table, as INSERT names them, if a query has
// the same ones: by name, type and order. Else it returns nothing.
func (t *session) sameColumns(ctx context.Context, query, table string) (string, error) {
	given, err := t.describe(ctx, query)
	if err != nil {
		return "", err
	}
	there, err := t.describe(ctx, "SELECT * FROM "+table)
	if err != nil {
		return "", err
	}
	same := func(a, b described) bool { return a.name == b.name && a.oid == b.oid && a.modifier == b.modifier }
	if !slices.EqualFunc(given, there, same) {
		return "", nil
	}
	names := make([]string, len(there))
	for i := range there {
		if names[i], err = sqlgen.Identifier(sqlgen.Postgres, there[i].name); err != nil {
			return "", err
		}
	}
	return strings.Join(names, ", "), nil
}

// filled returns an error where a table has not as many rows as expected.
func (t *session) filled(ctx context.Context, r *source.Replacement, name string) error {
	result, err := t.ask(ctx, "SELECT count(*) FROM "+name)
	if err != nil {
		return err
	}
	rows, err := wholeNumber(result)
	if err == nil && uint64(rows) != r.Rows {
		return &source.IncompleteError{Table: "the export to " + r.Target.String(), Received: rows, Expected: int64(r.Rows)}
	}
	return err
}
