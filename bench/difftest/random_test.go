package difftest

import (
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
)

// defaultPairs is how many pairs of random rules TestRandomRules makes. Of the
// rules of so many pairs, minTelling must select some customers and not all: from
// others a judge learns little. They are about 0.6.
const (
	defaultPairs = 150
	minTelling   = 0.35
)

// TestRandomRules judges random rules by what must hold between them. The
// environment may set ROLLCALL_SEED, to repeat a failure, and ROLLCALL_RULES, the
// number of pairs of rules.
func TestRandomRules(t *testing.T) {
	seed := bitmaptest.Seed()
	pairs := defaultPairs
	if text := os.Getenv("ROLLCALL_RULES"); text != "" {
		var err error
		if pairs, err = strconv.Atoi(text); err != nil || pairs < 1 {
			t.Fatalf("ROLLCALL_RULES is %q, expected a number from 1", text)
		}
	}
	t.Logf("ROLLCALL_SEED=%d ROLLCALL_RULES=%d", seed, pairs)

	db := openCDNOW(t, cdnowData)
	g := newGenerator(t, db, seed)
	everybody := audience(t, db, "purchase count >= 0", time.Now())
	if len(everybody) != cdnowCustomers {
		t.Fatalf("everybody is %d customers, want %d", len(everybody), cdnowCustomers)
	}
	telling := 0
	for range pairs {
		asOf, p, q := g.instant(), g.rule(2), g.rule(2)
		ask := func(rule string) []string { return audience(t, db, rule, asOf) }
		inP, inQ := ask(p), ask(q)
		check := func(rule string, want []string) {
			t.Helper()
			if got := ask(rule); !slices.Equal(got, want) {
				t.Errorf("at %s: rule %s\nselects %d customers, want %d\nonly rule %s\nonly want %s",
					asOf.Format(time.RFC3339Nano), rule, len(got), len(want), someOf(minus(got, want)), someOf(minus(want, got)))
			}
		}
		check("not ("+p+")", minus(everybody, inP))
		check("("+p+") and ("+q+")", intersection(inP, inQ))
		check("("+p+") or ("+q+")", union(inP, inQ))
		check("not (not ("+p+") or not ("+q+"))", intersection(inP, inQ))
		for rule, want := range map[string][]string{p: inP, q: inQ} {
			parsed, err := db.Query(rule)
			if err != nil {
				t.Fatalf("rule %s: %v", rule, err)
			}
			check(parsed.String(), want)
			if 0 < len(want) && len(want) < cdnowCustomers {
				telling++
			}
		}
		if t.Failed() {
			return // the next pair would say the same
		}
	}
	if share := float64(telling) / float64(2*pairs); pairs >= defaultPairs && share < minTelling {
		t.Errorf("%.0f%% of the rules select some customers and not all, want at least %.0f%%", 100*share, 100*minTelling)
	}
}
