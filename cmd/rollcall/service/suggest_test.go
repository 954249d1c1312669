package service

import (
	"context"
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/engine/model"
)

// forms are the same parent segment in the five forms, the book form twice more: without
// attributes and in one line.
var forms = map[string]string{
	"book": `name: shop # the shop
master_table: {database: marketing, table: customers, key_column: customer_id, attributes: none}
attributes:
  # what they are worth
  - name: lifetime_value
    database: analytics
    table: customer_metrics
    key_column: customer_id
    value_column: ltv
behaviors:
  - {name: purchase, database: events, table: purchases, key_column: customer_id, timestamp_column: purchased_at}
`,
	"book, no attributes": `name: shop
master_table: {database: marketing, table: customers, key_column: customer_id}`,
	"book, in JSON": `{"name": "shop", "master_table": {"database": "marketing", "table": "customers", "key_column": "customer_id", "attributes": "none"}, "attributes": []}`,
	"grouped": `name: shop
master: {database: marketing, table: customers}
attributes:
- name: Metrics
  source: {database: analytics, table: customer_metrics}
  join: {parent_key: customer_id, child_key: customer_id}
  columns:
  - {column: ltv, label: lifetime_value}
`,
	"composable-yaml": `name: shop
master: {schema: marketing, table: customers, key_column: customer_id}
attributes:
    - {name: lifetime_value, schema: analytics, table: customer_metrics, join: {table_key: customer_id}, column: ltv, type: number}
`,
	"composable-json": `{
  "name": "shop",
  "isComposable": true,
  "master": {"schema": "marketing", "table": "customers", "keyColumn": "customer_id"},
  "attributes": [
    {"name": "lifetime_value", "schema": "analytics", "table": "customer_metrics", "tableKey": "customer_id", "column": "ltv", "type": "number"}
  ]
}
`,
	"audience-api": `{
  "name": "shop",
  "master": {"parentDatabaseName": "marketing", "parentTableName": "customers"},
  "attributes": [
    {"name": "lifetime_value", "type": "number", "parentDatabaseName": "analytics", "parentTableName": "customer_metrics",
     "parentColumn": "ltv", "parentKey": "customer_id", "foreignKey": "customer_id"}
  ]
}
`,
}

// TestSuggestAttribute adds attributes to configurations in all forms, and puts what it is
// given.
func TestSuggestAttribute(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.connect()
	for name, text := range forms {
		_, form, err := model.ParseForm("", []byte(text))
		must(t, err)
		_, err = s.PutParent(ctx, admin, name, ParentRequest{Text: text, NoBuild: true})
		must(t, err)
		out, err := s.SuggestAttribute(ctx, admin, name, SuggestRequest{Table: "analytics.customer_metrics", Column: "LOYALTY_TIER"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if out.Attribute.Name != "loyalty_tier" || out.Attribute.Type.Kind != model.String || !strings.Contains(out.Configuration, strings.TrimSpace(out.Snippet)) {
			t.Errorf("%s: %s", name, toJSON(t, out))
		}
		if _, again, err := model.ParseForm("", []byte(out.Configuration)); err != nil || again != form {
			t.Errorf("%s became %s: %v", form, again, err)
		}
		if strings.Contains(text, "#") && !strings.Contains(out.Configuration, "# what they are worth\n  - name: lifetime_value") {
			t.Errorf("%s: a comment was moved: %s", name, out.Configuration)
		}
		put, err := s.PutParent(ctx, admin, name, ParentRequest{Text: out.Configuration, NoBuild: true})
		must(t, err)
		if len(put.Changes) != 1 || put.Changes[0].Name != "loyalty_tier" {
			t.Errorf("%s: %s", name, toJSON(t, put.Changes))
		}
	}
}

func TestSuggestRefusals(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.connect()
	_, err := s.PutParent(ctx, admin, "shop", ParentRequest{Text: forms["book"], NoBuild: true})
	must(t, err)
	for want, in := range map[string]SuggestRequest{
		`404 UNKNOWN_TABLE there is no table "analytics.customer_metric"; did you mean "analytics.customer_metrics"?`: {Table: "analytics.customer_metric", Column: "orders"},
		"422 INVALID column: ": {Table: "analytics.customer_metrics", Column: "order"},
		`422 INVALID table: "events.purchases" has the events of the behavior "purchase": a customer may have several rows there. Make a computed attribute of them`: {Table: "events.purchases", Column: "amount"},
	} {
		if err := second(s.SuggestAttribute(ctx, admin, "shop", in)); err == nil || !strings.HasPrefix(short(err), want) {
			t.Errorf("%v, expected %s", err, want)
		}
	}
	taken, err := s.SuggestAttribute(ctx, admin, "shop", SuggestRequest{Table: "analytics.customer_metrics", Column: "orders", Name: "purchase"})
	must(t, err)
	if taken.Attribute.Name != "customer_metrics_purchase" || len(taken.Notes) != 1 {
		t.Error(toJSON(t, taken))
	}
}

func TestSourceTables(t *testing.T) {
	ctx := context.Background()
	s := newStudio(t)
	s.connect()
	_, err := s.PutParent(ctx, admin, "shop", ParentRequest{Text: forms["book"], NoBuild: true})
	must(t, err)
	out, err := s.SourceTables(ctx, admin, "shop", SourceTablesRequest{})
	must(t, err)
	if len(out.Tables) != 3 {
		t.Fatal(toJSON(t, out))
	}
	uses := map[string]string{}
	for _, table := range out.Tables {
		uses[table.Name] = strings.Join(table.Uses, ", ")
		for _, c := range table.Columns {
			uses[table.Name+"."+c.Name] = strings.Join(c.Uses, ", ")
		}
	}
	for name, want := range map[string]string{
		"marketing.customers":                    "master table",
		"marketing.customers.customer_id":        "key",
		"analytics.customer_metrics":             "attribute lifetime_value",
		"analytics.customer_metrics.ltv":         "attribute lifetime_value",
		"analytics.customer_metrics.orders":      "",
		"events.purchases":                       "behavior purchase",
		"events.purchases.purchased_at":          "time of purchase",
		"events.purchases.amount":                "field amount of purchase",
		"events.purchases.customer_id":           "key",
		"analytics.customer_metrics.customer_id": "key",
	} {
		if got, there := uses[name]; !there || got != want {
			t.Errorf("%s is used as %q, expected %q", name, got, want)
		}
	}
}
