package executions

import (
	"errors"
	"math"
	"net/url"
	"os"
	"testing"

	"github.com/rollcall-db/rollcall/engine/oracle"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/federate/postgres"
)

// leastOnServer is how many values TestEventColumnsPostgres compares at least, in worlds
// that may be small.
const leastOnServer = 500

// TestEventColumnsPostgres asks the random rules of TestEventColumns for their columns
// of events in PostgreSQL.
func TestEventColumnsPostgres(t *testing.T) {
	server := os.Getenv("ROLLCALL_POSTGRES")
	if server == "" {
		t.Skip("ROLLCALL_POSTGRES, the URL of a server, is not set")
	}
	const database = "rollcall_columns"
	p, err := openPostgreSQL(t.Context(), server, database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.close(); err != nil {
			t.Error(err)
		}
	}()
	uri, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	uri.Path = "/" + database
	s := readSettings(t, 0)
	compared, unsupported := 0, 0
	for n := range uint64(columnWorlds) {
		made, cases := columnWorld(t, s.seed+n)
		if err := p.load(t.Context(), &world{Warehouse: made}); err != nil {
			t.Fatal(err)
		}
		src, err := postgres.Open(t.Context(), uri.String())
		if err != nil {
			t.Fatal(err)
		}
		place := &federate.Place{Engine: src, Schema: made.Data.Schema, Layout: made.Layout}
		for _, c := range cases {
			x, y := c.compareIn(t, place)
			compared, unsupported = compared+x, unsupported+y
		}
		if err := src.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Fatalf("repeat with ROLLCALL_SEED=%d", s.seed+n)
		}
	}
	t.Logf("%d values compared; %d columns cannot be asked in place", compared, unsupported)
	if compared < leastOnServer {
		t.Errorf("only %d values were compared", compared)
	}
}

// compareIn asks a place for the columns, one by one. It returns how many values there
// were, and how many columns cannot be asked there.
func (c *columnCase) compareIn(t *testing.T, place *federate.Place) (compared, unsupported int) {
	t.Helper()
	if !c.judge(t) {
		return 0, 0
	}
	columns, want := c.columns, c.want
	defer func() { c.columns, c.want = columns, want }()
	for i, text := range columns {
		rows, _, err := federate.List(t.Context(), place, c.checked, c.AsOf, max(len(c.selected), 1), text)
		if errors.As(err, new(*federate.UnsupportedError)) {
			unsupported++
			continue
		}
		if err != nil {
			t.Errorf("%s: %v, of\n%s", text, err, c.Case)
			continue
		}
		got := map[string][]any{}
		for _, row := range rows {
			got[row.Key] = row.Values
		}
		c.columns, c.want = columns[i:i+1], want[i:i+1]
		compared += c.compare(t, got, nearlyEqual)
	}
	return compared, unsupported
}

// nearlyEqual reports whether two values are the same; floats, which a source adds and
// divides in its own way, to 14 digits.
func nearlyEqual(got, want any) bool {
	x, isFloat := got.(float64)
	y, wantsFloat := want.(float64)
	if isFloat && wantsFloat && !math.IsInf(x, 0) && !math.IsInf(y, 0) {
		return math.Abs(x-y) <= 1e-14*math.Abs(y)
	}
	return oracle.Equal(got, want)
}
