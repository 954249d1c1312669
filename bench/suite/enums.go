package suite

import (
	"strconv"

	"github.com/rollcall-db/rollcall/bench/workload"
)

// Enum is a column of text that DuckDB holds as an ENUM type of its own, so that
// values are compared as numbers. Its literals name the type, which spares DuckDB
// the conversion of every row.
type Enum struct {
	Table, Column, Type string
	// Values are in the type whether or not the data has them: statements name them,
	// and DuckDB refuses a literal that is not of its ENUM.
	Values []string
}

// maxEnumValues is up to how many distinct values an attribute is an ENUM.
const maxEnumValues = 10_000

// Enums returns the columns of a workload that the SQL of DuckDB expects as ENUMs.
// Other text is VARCHAR.
func Enums(s workload.Shape) []Enum {
	enums := []Enum{
		{"customers", tierColumn.name, tierColumn.enum, []string{"Bronze", "Gold", "Silver"}},
		{"customers", countryColumn.name, countryColumn.enum, []string{"DE", "JP", "US"}},
		{"purchases", "category", "e_category", []string{"Electronics"}},
	}
	for i := range s.StringAttributes {
		if c := traitColumn(s, i+1); c.enum != "" {
			enums = append(enums, Enum{"customers", c.name, c.enum, nil})
		}
	}
	return enums
}

// traitColumn returns attribute trait_n.
func traitColumn(s workload.Shape, n int) column {
	c := column{name: "trait_" + strconv.Itoa(n)}
	if s.Cardinality <= maxEnumValues {
		c.enum = "e_" + c.name
	}
	return c
}
