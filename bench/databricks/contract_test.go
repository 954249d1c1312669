package databricks

import (
	"errors"
	"os"
	"testing"

	"github.com/rollcall-db/rollcall/bench/contender/contendertest"
)

// The contract of package contender, where the environment names a warehouse.
func TestContract(t *testing.T) {
	if _, err := read(os.Getenv); errors.Is(err, ErrNotConfigured) {
		t.Skip(err)
	}
	contendertest.Run(t, contendertest.Contract{
		Open: Open, Questions: contendertest.Questions(), Append: true,
	})
}
