package databricks

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/rollcall-db/rollcall/bench/workload"
)

// column is a column of a table, with its type in Databricks.
type column struct{ name, kind string }

// table is a table of a workload in the warehouse.
type table struct {
	workload.Table
	columns []column
	events  bool // clustered by time
}

// tablesOf returns the tables of a data set, in its order. It fails where the data
// set has another table, or not one of the four.
func tablesOf(d *workload.Dataset) ([]table, error) {
	known := map[string]table{
		"main.customers": {columns: customerColumns(d.Shape.StringAttributes)},
		"events.purchases": {events: true, columns: []column{
			{"customer_id", "BIGINT"}, {"time", "TIMESTAMP"}, {"category", "STRING"},
			{"product_id", "BIGINT"}, {"amount", "DECIMAL(10,2)"},
		}},
		"events.page_views":  {events: true, columns: []column{{"customer_id", "BIGINT"}, {"time", "TIMESTAMP"}, {"url", "STRING"}}},
		"events.email_opens": {events: true, columns: []column{{"customer_id", "BIGINT"}, {"time", "TIMESTAMP"}, {"campaign_id", "BIGINT"}}},
	}
	var tables []table
	for _, w := range d.Tables {
		t, ok := known[w.Schema+"."+w.Name]
		if !ok {
			return nil, fmt.Errorf("the data set has a table %s.%s that no workload has, or has it twice", w.Schema, w.Name)
		}
		delete(known, w.Schema+"."+w.Name)
		t.Table = w
		tables = append(tables, t)
	}
	for name := range known {
		return nil, fmt.Errorf("the data set has no table %s", name)
	}
	return tables, nil
}

func customerColumns(traits int) []column {
	columns := []column{
		{"customer_id", "BIGINT"}, {"loyalty_tier", "STRING"}, {"country", "STRING"},
		{"lifetime_value", "DECIMAL(12,2)"}, {"email_opt_in", "BOOLEAN"},
	}
	for i := range traits {
		columns = append(columns, column{fmt.Sprintf("trait_%d", i+1), "STRING"})
	}
	return columns
}

// fingerprint tells data sets of different shapes apart. The same shape has the
// same bytes wherever it is generated, so that it names the data.
func fingerprint(shape workload.Shape) (string, error) {
	text, err := json.Marshal(shape)
	if err != nil {
		return "", fmt.Errorf("the shape of the data set: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16]), nil
}
