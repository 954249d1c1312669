package warehouse

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// changes returns the changes of a table between two versions, both included, as a
// table of DuckDB. Without an end the newest version is the last one.
func (s *session) changes(ctx context.Context, parts []string, from, to travel) (string, error) {
	lower, err := s.boundary(ctx, from)
	if err != nil {
		return "", err
	}
	upper, err := s.boundary(ctx, to)
	if err != nil {
		return "", err
	}
	s.w.mu.RLock()
	defer s.w.mu.RUnlock()
	t, err := s.w.find(parts, s.inside)
	if err != nil {
		return "", err
	}
	if t.isView() {
		return "", notView(t, "table_changes")
	}
	first, last, err := changeRange(t, lower, upper)
	if err != nil {
		return "", err
	}
	end := t.versions[last]
	var rows []string
	for _, v := range t.versions[first : last+1] {
		if !v.recorded {
			return "", &sqlFailure{"DELTA_MISSING_CHANGE_DATA", "KD002", fmt.Sprintf("Error getting change data for range [%d , %d] as change data was not\n"+
				"recorded for version [%d]. If you've enabled change data feed on this table,\n"+
				"use `DESCRIBE HISTORY` to see when it was first enabled.\n"+
				"Otherwise, to start recording change data, use `ALTER TABLE table_name SET TBLPROPERTIES\n"+
				"(%s=true)`.", first, last, v.number, changeFeed)}
		}
		if !readableAs(v.columns, end.columns) {
			return "", &sqlFailure{"DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA", "0AKDC", fmt.Sprintf(
				"Retrieving table changes between version %d and %d failed because of an incompatible data schema at version %d.", first, last, v.number)}
		}
		for _, c := range v.changes {
			if c.rows.gone {
				return "", fileGone(t, c.rows)
			}
			rows = append(rows, c.selectRows(v, end.columns))
		}
	}
	if len(rows) == 0 {
		none := change{changeInsert, &segment{relation: "range(0)"}}
		rows = []string{none.selectRows(end, end.columns)}
	}
	return "(" + strings.Join(rows, " UNION ALL ") + ")", nil
}

// selectRows returns a query for the rows of a change.
func (c change) selectRows(v *version, columns []column) string {
	return c.rows.selectRows(columns, duckText(c.kind)+" AS _change_type",
		fmt.Sprintf("CAST(%d AS BIGINT) AS _commit_version", v.number),
		fmt.Sprintf("make_timestamptz(CAST(%d AS BIGINT)) AS _commit_timestamp", v.at.UnixMicro()))
}

// readableAs reports whether rows with some columns can be read as if they had
// others: what they lack is NULL, what they have and is gone is not.
func readableAs(have, want []column) bool {
	return !slices.ContainsFunc(have, func(h column) bool {
		return !slices.ContainsFunc(want, func(w column) bool {
			return w.physical == h.physical && sqlType(w.typ) == sqlType(h.typ) && w.name == h.name
		})
	})
}

// changeRange returns the numbers of the first and the last version of a range. Its
// caller holds w.mu.
func changeRange(t *table, from, to boundary) (first, last int64, err error) {
	newest := t.latest().number
	first, last = 0, newest
	if from.version != nil {
		first = *from.version
	} else if from.at != nil {
		for first <= newest && t.versions[first].at.Before(*from.at) {
			first++
		}
	}
	if to.version != nil {
		last = *to.version
	} else if to.at != nil {
		for last >= 0 && t.versions[last].at.After(*to.at) {
			last--
		}
	}
	switch {
	case first < 0 || first > newest:
		return 0, 0, &sqlFailure{"DELTA_CDC_START_VERSION_NOT_FOUND", stateOverflow, fmt.Sprintf(
			"Provided Start version(%d) for reading change data is invalid. Start version cannot be greater than the latest version of the table(%d).", first, newest)}
	case last < first:
		return 0, 0, &sqlFailure{"DELTA_INVALID_CDC_RANGE", stateOverflow, fmt.Sprintf("CDC range from start %d to end %d was invalid. End cannot be before start.", first, last)}
	}
	return first, min(last, newest), nil
}
