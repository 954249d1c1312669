package databricks

import (
	"strings"
	"testing"

	"github.com/rollcall-db/rollcall/bench/workload"
	federated "github.com/rollcall-db/rollcall/federate/databricks"
)

func TestLiteral(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", "''"},
		{"plain/path-1.parquet", "'plain/path-1.parquet'"},
		{"it's", `'it\'s'`},
		{`a\b`, `'a\\b'`},
		{`\'`, `'\\\''`},
		{"a\nb\x00\x7f", `'a\nb\u0000\u007F'`},
		{"${x} $y $", `'\u0024{x} $y $'`},
		{"日本語 \"x\" `y`", "'日本語 \"x\" `y`'"},
	} {
		if got := literal(test.text); got != test.want {
			t.Errorf("literal(%q) is %s, want %s", test.text, got, test.want)
		}
	}
	if got, want := ident("a`b"), "`a``b`"; got != want {
		t.Errorf("ident is %s, want %s", got, want)
	}
}

func TestStatements(t *testing.T) {
	d := testData(workload.Shape{StringAttributes: 2})
	tables, err := tablesOf(d)
	if err != nil {
		t.Fatal(err)
	}
	s := &settings{config: &federated.Config{Catalog: "cat", Schema: "Bench"}, volume: "/Volumes/cat/bench/files"}
	const customers = "SELECT CAST(`customer_id` AS BIGINT) AS `customer_id`, CAST(`loyalty_tier` AS STRING) AS `loyalty_tier`, " +
		"CAST(`country` AS STRING) AS `country`, CAST(`lifetime_value` AS DECIMAL(12,2)) AS `lifetime_value`, " +
		"CAST(`email_opt_in` AS BOOLEAN) AS `email_opt_in`, CAST(`trait_1` AS STRING) AS `trait_1`, CAST(`trait_2` AS STRING) AS `trait_2` " +
		`FROM read_files('/Volumes/cat/bench/files/it\'s', format => 'parquet')`
	const purchases = "SELECT CAST(`customer_id` AS BIGINT) AS `customer_id`, CAST(`time` AS TIMESTAMP) AS `time`, " +
		"CAST(`category` AS STRING) AS `category`, CAST(`product_id` AS BIGINT) AS `product_id`, CAST(`amount` AS DECIMAL(10,2)) AS `amount` " +
		"FROM read_files('/f', format => 'parquet')"
	for _, test := range []struct{ name, got, want string }{
		{"create", s.create(tables[0], "/Volumes/cat/bench/files/it's", "f1", "r1"),
			"CREATE TABLE `cat`.`Bench`.`customers` TBLPROPERTIES ('rollcall.workload' = 'f1', 'rollcall.run' = 'r1') AS " + customers},
		{"create clustered", s.create(tables[1], "/f", "f1", "r1"),
			"CREATE TABLE `cat`.`Bench`.`purchases` CLUSTER BY (`time`) TBLPROPERTIES ('rollcall.workload' = 'f1', 'rollcall.run' = 'r1') AS " + purchases},
		{"insert", s.insert(tables[1], "/f"),
			"INSERT INTO `cat`.`Bench`.`purchases` (`customer_id`, `time`, `category`, `product_id`, `amount`) " + purchases},
		{"existing", s.existing(tables[:2]),
			"SELECT lower(table_name) AS name FROM `cat`.information_schema.tables WHERE lower(table_schema) = 'bench' AND lower(table_name) IN ('customers', 'purchases')"},
		{"properties", s.properties("customers"), "SHOW TBLPROPERTIES `cat`.`Bench`.`customers`"},
		{"detail", s.detail("customers"), "DESCRIBE DETAIL `cat`.`Bench`.`customers`"},
		{"count", s.count("customers"), "SELECT count(*) FROM `cat`.`Bench`.`customers`"},
		{"optimize", s.optimize("purchases"), "OPTIMIZE `cat`.`Bench`.`purchases`"},
		{"analyze", s.analyze("purchases"), "ANALYZE TABLE `cat`.`Bench`.`purchases` COMPUTE STATISTICS FOR ALL COLUMNS"},
		{"spoil", s.spoil("purchases"), "ALTER TABLE `cat`.`Bench`.`purchases` SET TBLPROPERTIES ('rollcall.workload' = 'changed')"},
		{"drop", s.drop("purchases"), "DROP TABLE `cat`.`Bench`.`purchases`"},
		{"put", put("/data/o'neil/part-0000.parquet", "/Volumes/c/s/v/x"), `PUT '/data/o\'neil/part-0000.parquet' INTO '/Volumes/c/s/v/x' OVERWRITE`},
		{"remove", remove("/Volumes/c/s/v/x"), "REMOVE '/Volumes/c/s/v/x'"},
	} {
		if test.got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.name, test.got, test.want)
		}
	}
}

func TestTablesOf(t *testing.T) {
	whole := testData(workload.Shape{})
	for _, test := range []struct {
		name   string
		tables []workload.Table
		want   string
	}{
		{"none", nil, "has no table"},
		{"one is missing", whole.Tables[:3], "has no table events.email_opens"},
		{"one is unknown", append(whole.Tables[:4:4], workload.Table{Schema: "main", Name: "orders"}), "main.orders"},
		{"one is there twice", append(whole.Tables[:4:4], whole.Tables[0]), "main.customers"},
	} {
		_, err := tablesOf(&workload.Dataset{Tables: test.tables})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: the error is %v, want one that tells %q", test.name, err, test.want)
		}
	}
}

func TestFingerprint(t *testing.T) {
	shape := workload.Shape{Customers: 10, Seed: 1, Days: 365, EventsPerCustomer: 20.02, Skew: 1.1, StringAttributes: 1, Cardinality: 2000}
	a, err := fingerprint(shape)
	if err != nil {
		t.Fatal(err)
	}
	again, err := fingerprint(shape)
	if err != nil || a != again || len(a) != 32 {
		t.Errorf("the fingerprint is %q, then %q, %v", a, again, err)
	}
	shape.Seed++
	if b, err := fingerprint(shape); err != nil || a == b {
		t.Errorf("the fingerprint of another seed is the same: %q, %v", b, err)
	}
}
