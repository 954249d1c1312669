package warehouse

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// alter carries out ALTER TABLE: properties, constraints and columns.
func (s *session) alter(ctx context.Context, p *parser, _ []dbtest.Param) (*dbtest.Result, error) {
	at := 1
	if err := p.expect(&at, "TABLE"); err != nil {
		return nil, err
	}
	t, err := s.named(p, &at)
	if err != nil {
		return nil, err
	}
	if err := notView(t, "ALTER TABLE"); err != nil {
		return nil, err
	}
	unlock, err := t.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	v := t.follow("", map[string]string{})
	if done, err := s.alterKeys(p, at, t); done || err != nil {
		return nothing(), err
	}
	switch {
	case p.accept(&at, "SET", "TBLPROPERTIES"), p.accept(&at, "UNSET", "TBLPROPERTIES"):
		err = alterProperties(p, &at, v)
	case p.token(at).is("ADD") && p.token(at+1).is("COLUMN", "COLUMNS"):
		at += 2
		err = s.addColumns(p, &at, v)
	case p.accept(&at, "DROP", "COLUMN"):
		err = dropColumn(p, &at, v)
	case p.accept(&at, "RENAME", "COLUMN"):
		err = renameColumn(p, &at, v)
	default:
		err = p.unexpected(at)
	}
	if err == nil {
		err = p.atEnd(at)
	}
	if err != nil {
		return nil, err
	}
	s.w.commit(t, v)
	return nothing(), nil
}

// alterKeys adds or drops a constraint, which is no new version.
func (s *session) alterKeys(p *parser, at int, t *table) (done bool, err error) {
	switch {
	case p.token(at).is("ADD") && p.token(at+1).is("CONSTRAINT", "PRIMARY", "FOREIGN"):
		at++
		c, err := s.constraint(p, &at)
		if err != nil {
			return true, err
		}
		s.w.mu.Lock()
		defer s.w.mu.Unlock()
		for _, name := range c.columns {
			if _, ok := t.latest().column(name); !ok {
				return true, unresolved([]string{"", name, ""})
			}
		}
		t.constraints = append(slices.Clone(t.constraints), *c)
		return true, p.atEnd(at)
	case p.token(at).is("DROP") && p.token(at+1).is("CONSTRAINT"):
		at += 2
		name, err := p.name(&at)
		if err != nil {
			return true, err
		}
		s.w.mu.Lock()
		defer s.w.mu.Unlock()
		t.constraints = slices.DeleteFunc(slices.Clone(t.constraints), func(c constraint) bool { return strings.EqualFold(c.name, name) })
		return true, p.atEnd(at)
	}
	return false, nil
}

func alterProperties(p *parser, at *int, v *version) error {
	v.properties = maps.Clone(v.properties)
	v.operation = "SET TBLPROPERTIES"
	if p.token(*at - 2).is("SET") {
		return p.properties(at, v.properties)
	}
	v.operation = "UNSET TBLPROPERTIES"
	end := p.closing(*at)
	for _, part := range p.split(span{*at + 1, end}) {
		delete(v.properties, p.token(part.lo).text)
	}
	*at = end + 1
	return nil
}

func (s *session) addColumns(p *parser, at *int, v *version) error {
	v.operation = "ADD COLUMNS"
	made := &tableText{columns: v.columns}
	var err error
	if p.token(*at).is("(") {
		err = s.columnsAndKeys(p, at, made)
	} else {
		err = s.columnOrKey(p, at, p.end(), made)
	}
	if err != nil {
		return err
	}
	for i := len(v.columns); i < len(made.columns); i++ {
		added := &made.columns[i]
		if added.required {
			return &sqlFailure{"DELTA_ADD_COLUMN_NOT_NULL", stateSyntax, "A column that is added may be NULL"}
		}
		added.physical = s.w.physicalName(added.name)
	}
	v.columns = made.columns
	return nil
}

// physicalName returns a name that no segment has for a column.
func (w *Warehouse) physicalName(name string) string {
	return fmt.Sprintf("%s#%d", name, w.serial.Add(1))
}

// columnNamed reads the name of a column of a version.
func columnNamed(p *parser, at *int, v *version) (int, error) {
	name, err := p.name(at)
	if err != nil {
		return 0, err
	}
	i, ok := v.column(name)
	if !ok {
		var near []string
		for _, c := range v.columns {
			near = append(near, duckName(c.name))
		}
		return 0, unresolved([]string{"", name, strings.Join(near, ", ")})
	}
	return i, nil
}

func dropColumn(p *parser, at *int, v *version) error {
	v.operation = "DROP COLUMNS"
	i, err := columnNamed(p, at, v)
	if err == nil {
		v.columns = slices.Delete(v.columns, i, i+1)
	}
	return err
}

func renameColumn(p *parser, at *int, v *version) error {
	v.operation = "RENAME COLUMN"
	i, err := columnNamed(p, at, v)
	if err != nil {
		return err
	}
	if err := p.expect(at, "TO"); err != nil {
		return err
	}
	v.columns[i].name, err = p.name(at)
	return err
}
