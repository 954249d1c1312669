package workload

import (
	"math/rand/v2"
	"time"
)

// emailOpens makes events.email_opens.
type emailOpens struct{ eventTable }

func newEmailOpens(s Shape, who *activity) *tablePlan {
	e := &emailOpens{newEventTable(s, "email_opens", defaultOpens, who)}
	return e.plan("email_opens", []column{
		bigint("customer_id"), timestamp("time"), bigint("campaign_id").repeated(),
	}, e.fill)
}

func (e *emailOpens) fill(r *rows, hour int) {
	id, when, campaign := &r.columns[0], &r.columns[1], &r.columns[2]
	e.each(hour, func(random *rand.PCG, customer uint64, at int64) {
		id.ints = append(id.ints, int64(customer)+1)
		when.ints = append(when.ints, at)
		campaign.ints = append(campaign.ints, lastCampaign(at)-age(random.Uint64()))
		r.n++
	})
}

// age returns by how many campaigns an open is behind the last one: of 100, 80 by
// none, 12 by one, 8 by two to nine.
func age(u uint64) int64 {
	switch in := below(u, 100); {
	case in < 80:
		return 0
	case in < 92:
		return 1
	default:
		return int64(in) - 90
	}
}

// firstCampaign is when campaign 1 was sent: Tuesday, 4 January 2000, 09:00.
var firstCampaign = time.Date(2000, time.January, 4, 9, 0, 0, 0, time.UTC).UnixMicro()

// lastCampaign returns the campaign that was the last to be sent at an instant, in
// microseconds. Campaigns are sent on Tuesdays and Fridays at 09:00.
func lastCampaign(at int64) int64 {
	weeks, rest := (at-firstCampaign)/(7*dayMicros), (at-firstCampaign)%(7*dayMicros)
	if rest >= 3*dayMicros {
		return 2*weeks + 2
	}
	return 2*weeks + 1
}
