package warehouse

import (
	"fmt"
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/oracle"
)

func TestPostgresText(t *testing.T) {
	check := func(s storage, v any, want string) {
		t.Helper()
		if got := s.postgresText(v); got != want {
			t.Errorf("%s of %v is %q, want %q", s.postgresType(), v, got, want)
		}
	}
	var (
		text    = storage{Type: model.Type{Kind: model.String}}
		texts   = storage{Type: model.Type{Kind: model.StringArray}}
		whole   = storage{Type: model.Type{Kind: model.Number, Repr: model.Int64}}
		float   = storage{Type: model.Type{Kind: model.Number, Repr: model.Float64}}
		money   = storage{Type: model.Type{Kind: model.Number, Repr: model.Decimal, Precision: 5, Scale: 2}}
		date    = storage{Type: model.Type{Kind: model.Date}}
		instant = storage{Type: model.Type{Kind: model.Timestamp}}
		local   = storage{Type: instant.Type, encoding: model.EncodedLocal}
		seconds = storage{Type: instant.Type, encoding: model.EncodedSeconds}
	)
	check(text, `a\b`, `a\b`)
	check(texts, []any{`a"b`, `c\d`, nil, ""}, `{"a\"b","c\\d",NULL,""}`)
	check(texts, []any{}, `{}`)
	check(whole, int64(math.MinInt64), "-9223372036854775808")
	check(float, math.Inf(-1), "-Infinity")
	check(float, math.NaN(), "NaN")
	check(float, math.Copysign(0, -1), "-0")
	check(money, oracle.Decimal{Unscaled: big.NewInt(-5), Scale: 2}, "-0.05")
	check(date, oracle.Day(-719_528), "0001-01-01 BC")
	check(date, oracle.Day(0), "1970-01-01")
	check(instant, int64(-1), "1969-12-31 23:59:59.999999+00")
	check(local, int64(1), "1970-01-01 00:00:00.000001")
	check(seconds, int64(60), "60")
}

func TestTwosComplement(t *testing.T) {
	check := func(n int64, want string) {
		t.Helper()
		if got := fmt.Sprintf("%x", twosComplement(big.NewInt(n))); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
	check(1, "00000000000000000000000000000001")
	check(-1, "ffffffffffffffffffffffffffffffff")
	check(-256, "ffffffffffffffffffffffffffffff00")
}

// TestEncode checks that what an encoding stores is read back as the instant said
// to be held.
func TestEncode(t *testing.T) {
	loc, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	l := &layout{loc: loc}
	check := func(encoding model.TimeEncoding, at, wantStored, wantHeld string) {
		t.Helper()
		instant, err := time.Parse(time.RFC3339Nano, at)
		if err != nil {
			t.Fatal(err)
		}
		stored, held := l.encode(encoding, instant.UnixMicro())
		if micros, ok := stored.(int64); ok && encoding == model.EncodedLocal {
			stored = time.UnixMicro(micros).UTC().Format("2006-01-02 15:04:05.999999")
		}
		if got := time.UnixMicro(held).UTC().Format(time.RFC3339Nano); fmt.Sprint(stored) != wantStored || got != wantHeld {
			t.Errorf("%q of %s stores %v for %s, want %s for %s", encoding, at, stored, got, wantStored, wantHeld)
		}
	}
	check(model.EncodedSeconds, "1969-12-31T23:59:58.5Z", "-2", "1969-12-31T23:59:58Z")
	check(model.EncodedDate, "2025-03-10T06:59:59.999999Z", "2025-03-09", "2025-03-09T08:00:00Z")
	check(model.EncodedLocal, "2025-03-09T10:00:00Z", "2025-03-09 03:00:00", "2025-03-09T10:00:00Z")
	// The second of the two hours that the local clock shows twice becomes the first.
	check(model.EncodedLocal, "2025-11-02T09:30:00Z", "2025-11-02 01:30:00", "2025-11-02T08:30:00Z")
}
