package federate

import (
	"context"
	"time"

	"github.com/rollcall-db/rollcall/engine/rule"
	"github.com/rollcall-db/rollcall/federate/sqlgen"
)

// CountSQL returns the statement that [Count] runs: in the dialect of the source and
// with tables at their pinned versions.
func CountSQL(ctx context.Context, p *Place, checked *rule.Checked, asOf time.Time) (string, error) {
	f, err := p.open(ctx)
	if err != nil {
		return "", err
	}
	return f.generate(checked, asOf, sqlgen.Count())
}
