package warehouse

import (
	"fmt"
	"strings"
)

// oddNames are column names that SQL must quote.
var oddNames = []string{
	"select", "Order", "two words", "it's", `say "hi"`, "größe", "b`tick", "100%", "a_b", `back\slash`, "x-y", "$1", "1st", "日付",
}

// columnNames gives columns of a table their names: unique ignoring case, which
// is what the least of the databases tells apart.
type columnNames struct {
	taken map[string]bool
}

// take returns the name wanted, or one close to it where that is taken.
func (n *columnNames) take(wanted string) string {
	if n.taken == nil {
		n.taken = map[string]bool{}
	}
	name := wanted
	for i := 2; n.taken[strings.ToLower(name)]; i++ {
		name = fmt.Sprintf("%s_%d", wanted, i)
	}
	n.taken[strings.ToLower(name)] = true
	return name
}

// columnName names the column of something that rules call wanted.
func (l *layout) columnName(names *columnNames, wanted string) string {
	if l.chance(4) {
		wanted = oddNames[l.r.IntN(len(oddNames))]
	}
	return names.take(wanted)
}
