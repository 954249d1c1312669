package oracle

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCases(t *testing.T) {
	names := map[string]bool{}
	for _, c := range Cases() {
		if names[c.Name] {
			t.Errorf("two cases are called %q", c.Name)
		}
		names[c.Name] = true
		t.Run(c.Name, func(t *testing.T) { checkCase(t, c) })
	}
}

// checkCase compares the answer for a case with the one written by hand.
func checkCase(t *testing.T, c *Case) {
	t.Helper()
	if c.Table == nil {
		t.Fatal("no table")
	}
	if err := c.Table.Validate(); err != nil {
		t.Fatal(err)
	}
	got, err := c.Select()
	if c.Overflow {
		if !errors.Is(err, ErrOverflow) {
			t.Fatalf("got %v, error %v, want ErrOverflow", got, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c.Want, got); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}
