package rule

import "testing"

// asked is a rule of every kind of condition.
const asked = `loyalty_tier = 'Gold' and (purchase where category = 'Electronics' and amount > 100 count >= 2 in last 180 days or not visits between 1 and 3)`

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(int64(len(asked)))
	for b.Loop() {
		if _, err := Parse(asked); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCheck checks a parsed rule against a schema.
func BenchmarkCheck(b *testing.B) {
	r, err := Parse("visits between 1 and 3 and (country in ('JP', 'US') or purchase count >= 1 in last 30 days)")
	if err != nil {
		b.Fatal(err)
	}
	schema := testSchema("UTC")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Check(r, schema, nil); err != nil {
			b.Fatal(err)
		}
	}
}
