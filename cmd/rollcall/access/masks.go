package access

import (
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate/export"
)

// MaskRule says how one role sees one column.
type MaskRule struct {
	Column string // by name, the key's too
	Role   Roles  // one role
	Mask   export.Mask
}

// Masks say how roles see columns. Where no rule is for a role and a column,
// Members and Admin see it clear and the other roles redacted. The zero Masks have
// no rules: who is not Members or Admin sees nothing personal. Masks do not change;
// any number of goroutines may use them.
type Masks struct {
	columns map[string]map[Roles]export.Mask
}

// NewMasks returns the masks of these rules, in any order. Its error says which rule
// is not one: it has no column, not one role, no known mask, or is there twice.
func NewMasks(rules ...MaskRule) (Masks, error) {
	m := Masks{map[string]map[Roles]export.Mask{}}
	for i, rule := range rules {
		wrong := func(format string, args ...any) (Masks, error) {
			return Masks{}, fmt.Errorf("mask rule %d: %s", i+1, fmt.Sprintf(format, args...))
		}
		of := m.columns[rule.Column]
		_, twice := of[rule.Role]
		switch {
		case rule.Column == "":
			return wrong("it has no column, expected the name of one")
		case bits.OnesCount8(uint8(rule.Role)) != 1 || rule.Role.check() != nil:
			return wrong("column %q has the roles %s, expected one of %s", rule.Column, rule.Role, strings.Join(roleNames, ", "))
		case rule.Mask > export.Redact:
			return wrong("column %q has the mask %s, expected clear, hash or redact", rule.Column, rule.Mask)
		case twice:
			return wrong("column %q has a mask for %s twice", rule.Column, rule.Role)
		case of == nil:
			of = map[Roles]export.Mask{}
			m.columns[rule.Column] = of
		}
		of[rule.Role] = rule.Mask
	}
	return m, nil
}

// Check returns an error if a rule is about a column that is none of these: the
// column that is meant would be shown by default.
func (m Masks) Check(columns []string) error {
	for _, name := range slices.Sorted(maps.Keys(m.columns)) {
		if slices.Contains(columns, name) {
			continue
		}
		if nearest := model.Nearest(name, columns); nearest != "" {
			return fmt.Errorf("there is no column %q to mask; did you mean %q?", name, nearest)
		}
		return fmt.Errorf("there is no column %q to mask, expected one of %s", name, strings.Join(columns, ", "))
	}
	return nil
}

// Of returns how a set of roles sees each of the columns, for the Columns of an
// [export.Masking]. Roles add up: of a column's masks for them the clearest counts,
// clear before hash before redact. Admin has what all roles see. No role sees
// everything redacted.
func (m Masks) Of(roles Roles, columns []string) map[string]export.Mask {
	if roles.Has(Admin) {
		roles = everyRole
	}
	masks := make(map[string]export.Mask, len(columns))
	for _, column := range columns {
		clearest := export.Redact
		for role := Counts; role <= Admin; role <<= 1 {
			if roles&role != 0 {
				clearest = min(clearest, m.mask(column, role))
			}
		}
		masks[column] = clearest
	}
	return masks
}

// mask returns how one role sees a column.
func (m Masks) mask(column string, role Roles) export.Mask {
	if mask, ok := m.columns[column][role]; ok {
		return mask
	}
	if role == Members || role == Admin {
		return export.Clear
	}
	return export.Redact
}
