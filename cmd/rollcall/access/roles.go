package access

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rollcall-db/rollcall/engine/model"
)

// Roles is a set of roles.
type Roles uint8

// The roles. But for Admin, none includes another.
const (
	Counts   Roles = 1 << iota // read counts
	Members                    // read profiles and members
	Segments                   // edit segments
	Admin                      // administer; includes all others

	everyRole = Counts | Members | Segments | Admin
)

// roleNames are the names of the roles, in the order of their bits.
var roleNames = []string{"counts", "members", "segments", "admin"}

// ParseRoles returns the set of the roles with these names: counts, members,
// segments, admin. No name is the empty set.
func ParseRoles(names ...string) (Roles, error) {
	var roles Roles
	for _, name := range names {
		i := slices.Index(roleNames, name)
		if i < 0 {
			err := fmt.Errorf("unknown role %.40q, expected one of %s", name, strings.Join(roleNames, ", "))
			if nearest := model.Nearest(name, roleNames); nearest != "" {
				err = fmt.Errorf("%w; did you mean %q?", err, nearest)
			}
			return 0, err
		}
		roles |= 1 << i
	}
	return roles, nil
}

// Has reports whether all of the wanted roles are in the set, or Admin is.
func (r Roles) Has(wanted Roles) bool { return r&Admin != 0 || r&wanted == wanted }

// Names returns the names of the roles, in the order of their constants.
func (r Roles) Names() []string {
	names := []string{}
	for i, name := range roleNames {
		if r>>i&1 == 1 {
			names = append(names, name)
		}
	}
	return names
}

// String returns the names with commas, or "none".
func (r Roles) String() string {
	if r&everyRole == 0 {
		return "none"
	}
	return strings.Join(r.Names(), ", ")
}

// check returns an error for no role, and for a bit that is none.
func (r Roles) check() error {
	if r == 0 || r&^everyRole != 0 {
		return errors.New("no role, expected one or more of " + strings.Join(roleNames, ", "))
	}
	return nil
}

// MarshalJSON returns a list of names.
func (r Roles) MarshalJSON() ([]byte, error) { return json.Marshal(r.Names()) }

// UnmarshalJSON reads a list of names.
func (r *Roles) UnmarshalJSON(data []byte) error {
	var names []string
	if err := json.Unmarshal(data, &names); err != nil {
		return errors.New("expected a list of roles: " + strings.Join(roleNames, ", "))
	}
	roles, err := ParseRoles(names...)
	if err != nil {
		return err
	}
	*r = roles
	return nil
}
