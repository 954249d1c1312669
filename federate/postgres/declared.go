package postgres

import (
	"context"
	"fmt"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/source"
)

// askConstraints asks for the columns of primary keys, unique constraints and
// foreign keys, in their order.
const askConstraints = `SELECT k.conname, k.contype, a.attname, fn.nspname, fc.relname, fa.attname
FROM pg_catalog.pg_constraint k
CROSS JOIN LATERAL pg_catalog.generate_subscripts(k.conkey, 1) AS i
JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[i]
LEFT JOIN pg_catalog.pg_class fc ON fc.oid = k.confrelid
LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = fc.relnamespace
LEFT JOIN pg_catalog.pg_attribute fa ON fa.attrelid = k.confrelid AND fa.attnum = k.confkey[i]
WHERE k.conrelid = $1::pg_catalog.oid AND k.contype IN ('p', 'u', 'f')
ORDER BY k.conname, k.oid, i`

// Declared returns the table's primary key, its unique constraints and its foreign
// keys, by the names that they have. The server has checked keys; a foreign key that
// is NOT VALID it has not.
func (t *table) Declared(ctx context.Context) (source.Constraints, error) {
	ctx, cancel := t.source.alive(ctx)
	defer cancel()
	var found source.Constraints
	session, err := t.source.begin(ctx, reading)
	if err != nil {
		return found, err
	}
	defer session.end(ctx)
	rows, err := session.ask(ctx, askConstraints, t.relation.oid)
	if err != nil {
		return found, fmt.Errorf("the constraints of table %s: %w", t.Ref(), err)
	}
	for i, row := range rows {
		isFirst := i == 0 || string(row[0]) != string(rows[i-1][0])
		addConstraint(&found, row, isFirst)
	}
	return found, nil
}

// addConstraint adds a column of a constraint.
func addConstraint(c *source.Constraints, row [][]byte, isFirst bool) {
	column := string(row[2])
	switch row[1][0] {
	case 'p':
		c.Primary = append(c.Primary, column)
	case 'u':
		if isFirst {
			c.Unique = append(c.Unique, nil)
		}
		last := &c.Unique[len(c.Unique)-1]
		*last = append(*last, column)
	case 'f':
		if isFirst {
			c.Foreign = append(c.Foreign, source.ForeignKey{Table: model.TableRef{Schema: string(row[3]), Table: string(row[4])}})
		}
		last := &c.Foreign[len(c.Foreign)-1]
		last.Columns, last.Refers = append(last.Columns, column), append(last.Refers, string(row[5]))
	}
}
