package federate_test

import (
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/federate"
)

// TestCollatedColumns asks about columns whose strings the source compares in its
// own way: refused where the layout names them.
func TestCollatedColumns(t *testing.T) {
	for column, want := range map[string]string{
		"other": "",
		"id":    `UNSUPPORTED_IN_PLACE: column "id" of table shop.customers is compared by UTF8_LCASE, not byte by byte`,
		"age":   `UNSUPPORTED_IN_PLACE: column "age" of table shop.customers is compared by UTF8_LCASE, not byte by byte`,
	} {
		p, e := fakePlace(t, "databricks", counted("3"))
		e.collated = []string{column}
		_, err := federate.Count(t.Context(), p, check(t, p, "age > 30"), noon)
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(strings.ReplaceAll(err.Error(), "SHOP.CUSTOMERS", "shop.customers"), want)) {
			t.Errorf("column %s: %v, want %q", column, err, want)
		}
	}
}
