package databricks

import (
	"slices"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// TestOtherLoginTakesNothingUp interrupts a pull, and goes on with another login and
// then with the first.
func TestOtherLoginTakesNothingUp(t *testing.T) {
	l := newLake(t, dbtest.Options{})
	l.shop(t, "t", 4_000)
	table := l.open(t, "&parts=4&parallel=1").testTable(t, "shop.t")
	rowsOf(t, table)
	l.Inject(dbtest.Fault{Method: execute, Nth: 4, Kind: dbtest.StatementError}) // of the third part
	if _, err := readTexts(t, table, "n"); err == nil {
		t.Fatal("no error")
	}
	l.log("")
	for _, c := range []struct {
		login login
		want  []string
	}{
		{login{token: newSecret("another")}, []string{"0", "1", "2", "3"}},
		{login{clientID: newSecret(testToken), clientSecret: newSecret(testSecret)}, []string{"0", "1", "2", "3"}},
		{login{token: newSecret(testToken)}, []string{"2", "3"}},
	} {
		s := l.open(t, "&parts=4&parallel=1")
		s.cfg.login = c.login // the client has logged in before: it is only the spool that is told
		if got := texts(t, s.testTable(t, "shop.t"), "n"); !slices.Equal(got, numbered(0, 4_000)) {
			t.Fatalf("%d rows, want 4000", len(got))
		}
		if got := l.pulls(); !slices.Equal(got, c.want) {
			t.Errorf("parts asked for are %q, want %q", got, c.want)
		}
	}
	l.spoolIsEmpty(t)
}

// TestMarkTellsNoSecret looks at what the spool knows of a login.
func TestMarkTellsNoSecret(t *testing.T) {
	principal := login{clientID: newSecret(testClient), clientSecret: newSecret(testSecret)}
	renewed := login{clientID: newSecret(testClient), clientSecret: newSecret("another")}
	token := login{token: newSecret(testToken)}
	if principal.mark() != renewed.mark() || principal.mark() == token.mark() || token.mark() == (login{}).mark() {
		t.Errorf("marks are %q, %q and %q", principal.mark(), renewed.mark(), token.mark())
	}
	for _, l := range []login{principal, token} {
		for _, text := range []string{testToken, testClient, testSecret} {
			if strings.Contains(l.mark(), text) {
				t.Errorf("the mark %q has %q", l.mark(), text)
			}
		}
	}
}
