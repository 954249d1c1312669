package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

var _ source.Replacer = (*Source)(nil)

// target is a relation that is to be replaced, as it is now. The snapshot of the
// source may be older.
type target struct {
	oid    string
	ref    model.TableRef   // without a catalog
	kind   byte             // relkind
	inTree bool             // a partition, or a table that inherits or is inherited from
	acts   bool             // it has rules, or triggers of INSERT or TRUNCATE
	above  []model.TableRef // it, and the views that read it, through others, too
}

// askTarget asks for a relation by its name, and for all that reads it: views and
// materialised views, also through functions whose bodies or types name it. A trigger's
// type has the bits 4 for INSERT and 32 for TRUNCATE.
const askTarget = `WITH RECURSIVE above(class, id) AS (
  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, pg_catalog.to_regclass($1)::pg_catalog.oid
UNION
  SELECT CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid END, coalesce(r.ev_class, d.objid)
  FROM above a
  JOIN pg_catalog.pg_depend d ON d.refclassid = a.class AND d.refobjid = a.id
  LEFT JOIN pg_catalog.pg_rewrite r ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = d.objid AND r.ev_type = '1'
  WHERE r.oid IS NOT NULL OR d.classid IN ('pg_catalog.pg_proc'::pg_catalog.regclass, 'pg_catalog.pg_type'::pg_catalog.regclass))
SELECT c.oid, n.nspname, c.relname, c.relkind,
  EXISTS (SELECT 1 FROM pg_catalog.pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent)),
  EXISTS (SELECT 1 FROM pg_catalog.pg_rewrite w WHERE w.ev_class = c.oid AND w.ev_type <> '1')
    OR EXISTS (SELECT 1 FROM pg_catalog.pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgtype & 36 <> 0),
  c.oid = pg_catalog.to_regclass($1)
FROM above
JOIN pg_catalog.pg_class c ON above.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = above.id
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
ORDER BY 7 DESC, 2, 3`

// targetOf returns the relation of a name, nil where there is none.
func (t *session) targetOf(ctx context.Context, name string) (*target, error) {
	rows, err := t.ask(ctx, askTarget, name)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	first := rows[0]
	found := &target{
		oid: string(first[0]), ref: model.TableRef{Schema: string(first[1]), Table: string(first[2])},
		kind: first[3][0], inTree: isTrue(first[4]), acts: isTrue(first[5]),
	}
	for _, row := range rows {
		found.above = append(found.above, model.TableRef{Schema: string(row[1]), Table: string(row[2])})
	}
	return found, nil
}

// kinds are the names of relkind that are no ordinary tables.
var kinds = map[byte]string{
	'p': "a partitioned table", 'v': "a view", 'm': "a materialised view", 'f': "a foreign table",
	'S': "a sequence", 'i': "an index", 'I': "an index", 'c': "a type", 't': "a part of another table",
}

// check returns why a relation cannot be replaced, as ref, by what is read of others,
// as far as the server knows what reads it.
func (t *target) check(ref model.TableRef, reads []model.TableRef) error {
	if what := kinds[t.kind]; what != "" {
		return &source.TargetError{Target: ref, Why: "it is " + what + ", expected a table"}
	}
	for i, above := range t.above {
		above.Catalog = ""
		at := slices.IndexFunc(reads, func(r model.TableRef) bool { return r.Schema == above.Schema && r.Table == above.Table })
		switch {
		case at < 0:
		case i == 0:
			return &source.TargetError{Target: ref, Why: "the parent segment reads it"}
		default:
			return &source.TargetError{Target: ref, Why: "the parent segment reads " + reads[at].String() + ", a view of it"}
		}
	}
	if t.inTree {
		return &source.TargetError{Target: ref, Why: "it is a partition, or inherits from another table, or another inherits from it: its rows are another table's, too"}
	}
	if t.acts {
		return &source.TargetError{Target: ref, Why: "it has rules, or triggers of INSERT or TRUNCATE, which would write elsewhere"}
	}
	return nil
}

// CheckTarget implements [source.TargetChecker]: it looks at what the database is
// now, and refuses what is no table, or a partition, or part of an inheritance, or has
// rules or triggers, and where what is read calls a function that may read the table.
func (s *Source) CheckTarget(ctx context.Context, ref model.TableRef, reads []model.TableRef) error {
	ctx, cancel := s.alive(ctx)
	defer cancel()
	name, err := sqlgen.Table(sqlgen.Postgres, ref)
	if err != nil {
		return err
	}
	now, err := s.beginNow(ctx)
	if err != nil {
		return err
	}
	defer now.end(ctx)
	found, err := now.targetOf(ctx, name)
	switch {
	case err != nil:
		return fmt.Errorf("table %s: %w", ref, err)
	case found == nil:
		return nil
	}
	return now.free(ctx, found, ref, reads)
}

// free returns why a relation that was found cannot be replaced, as ref, by what is
// read of others.
func (t *session) free(ctx context.Context, found *target, ref model.TableRef, reads []model.TableRef) error {
	if err := found.check(ref, reads); err != nil {
		return err
	}
	name, err := sqlgen.Table(sqlgen.Postgres, found.ref)
	if err != nil {
		return err
	}
	return t.unreached(ctx, ref, name, reads)
}
