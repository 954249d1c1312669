package workload

import "math"

// The functions of this file stand for those of package math that are assembly on
// some machines, or whose products and sums the compiler fuses on others: every
// product is converted, which keeps it from being fused, so that the last bit is
// the same everywhere. They are used for tables only, and need not be fast.

const (
	ln2High = 6.93147180369123816490e-01 // the upper 33 bits of ln 2
	ln2Low  = 1.90821492927058770002e-10 // the rest of it
)

// logOf returns the natural logarithm of x, which is positive, finite and normal.
func logOf(x float64) float64 {
	bits := math.Float64bits(x)
	exponent := float64(int64(bits>>52) - 1023)
	m := math.Float64frombits(bits&(1<<52-1) | 1023<<52) // in [1, 2)
	if m > math.Sqrt2 {
		m /= 2
		exponent++
	}
	// ln m = 2 artanh s, whose series converges fast: |s| < 0.172.
	s := (m - 1) / (m + 1)
	square := float64(s * s)
	sum := 0.0
	for k := 23; k >= 1; k -= 2 {
		sum = float64(sum*square) + 1/float64(k)
	}
	return float64(exponent*ln2High) + (float64(2*float64(s*sum)) + float64(exponent*ln2Low))
}

// expOf returns e to the x, where |x| is below 700.
func expOf(x float64) float64 {
	n := math.Floor(float64(x*(1/math.Ln2)) + 0.5)
	r := (x - float64(n*ln2High)) - float64(n*ln2Low) // |r| < 0.35
	sum := 1.0
	for k := 16; k >= 1; k-- {
		sum = 1 + float64(r*sum)/float64(k)
	}
	return float64(sum * math.Float64frombits(uint64(int64(n)+1023)<<52))
}

// powOf returns x to the y, where x is positive.
func powOf(x, y float64) float64 { return expOf(float64(y * logOf(x))) }

// normalQuantile returns the z below which a share p of a standard normal
// distribution lies; p is between 0 and 1, both excluded.
//
// Method: the rational approximation of P. J. Acklam, whose relative error is
// below 1.15e-9.
func normalQuantile(p float64) float64 {
	const tail = 0.02425
	switch {
	case p < tail:
		q := math.Sqrt(float64(-2 * logOf(p)))
		return polynomial(q, tailNumerator[:]) / polynomial(q, tailDenominator[:])
	case p > 1-tail:
		return -normalQuantile(1 - p)
	}
	q := p - 0.5
	r := float64(q * q)
	return float64(polynomial(r, middleNumerator[:])*q) / polynomial(r, middleDenominator[:])
}

// The coefficients of normalQuantile, those of the highest powers first.
var (
	middleNumerator = [...]float64{-3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02,
		1.383577518672690e+02, -3.066479806614716e+01, 2.506628277459239e+00}
	middleDenominator = [...]float64{-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
		6.680131188771972e+01, -1.328068155288572e+01, 1}
	tailNumerator = [...]float64{-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
		-2.549732539343734e+00, 4.374664141464968e+00, 2.938163982698783e+00}
	tailDenominator = [...]float64{7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
		3.754408661907416e+00, 1}
)

// polynomial evaluates a polynomial at x, by Horner's rule.
func polynomial(x float64, coefficients []float64) float64 {
	sum := 0.0
	for _, c := range coefficients {
		sum = float64(sum*x) + c
	}
	return sum
}
