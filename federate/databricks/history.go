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
	at       time.Time // when the version was made
	id       string    // of the table; another one where a table of the same name was made anew; empty: not known
	bytes    int64     // of the newest version, at rest; 0: not known
	location string    // where its files lie; empty: not known
	notes    []string  // for people
}

// isKnown reports whether the pinned version can be told from one of the same number
// of another table of the same name, later on as well.
func (p *pin) isKnown() bool { return p.isPinned && p.id != "" }

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
	commits, err := s.history(ctx, what, name, pinLooks, func(some []commit) bool {
		return slices.ContainsFunc(some, func(c commit) bool { return !c.at.After(instant) })
	})
	if why := noVersions(err); why != "" {
		return notPinned(why), nil
	}
	if err != nil {
		return pin{}, err
	}
	if len(commits) == 0 {
		return notPinned("it has no history"), nil
	}
	p, err := s.identity(ctx, what, name)
	if err != nil {
		return pin{}, err
	}
	i := slices.IndexFunc(commits, func(c commit) bool { return !c.at.After(instant) })
	if i < 0 {
		i = 0
		p.notes = append(p.notes, fmt.Sprintf("version %d is newer than the instant that other tables are read at: there is none before it", commits[i].version))
	}
	p.isPinned, p.version, p.at = true, commits[i].version, commits[i].at
	return p, nil
}

// noVersions returns what a warehouse says of a table whose versions it does not
// tell: it has none, or who asks may not look at them. For other errors, which may
// pass, it is empty: a table must not lose its pin to a warehouse that is busy.
func noVersions(err error) string {
	var refused *StatementError
	if errors.As(err, &refused) && (refused.isUnsupported() || refused.isForbidden()) {
		return firstLine(refused)
	}
	return ""
}

// identity returns what is known of a table beside its versions. Where who asks may
// not know which table it is, a note says so.
func (s *Source) identity(ctx context.Context, what, name string) (pin, error) {
	p, err := s.detail(ctx, what, name)
	why := noVersions(err)
	if err != nil && why == "" {
		return pin{}, err
	}
	if p.id == "" {
		if why == "" {
			why = "the warehouse does not say which table it is"
		}
		p.notes = append(p.notes, "read whole each time, as it cannot be told from another table of its name: "+why)
	}
	return p, nil
}

// checkSame fails where a table of the same name has taken the place of the one
// that was pinned: its version of the same number has other rows, and as a rule
// another number of them. CREATE OR REPLACE may give a table another identity, too;
// but its history goes on, and has the version that was pinned.
func (t *table) checkSame(ctx context.Context) error {
	if t.pin.id != "" {
		now, err := t.source.detail(ctx, t.what(), t.name)
		if err != nil || now.id == t.pin.id {
			return err
		}
	}
	isPinned := func(c commit) bool { return c.version == t.pin.version }
	commits, err := t.source.history(ctx, t.what(), t.name, pinLooks, func(some []commit) bool { return slices.ContainsFunc(some, isPinned) })
	if err != nil {
		return err
	}
	i := slices.IndexFunc(commits, isPinned)
	switch {
	case i < 0:
		return fmt.Errorf("its history has no version %d any more: another table of the same name may have taken its place while it was pulled", t.pin.version)
	case !commits[i].at.Equal(t.pin.at):
		return errors.New("another table of the same name has taken its place while it was pulled")
	}
	return nil
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

// detail returns the identity, where the warehouse tells it, and the size of a table
// as it is now.
func (s *Source) detail(ctx context.Context, what, name string) (pin, error) {
	rows, err := s.ask(ctx, what, "DESCRIBE DETAIL "+name)
	if err != nil {
		return pin{}, err
	}
	if len(rows) != 1 {
		return pin{}, fmt.Errorf("%s: its description has %d rows, expected one", what, len(rows))
	}
	p := pin{id: rows[0]["id"], location: rows[0]["location"]}
	if n, err := rows[0].number("sizeinbytes"); err == nil {
		p.bytes = n
	}
	return p, nil
}
