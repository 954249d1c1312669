package column

import "testing"

// TestKnownOfNothing knows nothing of a test that has not been prepared, or asks for
// NULLs.
func TestKnownOfNothing(t *testing.T) {
	for _, test := range []Test{{}, {IsNull: true}} {
		if every, none := test.Known(nil); every || none {
			t.Errorf("of %+v it is known that every value passes: %v, that none does: %v", test, every, none)
		}
	}
}
