package ask_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/ask"
	"github.com/rollcall-db/rollcall/engine"
	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/federate"
	"github.com/rollcall-db/rollcall/ingest"
)

// parseError returns what is wrong with a rule.
func parseError(text string) error {
	_, err := ask.ParseRule(text)
	return err
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		err  error
		kind ask.Kind
		json string
	}{
		{fmt.Errorf("rule 1: %w", parseError("country =")), ask.Mistake,
			`{"error":"rule 1: 1:10: expected a value after \"=\", found the end of the rule","problems":[{"code":"MISSING_OPERATOR_VALUE","offset":9,"length":0,"line":1,"column":10,"message":"expected a value after \"=\", found the end of the rule"}]}`},
		{ask.ErrNoSQLEngine, ask.Environment, `{"error":"a folder of files has no SQL engine in this program: build a snapshot of it and ask that [NO_SQL_ENGINE]",` +
			`"problems":[{"code":"NO_SQL_ENGINE","message":"a folder of files has no SQL engine in this program: build a snapshot of it and ask that [NO_SQL_ENGINE]"}]}`},
		{ask.UnsupportedInPlace("a profile is of a snapshot"), ask.Mistake, `{"error":"UNSUPPORTED_IN_PLACE: a profile is of a snapshot; build a snapshot (rollcall build) and ask that",` +
			`"problems":[{"code":"UNSUPPORTED_IN_PLACE","message":"a profile is of a snapshot"}],"hint":"build a snapshot (rollcall build) and ask that"}`},
		{&federate.NoEngineError{Code: federate.CodeNoEngine, Source: "file:///data"}, ask.Environment, ""},
		{&engine.KeyError{Key: "7", KeyColumn: "id"}, ask.Mistake, ""},
		{&model.ConfigError{Problems: []model.Problem{{Code: "UNKNOWN_KEY", Line: 1, Column: 2, Message: "unknown key"}}}, ask.Mistake, ""},
		{&ingest.DriftError{Drift: ingest.Drift{Changes: []ingest.Change{{Kind: ingest.Removed, What: "attribute", Name: "tier"}}}}, ask.Mistake, ""},
		{fs.ErrNotExist, ask.Environment, `{"error":"file does not exist"}`},
		{context.Canceled, ask.Environment, `{"error":"context canceled"}`},
	} {
		if got := ask.KindOf(fmt.Errorf("wrapped: %w", c.err)); got != c.kind {
			t.Errorf("%v is of kind %d, want %d", c.err, got, c.kind)
		}
		got, err := json.Marshal(ask.NewErrorJSON(c.err))
		if err != nil || c.json != "" && string(got) != c.json {
			t.Errorf("%s, %v, want %s", got, err, c.json)
		}
	}
	if got := ask.KindOf(nil); got != ask.None {
		t.Errorf("no error is of kind %d, want none", got)
	}
}

func TestTextsThatSayNothing(t *testing.T) {
	pick := func(top, orderBy, per string) func() error {
		return func() error {
			_, err := ask.ParsePick(top, orderBy, per)
			return err
		}
	}
	split := func(parts string) func() error {
		return func() error {
			_, err := ask.ParseSplit(parts, "salt")
			return err
		}
	}
	schema := &model.Schema{Attributes: []model.Attribute{{Name: "country", Type: model.Type{Kind: model.String}}}}
	divide := func(names []string, bins int) func() error {
		return func() error {
			_, err := ask.Divide(schema, names, bins, 0)
			return err
		}
	}
	for _, c := range []struct {
		read func() error
		want string
	}{
		{pick("", "spent", ""), `order_by is "spent", and needs top or per: it says who comes first`},
		{pick("0", "", ""), `top is "0", expected a number from 1 on, or a percentage as in 10%`},
		{pick("101%", "", ""), `top is "101%", expected a share above 0% and at most 100%, with up to 9 digits after the point`},
		{pick("", "", "country"), `per is "country", expected ATTRIBUTE=N, N from 1 on`},
		{pick("", "", "country=-1"), `per is "country=-1", expected ATTRIBUTE=N, N from 1 on`},
		{split(""), `parts has "", expected NAME=SHARE, as in holdout=10`},
		{split("a=50,b"), `parts has "b", expected NAME=SHARE, as in holdout=10`},
		{split("a=x,b=50"), `parts has "a=x": "x" is no percentage; expected a number such as 10 or 12.5`},
		{split("a=50,b=40"), `parts: the shares add up to 90 percent, expected exactly 100`},
		{divide(nil, 0), `by names 0 attributes, expected 1 to 32`},
		{divide([]string{"country"}, 1), `bins is 1, expected 2 to 1000`},
	} {
		err := c.read()
		if err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
		if input := (*ask.InputError)(nil); !errors.As(err, &input) || ask.KindOf(err) != ask.Mistake {
			t.Errorf("%v: want an InputError, which is a mistake", err)
		}
	}
	snap := open(t)
	if _, err := ask.Compare(snap, nil, time.Now()); err == nil || err.Error() != "there are no rules, expected one at least" {
		t.Errorf("comparing nothing: %v", err)
	}
}

// A rule's problems say where they are: in its file, in a segment's, or in no file.
func TestLocate(t *testing.T) {
	snap := open(t)
	for name, want := range map[string]string{"": `1:1: `, "rules/x.txt": `rules/x.txt:1:1: `} {
		r, err := ask.ParseRuleFile(name, []byte("no_such = 1"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = ask.Ask(snap, r, time.Now())
		if err == nil || len(err.Error()) < len(want) || err.Error()[:len(want)] != want {
			t.Errorf("%q: %v, want it to start with %q", name, err, want)
		}
	}
}
