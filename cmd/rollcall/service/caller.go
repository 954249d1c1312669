package service

import (
	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
)

// Caller is who asks for an operation. The zero Caller has no role: almost all is refused.
type Caller struct {
	Name    string       // for people, the log and the history of segments
	TokenID string       // id of the token, not the token; empty: none was needed
	Roles   access.Roles // what the caller may do
	Local   bool         // on the machine itself, where no tokens are needed
}

// Local returns the caller on the machine itself where no tokens are needed: it has
// every role.
func Local() Caller {
	return Caller{Name: "local", Roles: access.Admin, Local: true}
}

// scheduler is who refreshes when a schedule says so.
const scheduler = "scheduler"

// actor returns what the log says of the caller.
func (c Caller) actor() audit.Actor { return audit.Actor{Token: c.TokenID, Name: c.by()} }

// by returns what the registry says of the caller.
func (c Caller) by() string {
	if c.Name == "" {
		return "nobody"
	}
	return c.Name
}

// onlyCounts reports whether the caller may see numbers, but nobody's data.
func (c Caller) onlyCounts() bool { return !c.Roles.Has(access.Members) }
