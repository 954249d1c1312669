package postgres

import (
	"context"
	"fmt"
)

// storage is how a relation lies on disk.
type storage struct {
	bytes  int64 // of it and all below it, with TOAST; 0 of a view
	blocks int64 // of the longest relation that is read for it; 0 where it cannot be cut
}

// askStorage asks for a relation and, where it has any, its partitions and the tables
// that inherit from it, which a statement reads, too.
const askStorage = `WITH RECURSIVE tree(oid) AS (
  SELECT $1::pg_catalog.oid UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree ON i.inhparent = tree.oid)
SELECT coalesce(sum(pg_catalog.pg_table_size(c.oid)), 0)::bigint,
  coalesce(max(pg_catalog.pg_relation_size(c.oid)), 0) / pg_catalog.current_setting('block_size')::bigint,
  coalesce(bool_and(c.relkind = 'p' OR c.relkind IN ('r', 'm') AND a.amname = 'heap'), false)
FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam`

// storageOf asks how a relation is stored.
func (t *session) storageOf(ctx context.Context, r *relation) (storage, error) {
	rows, err := t.ask(ctx, askStorage, r.oid)
	if err != nil {
		return storage{}, err
	}
	var bytes, blocks int64
	if len(rows) == 1 {
		if _, err := fmt.Sscan(string(rows[0][0])+" "+string(rows[0][1]), &bytes, &blocks); err != nil {
			return storage{}, err
		}
	}
	if len(rows) != 1 || !isTrue(rows[0][2]) {
		blocks = 0
	}
	return storage{bytes: bytes, blocks: blocks}, nil
}

// ranges cuts a table into conditions on where a row lies, of which every row
// fulfils one. Rows that the snapshot sees stay where they are. There is one without
// a condition where the table is small, or cannot be cut.
func (s storage) ranges(parallel int, minRange int64) []string {
	size := min(rangeBlocks, s.blocks/int64(parallel*rangesPerConn))
	if parallel < 2 || size < minRange {
		return []string{""}
	}
	var list []string
	for lo := int64(0); lo < s.blocks; lo += size {
		condition := fmt.Sprintf("ctid >= '(%d,0)'::pg_catalog.tid", lo)
		if hi := lo + size; hi < s.blocks { // the last one has what came since, too
			condition += fmt.Sprintf(" AND ctid < '(%d,0)'::pg_catalog.tid", hi)
		}
		list = append(list, condition)
	}
	return list
}
