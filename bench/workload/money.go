package workload

import "math/bits"

// moneySteps is the number of equally likely steps of a money table.
const moneySteps = 4096

// money is a log-normal distribution of amounts of money: its quantiles in cents,
// between which amounts are uniform.
type money [moneySteps + 1]uint64

// newMoney returns the distribution whose logarithm has this mean and this
// standard deviation.
func newMoney(mean, deviation float64) *money {
	m := new(money)
	for i := range m {
		p := float64(i) / moneySteps
		switch i { // the ends, where the quantiles are infinite
		case 0:
			p = 1.0 / (16 * moneySteps)
		case moneySteps:
			p = 1 - 1.0/(16*moneySteps)
		}
		amount := expOf(mean + float64(deviation*normalQuantile(p)))
		m[i] = uint64(float64(amount*100) + 0.5)
	}
	return m
}

// at returns the amount, in cents, that the random number u leads to.
func (m *money) at(u uint64) int64 {
	step, fraction := bits.Mul64(u, moneySteps)
	lo, hi := m[step], m[step+1]
	return int64(lo + below(fraction, hi-lo+1))
}
