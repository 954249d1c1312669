package cdnow

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// facts are what README.md says about the data, counted again.
type facts struct {
	Customers, Purchases  int
	First, Last           string
	Gold, Silver, Bronze  int
	NoTier, Above1000     int
	BoughtInJune1998      int
	FreePurchases         int
	TotalCents, TotalDisc int64
}

// TestFacts counts over the raw rows with maps, not with the type customer
// that the writer uses, so that one checks the other.
func TestFacts(t *testing.T) {
	got := facts{First: "9999-12-31"}
	lifetime := map[string]int64{}
	june := map[string]bool{}
	for p, err := range Purchases() {
		if err != nil {
			t.Fatal(err)
		}
		got.Purchases++
		got.TotalCents += p.Cents
		got.TotalDisc += p.Quantity
		if p.Cents == 0 {
			got.FreePurchases++
		}
		day := p.Date.Format(time.DateOnly)
		got.First, got.Last = min(got.First, day), max(got.Last, day)
		lifetime[p.CustomerID] += p.Cents
		if strings.HasPrefix(day, "1998-06-") {
			june[p.CustomerID] = true
		}
	}
	got.Customers, got.BoughtInJune1998 = len(lifetime), len(june)
	for _, cents := range lifetime {
		if cents > 1000_00 {
			got.Above1000++
		}
		switch {
		case cents >= 500_00:
			got.Gold++
		case cents >= 200_00:
			got.Silver++
		case cents >= 50_00:
			got.Bronze++
		default:
			got.NoTier++
		}
	}
	want := facts{
		Customers: 23_570, Purchases: 69_659,
		First: "1997-01-01", Last: "1998-06-30",
		Gold: 734, Silver: 2271, Bronze: 7735, NoTier: 12_830,
		Above1000:        200,
		BoughtInJune1998: 1506,
		FreePurchases:    80,
		TotalCents:       250_031_563, TotalDisc: 167_881,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}

func TestFirstPurchases(t *testing.T) {
	day := func(d int) time.Time { return time.Date(1997, time.January, d, 0, 0, 0, 0, time.UTC) }
	want := []Purchase{
		{CustomerID: "00001", Date: day(1), Quantity: 1, Cents: 11_77},
		{CustomerID: "00002", Date: day(12), Quantity: 1, Cents: 12_00},
		{CustomerID: "00002", Date: day(12), Quantity: 5, Cents: 77_00},
		{CustomerID: "00003", Date: day(2), Quantity: 2, Cents: 20_76},
	}
	var got []Purchase
	for p, err := range Purchases() {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, p); len(got) == len(want) {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("first purchases (-want +got):\n%s", diff)
	}
}

func TestParseErrors(t *testing.T) {
	const head = " customer_id  date number_of_cds  dollar_value\r\n"
	const good = " 00002 19970112  1   12.00\r\n"
	check := func(text, want string) {
		t.Helper()
		var got error
		for p, err := range parse(strings.NewReader(text)) {
			if err == nil {
				continue
			}
			if p != (Purchase{}) {
				t.Errorf("%q: %+v comes with the error, want a zero Purchase", text, p)
			}
			if got != nil {
				t.Errorf("%q: yielded on after the error %q", text, got)
			}
			got = err
		}
		if got == nil || got.Error() != want {
			t.Errorf("%q:\ngot  %v\nwant %s", text, got, want)
		}
	}
	check("", `CDNOW_master.txt: the text is empty, expected a header line`)
	check("id date\n", `CDNOW_master.txt:1: found the header ["id" "date"], expected ["customer_id" "date" "number_of_cds" "dollar_value"]`)
	check(head+good+" 00002 19970112  1\r\n",
		`CDNOW_master.txt:3: found 3 fields in " 00002 19970112  1", expected 4: customer_id, date, number_of_cds, dollar_value`)
	check(head+"\r\n"+good,
		`CDNOW_master.txt:2: found 0 fields in "", expected 4: customer_id, date, number_of_cds, dollar_value`)
	check(head+"0002 19970112 1 12.00\n", `CDNOW_master.txt:2: customer_id "0002": expected five digits`)
	check(head+"0000x 19970112 1 12.00\n", `CDNOW_master.txt:2: customer_id "0000x": expected five digits`)
	check(head+"00002 19970229 1 12.00\n", `CDNOW_master.txt:2: date "19970229": expected a day written YYYYMMDD`)
	check(head+"00002 19970112 0 12.00\n", `CDNOW_master.txt:2: number_of_cds "0": expected a whole number from 1`)
	check(head+"00002 19970112 1.0 12.00\n", `CDNOW_master.txt:2: number_of_cds "1.0": expected a whole number from 1`)
	for _, value := range []string{"12", "12.0", "12.000", ".00", "-1.00", "1e2", "1,00"} {
		check(head+"00002 19970112 1 "+value+"\n",
			`CDNOW_master.txt:2: dollar_value "`+value+`": expected dollars with two decimals, such as 11.77`)
	}
	for _, value := range []string{"100000000.00", "99999999999999999999.00"} {
		check(head+"00002 19970112 1 "+value+"\n",
			`CDNOW_master.txt:2: dollar_value "`+value+`": expected at most 99999999.99, the largest decimal(10,2)`)
	}
	check(head+good+"00001 19970112 1 12.00\n",
		`CDNOW_master.txt:3: customer "00001" after "00002": expected ascending customer ids`)
	check(head+good+"00002 19970111 1 12.00\n",
		`CDNOW_master.txt:3: customer "00002": date 1997-01-11 after 1997-01-12: expected ascending dates`)
}

func TestParseReadError(t *testing.T) {
	const text = " customer_id  date number_of_cds  dollar_value\r\n 00002 19970112  1   12.00\r\n"
	cause := errors.New("disk on fire")
	readers := map[string]string{
		text: `CDNOW_master.txt:3: disk on fire`,
		"":   `CDNOW_master.txt: disk on fire`,
	}
	for before, want := range readers {
		var got error
		for _, err := range parse(&failing{text: strings.NewReader(before), err: cause}) {
			got = err
		}
		if !errors.Is(got, cause) || got.Error() != want {
			t.Errorf("after %q: got %v, want %s", before, got, want)
		}
	}
}

// failing reads its text and then fails.
type failing struct {
	text *strings.Reader
	err  error
}

func (f *failing) Read(b []byte) (int, error) {
	if f.text.Len() > 0 {
		return f.text.Read(b)
	}
	return iotest.ErrReader(f.err).Read(b)
}

func TestCustomersOverflow(t *testing.T) {
	largest := Purchase{CustomerID: "00007", Quantity: 1, Cents: maxCents}
	purchases := func(yield func(Purchase, error) bool) {
		_ = yield(largest, nil) && yield(Purchase{CustomerID: "00007", Quantity: 1, Cents: 1}, nil)
	}
	var got error
	for _, err := range customers(purchases) {
		got = err
	}
	const want = `customer "00007": purchases add up to 10000000000 cents, expected at most 9999999999`
	if got == nil || got.Error() != want {
		t.Errorf("got %v, want %s", got, want)
	}
}
