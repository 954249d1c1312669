package databricks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// pin is what the scans of a table read: a version of it, or whatever is there.
type pin struct {
	isPinned bool
	version  int64
	id       string   // of the table; another one where a table of the same name was made anew
	bytes    int64    // of the newest version, at rest; 0: not known
	notes    []string // for people
}

// text returns the version as statements and reports write it, empty where there is
// none.
func (p *pin) text() string {
	if !p.isPinned {
		return ""
	}
	return strconv.FormatInt(p.version, 10)
}

// commit is a version of a table.
type commit struct {
	version   int64
	at        time.Time
	operation string // in capitals, such as WRITE or OPTIMIZE
}

// How many versions of a table are looked at, one after the other, until those that
// matter are among them. 0 is all.
var pinLooks = []int64{1, 100, 0}

// pinTable finds the version of a table that was the newest at the instant of the
// source, the first time that any of its tables was opened.
func (s *Source) pinTable(ctx context.Context, e entry, name string) (pin, error) {
	if e.kind == "VIEW" {
		return notPinned("it is a view"), nil
	}
	what := "table " + e.ref.String()
	instant, err := s.instant.get(ctx, func() (time.Time, error) { return s.now(ctx, what) })
	if err != nil {
		return pin{}, err
	}
	var p pin
	commits, err := s.history(ctx, what, name, pinLooks, func(some []commit) bool {
		return slices.ContainsFunc(some, func(c commit) bool { return !c.at.After(instant) })
	})
	if err == nil && len(commits) == 0 {
		return notPinned("it has no history"), nil
	}
	if err == nil {
		p, err = s.detail(ctx, what, name)
	}
	var refused *StatementError
	if errors.As(err, &refused) {
		return notPinned(firstLine(refused)), nil
	}
	if err != nil {
		return pin{}, err
	}
	p.isPinned, p.version = true, commits[0].version
	i := slices.IndexFunc(commits, func(c commit) bool { return !c.at.After(instant) })
	if i < 0 {
		p.notes = append(p.notes, fmt.Sprintf("version %d is newer than the instant that other tables are read at: there is none before it", p.version))
		return p, nil
	}
	p.version = commits[i].version
	return p, nil
}

func notPinned(why string) pin {
	return pin{notes: []string{"not pinned to a version: " + why}}
}

// firstLine returns the beginning of what a warehouse says of a statement.
func firstLine(e *StatementError) string {
	line, _, _ := strings.Cut(e.Message, "\n")
	return strings.TrimSpace(line)
}

// now asks the warehouse for its time.
func (s *Source) now(ctx context.Context, what string) (time.Time, error) {
	rows, err := s.ask(ctx, what, "SELECT now() AS instant")
	if err != nil {
		return time.Time{}, err
	}
	if len(rows) != 1 {
		return time.Time{}, fmt.Errorf("%s: the warehouse's time has %d rows", what, len(rows))
	}
	micros, err := rows[0].number("instant")
	if err != nil {
		return time.Time{}, fmt.Errorf("%s: the warehouse's time: %w", what, err)
	}
	return time.UnixMicro(micros), nil
}

// history returns the newest versions of a table, the newest first. It looks at as
// many as looks says, one look after the other, until enough says that it has seen
// enough or there are no more.
func (s *Source) history(ctx context.Context, what, name string, looks []int64, enough func([]commit) bool) ([]commit, error) {
	var commits []commit
	for _, limit := range looks {
		statement := "DESCRIBE HISTORY " + name
		if limit > 0 {
			statement += " LIMIT " + strconv.FormatInt(limit, 10)
		}
		rows, err := s.ask(ctx, what, statement)
		if err != nil {
			return nil, err
		}
		commits = commits[:0]
		for _, row := range rows {
			c, err := commitOf(row)
			if err != nil {
				return nil, fmt.Errorf("%s: history: %w", what, err)
			}
			commits = append(commits, c)
		}
		slices.SortFunc(commits, func(a, b commit) int { return cmp.Compare(b.version, a.version) })
		if enough(commits) || int64(len(rows)) < limit {
			break
		}
	}
	return commits, nil
}

func commitOf(row record) (commit, error) {
	version, err := row.number("version")
	if err != nil {
		return commit{}, err
	}
	micros, err := row.number("timestamp")
	if err != nil {
		return commit{}, err
	}
	return commit{version: version, at: time.UnixMicro(micros), operation: strings.ToUpper(row["operation"])}, nil
}

// detail returns the identity and the size of a table as it is now.
func (s *Source) detail(ctx context.Context, what, name string) (pin, error) {
	rows, err := s.ask(ctx, what, "DESCRIBE DETAIL "+name)
	if err != nil {
		return pin{}, err
	}
	if len(rows) != 1 || rows[0]["id"] == "" {
		return pin{}, fmt.Errorf("%s: the warehouse does not say which table it is", what)
	}
	p := pin{id: rows[0]["id"]}
	if n, err := rows[0].number("sizeinbytes"); err == nil {
		p.bytes = n
	}
	return p, nil
}
