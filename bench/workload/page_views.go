package workload

import (
	"math/rand/v2"

	"github.com/apache/arrow-go/v18/parquet"
)

// pageViews makes events.page_views.
type pageViews struct {
	eventTable
	url  *picker
	urls []parquet.ByteArray
}

func newPageViews(s Shape, who *activity) *tablePlan {
	p := &pageViews{
		eventTable: newEventTable(s, "page_views", defaultPageViews, who),
		url:        newPicker(hyperbolic(urlCount, 20)),
		urls:       urls(),
	}
	return p.plan("page_views", []column{bigint("customer_id"), timestamp("time"), text("url")}, p.fill)
}

func (p *pageViews) fill(r *rows, hour int) {
	id, when, url := &r.columns[0], &r.columns[1], &r.columns[2]
	p.each(hour, func(random *rand.PCG, customer uint64, at int64) {
		id.ints = append(id.ints, int64(customer)+1)
		when.ints = append(when.ints, at)
		url.texts = append(url.texts, p.urls[p.url.pick(random.Uint64())])
		r.n++
	})
}
