package postgres

import (
	"testing"
)

// TestQueryOfAnUnknownType asks for a type that is not built in, the first time
// that the source meets it.
func TestQueryOfAnUnknownType(t *testing.T) {
	db := newDatabase(t)
	db.run(t, "CREATE TYPE mood AS ENUM ('glad', 'sad')")
	s := db.open(t)
	for batch, err := range s.Query(t.Context(), "SELECT 'glad'::mood AS feels") {
		if err != nil {
			t.Fatal(err)
		}
		if batch.NumRows() != 1 || batch.Column(0).ValueStr(0) != "glad" {
			t.Errorf("the answer is %v, want glad", batch)
		}
	}
}
