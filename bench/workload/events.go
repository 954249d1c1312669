package workload

import (
	"math/bits"
	"math/rand/v2"
	"time"
)

const (
	dayMicros  = 24 * hourMicros
	hourMicros = int64(time.Hour / time.Microsecond)
)

// Events per customer in the default shape. Others have them in the same
// proportion.
const (
	defaultPurchases = 5
	defaultPageViews = 12
	defaultOpens     = 3.02
	defaultEvents    = 20.02
)

// hourWeights are how much happens in each hour of a day.
var hourWeights = [24]uint64{3, 2, 2, 1, 1, 2, 3, 5, 7, 8, 8, 8, 9, 8, 8, 8, 8, 9, 10, 11, 11, 9, 7, 5}

// eventTable makes the rows of a table of events, an hour at a time.
type eventTable struct {
	total int64  // rows of all days
	days  uint64 // of the workload
	key   uint64
	start int64 // of the workload, in microseconds
	who   *activity
}

func newEventTable(s Shape, name string, rate float64, who *activity) eventTable {
	events := float64(s.EventsPerCustomer*rate) / defaultEvents
	return eventTable{
		total: int64(float64(float64(s.Customers)*events) + 0.5),
		days:  uint64(s.Days),
		key:   keyOf(s.Seed, name),
		start: startOf(s).UnixMicro(),
		who:   who,
	}
}

// before returns the number of rows before an hour, counted from the start. Behind
// the end it goes on at the same rate.
func (e *eventTable) before(hour int) int64 {
	weight, day := uint64(0), uint64(0)
	for h, w := range hourWeights {
		if h < hour%24 {
			weight += w
		}
		day += w
	}
	weight += uint64(hour/24) * day
	hi, lo := bits.Mul64(uint64(e.total), weight)
	rows, _ := bits.Div64(hi, lo, e.days*day)
	return int64(rows)
}

// each calls add for each event of an hour, in the order of their instants, with the
// customer, counted from 0.
//
// The hour is divided evenly among its events; each is at a random instant of its
// share.
func (e *eventTable) each(hour int, add func(random *rand.PCG, customer uint64, at int64)) {
	const precision = 24 // bits behind a microsecond
	n := e.before(hour+1) - e.before(hour)
	if n == 0 {
		return
	}
	random := rand.NewPCG(e.key, uint64(int64(hour)-int64(e.days)*24))
	share := uint64(hourMicros) << precision / uint64(n)
	for i := range uint64(n) {
		at := e.start + int64(hour)*hourMicros + int64((i*share+below(random.Uint64(), share))>>precision)
		add(random, e.who.draw(random, at), at)
	}
}

// plan returns the plan of the table with all its days.
func (e *eventTable) plan(name string, columns []column, fill func(r *rows, hour int)) *tablePlan {
	days := int(e.days)
	return &tablePlan{
		schema: schemaEvents, name: name, columns: columns,
		hi: days * 24, grain: 24, parts: partsFor(e.total, days),
		rows: e.total, groupRows: eventGroupRows, before: e.before, fill: fill,
	}
}
