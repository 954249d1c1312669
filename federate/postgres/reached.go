package postgres

import (
	"context"
	"encoding/json"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// askReached asks what relations read, down from their names ($2, an array of JSON):
// through views and policies, and through functions. The server knows what a body in
// SQL reads that it has parsed. From a body that is text, everything is followed whose
// name is a word of it, in whatever schema. The answer is, for each of the relations,
// whether the one called $1 may be reached, and the functions whose bodies say nothing:
// those in other languages, and those that run statements which they put together.
// Functions of the server and of extensions are taken to read nothing.
const askReached = `WITH RECURSIVE text_of(id, body, opaque) AS MATERIALIZED (
  SELECT p.oid, p.prosrc, l.lanname NOT IN ('sql', 'plpgsql')
    OR l.lanname = 'plpgsql' AND p.prosrc OPERATOR(pg_catalog.~*) '\mexecute\M'
    OR p.prosrc OPERATOR(pg_catalog.~*) '\m(query_to_xml|table_to_xml|schema_to_xml|database_to_xml|query_to_xml_and_xmlschema|table_to_xml_and_xmlschema|ts_stat|ts_rewrite)\M|u&"'
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_language l ON l.oid = p.prolang
  WHERE p.prosqlbody IS NULL AND p.oid >= 16384 AND l.lanname <> 'internal' AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e
    WHERE e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND e.objid = p.oid AND e.deptype = 'e')),
named(class, id, name) AS MATERIALIZED (
  SELECT class, id, '(^|[^a-z0-9_$])(' || pg_catalog.regexp_replace(name, '([][\\.^$*+?(){}|])', '\\\1', 'g') || '|' ||
    pg_catalog.regexp_replace(pg_catalog.replace(name, '"', '""'), '([][\\.^$*+?(){}|])', '\\\1', 'g') || ')($|[^a-z0-9_$])'
  FROM (
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, oid, relname::pg_catalog.text
    FROM pg_catalog.pg_class WHERE oid >= 16384 AND relkind IN ('r', 'p', 'v', 'm', 'f')
  UNION ALL
    SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid, oid, proname::pg_catalog.text
    FROM pg_catalog.pg_proc WHERE oid >= 16384) AS n(class, id, name)),
below(root, class, id) AS (
  SELECT pg_catalog.to_regclass(name)::pg_catalog.oid, 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, pg_catalog.to_regclass(name)::pg_catalog.oid
  FROM pg_catalog.jsonb_array_elements_text($2::pg_catalog.jsonb) AS name
UNION
  SELECT b.root, next.class, next.id
  FROM below b
  CROSS JOIN LATERAL (
    SELECT 'pg_catalog.pg_rewrite'::pg_catalog.regclass::pg_catalog.oid, r.oid
    FROM pg_catalog.pg_rewrite r WHERE b.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND r.ev_class = b.id AND r.ev_type = '1'
  UNION ALL
    SELECT 'pg_catalog.pg_policy'::pg_catalog.regclass::pg_catalog.oid, p.oid
    FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
    WHERE b.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = b.id AND c.relrowsecurity
  UNION ALL
    SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass::pg_catalog.oid, c.oid
    FROM pg_catalog.pg_constraint c WHERE b.class = 'pg_catalog.pg_type'::pg_catalog.regclass AND c.contypid = b.id
  UNION ALL
    SELECT d.refclassid, d.refobjid
    FROM pg_catalog.pg_depend d
    WHERE d.classid = b.class AND d.objid = b.id
      AND b.class NOT IN ('pg_catalog.pg_class'::pg_catalog.regclass, 'pg_catalog.pg_type'::pg_catalog.regclass)
      AND d.refclassid IN ('pg_catalog.pg_class'::pg_catalog.regclass, 'pg_catalog.pg_proc'::pg_catalog.regclass,
        'pg_catalog.pg_operator'::pg_catalog.regclass, 'pg_catalog.pg_type'::pg_catalog.regclass)
  UNION ALL
    SELECT n.class, n.id
    FROM text_of t JOIN named n ON t.body OPERATOR(pg_catalog.~*) n.name
    WHERE b.class = 'pg_catalog.pg_proc'::pg_catalog.regclass AND t.id = b.id AND NOT t.opaque) AS next(class, id))
SELECT rn.nspname, r.relname, coalesce(pn.nspname, ''), coalesce(p.proname, '')
FROM below b
JOIN pg_catalog.pg_class r ON r.oid = b.root
JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
LEFT JOIN text_of t ON b.class = 'pg_catalog.pg_proc'::pg_catalog.regclass AND t.id = b.id AND t.opaque
LEFT JOIN pg_catalog.pg_proc p ON p.oid = t.id
LEFT JOIN pg_catalog.pg_namespace pn ON pn.oid = p.pronamespace
WHERE t.id IS NOT NULL OR b.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND b.id = pg_catalog.to_regclass($1)
ORDER BY 1, 2, 3, 4
LIMIT 1`

// unreached returns an error where one of the relations that are read reaches the
// target called name, or may, in a way that [target.check] does not see.
func (t *session) unreached(ctx context.Context, ref model.TableRef, name string, reads []model.TableRef) error {
	names := make([]string, len(reads))
	for i, read := range reads {
		read.Connection, read.Catalog = "", ""
		var err error
		if names[i], err = sqlgen.Table(sqlgen.Postgres, read); err != nil {
			return err
		}
	}
	list, err := json.Marshal(names)
	if err != nil {
		return err
	}
	rows, err := t.ask(ctx, askReached, name, string(list))
	if err != nil || len(rows) == 0 {
		return err
	}
	first := rows[0]
	why := "the parent segment reads " + model.TableRef{Schema: string(first[0]), Table: string(first[1])}.String()
	if function := (model.TableRef{Schema: string(first[2]), Table: string(first[3])}); function.Table != "" {
		return &source.TargetError{Target: ref, Why: why + ", which calls the function " + function.String() + ": what that reads is not known"}
	}
	return &source.TargetError{Target: ref, Why: why + ", which may read it through a function or a policy"}
}
