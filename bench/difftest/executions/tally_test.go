package executions

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
)

// From many rules that select nobody or everybody a judge learns little, and from
// a dialect that refuses many, nothing. minTelling is the least share of rules that
// select some customers and not all, of those over worlds with customers, and
// maxUnsupported the greatest share that a dialect may refuse. Few rules are over few
// worlds, of which one that PostgreSQL cannot hold counts for much: up to manyRules
// of them the bounds are wider.
const (
	manyRules         = 2000
	minTelling        = 0.30
	minTellingOfFew   = 0.10
	maxUnsupported    = 0.15
	maxUnsupportedFew = 0.60
)

// manyWorlds have every trait that a refreshed snapshot can have. So few as
// defaultRules make have customers who were deleted.
const manyWorlds = 125

// tally counts what was compared. It is safe for concurrent use.
type tally struct {
	mu          sync.Mutex
	rules       int
	telling     int // rules that select some customers and not all
	overflows   int
	asked       map[string]int // by execution
	unsupported map[string]int
	worlds      int
	traits      map[string]int // of the refreshed snapshots: in how many worlds
}

func newTally() *tally {
	return &tally{asked: map[string]int{}, unsupported: map[string]int{}, traits: map[string]int{}}
}

// entered adds a world.
func (y *tally) entered(w *world) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.worlds++
	for trait, has := range w.refreshed.traits() {
		if has {
			y.traits[trait]++
		}
	}
}

// count adds a rule that the oracle answered.
func (y *tally) count(selected, customers int, overflow bool) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.rules++
	if overflow {
		y.overflows++
	} else if 0 < selected && selected < customers {
		y.telling++
	}
}

// answered adds what an execution said to a rule.
func (y *tally) answered(name string, err error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.asked[name]++
	if errors.Is(err, errUnsupported) {
		y.unsupported[name]++
	}
}

func (y *tally) add(more *tally) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.rules += more.rules
	y.telling += more.telling
	y.overflows += more.overflows
	y.worlds += more.worlds
	for trait, n := range more.traits {
		y.traits[trait] += n
	}
	for name, n := range more.asked {
		y.asked[name] += n
		y.unsupported[name] += more.unsupported[name]
	}
}

// String is a line for all rules and one for each execution.
func (y *tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d rules, %d select some customers and not all, %d overflow", y.rules, y.telling, y.overflows)
	for _, name := range slices.Sorted(maps.Keys(y.asked)) {
		fmt.Fprintf(&b, "\n%-38s %6d compared, %5d UNSUPPORTED_IN_DIALECT (%.1f%%)",
			name, y.asked[name]-y.unsupported[name], y.unsupported[name], 100*float64(y.unsupported[name])/float64(y.asked[name]))
	}
	fmt.Fprintf(&b, "\n%d worlds; of the refreshed snapshots", y.worlds)
	for _, trait := range slices.Sorted(maps.Keys(y.traits)) {
		fmt.Fprintf(&b, "\n%6d have %s", y.traits[trait], trait)
	}
	return b.String()
}

// check fails the test if too little was compared.
func (y *tally) check(t *testing.T) {
	t.Helper()
	least, most := minTelling, maxUnsupported
	if y.rules < manyRules {
		least, most = minTellingOfFew, maxUnsupportedFew
	}
	if share := float64(y.telling) / float64(y.rules); share < least {
		t.Errorf("%.0f%% of the rules select some customers and not all, want at least %.0f%%", 100*share, 100*least)
	}
	y.checkTraits(t)
	for name, asked := range y.asked {
		if share := float64(y.unsupported[name]) / float64(asked); share > most {
			t.Errorf("%s: %.0f%% of the rules are UNSUPPORTED_IN_DIALECT, want at most %.0f%%", name, 100*share, 100*most)
		}
	}
}

// checkTraits fails the test if the refreshed snapshots were too plain.
func (y *tally) checkTraits(t *testing.T) {
	t.Helper()
	wanted := []string{traitDead}
	if y.worlds >= manyWorlds {
		wanted = append(wanted, traitHidden, traitParts, traitBlocks, traitCameBack, traitCompacted, traitRenumbered, traitNothingNew, traitRewritten)
	}
	for _, trait := range wanted {
		if y.traits[trait] == 0 {
			t.Errorf("no refreshed snapshot of %d has %s", y.worlds, trait)
		}
	}
}
