package api

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// stateCollector reads, each time it is asked, how fresh parent segments are and which
// jobs there are.
type stateCollector struct {
	handler                                   *Handler
	version, age, customers, up, jobs, failed *prometheus.Desc
}

// stateTimeout is how long it may take to read the state.
const stateTimeout = 5 * time.Second

func newStateCollector(h *Handler) *stateCollector {
	parent := []string{"parent"}
	return &stateCollector{
		handler:   h,
		version:   prometheus.NewDesc("rollcall_snapshot_version", "Version of a parent segment's snapshot.", parent, nil),
		age:       prometheus.NewDesc("rollcall_snapshot_age_seconds", "Time since a parent segment's snapshot was made.", parent, nil),
		customers: prometheus.NewDesc("rollcall_snapshot_customers", "Customers of a parent segment's snapshot.", parent, nil),
		up:        prometheus.NewDesc("rollcall_parent_up", "Whether a parent segment can be asked.", []string{"parent", "mode"}, nil),
		failed:    prometheus.NewDesc("rollcall_parent_load_failing", "Whether the last build or refresh of a parent segment failed.", parent, nil),
		jobs:      prometheus.NewDesc("rollcall_jobs", "Jobs that are remembered, by state.", []string{"state"}, nil),
	}
}

// Describe names what Collect gives.
func (c *stateCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.version, c.age, c.customers, c.up, c.failed, c.jobs} {
		out <- d
	}
}

// Collect reads the state now. What cannot be read is an error of the scrape.
func (c *stateCollector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), stateTimeout)
	defer cancel()
	if err := c.collectParents(ctx, out); err != nil {
		out <- prometheus.NewInvalidMetric(c.up, err)
	}
	if err := c.collectJobs(ctx, out); err != nil {
		out <- prometheus.NewInvalidMetric(c.jobs, err)
	}
}

func (c *stateCollector) collectParents(ctx context.Context, out chan<- prometheus.Metric) error {
	for after := ""; ; {
		page, err := c.handler.service.Parents(ctx, service.Local(), service.Listing{After: after, Limit: registry.MaxPage})
		if err != nil {
			return err
		}
		for i := range page.Items {
			c.collectParent(&page.Items[i], out)
		}
		if after = page.Next; after == "" {
			return nil
		}
	}
}

func (c *stateCollector) collectParent(p *service.ParentJSON, out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	fresh := &p.Freshness
	gauge(c.up, number(fresh.State == service.StateReady || fresh.State == service.StateInPlace), p.Name, string(p.Mode))
	gauge(c.failed, number(fresh.LastFailure != nil), p.Name)
	if fresh.LastUpdated != nil {
		gauge(c.version, float64(fresh.SnapshotVersion), p.Name)
		gauge(c.customers, float64(fresh.Customers), p.Name)
		gauge(c.age, c.handler.now().Sub(*fresh.LastUpdated).Seconds(), p.Name)
	}
}

// number is a truth as Prometheus has it.
func number(truth bool) float64 {
	if truth {
		return 1
	}
	return 0
}

// jobStates are the states that are counted, so that none is missing at zero.
var jobStates = []registry.JobState{
	registry.Queued, registry.Running, registry.Succeeded, registry.Failed, registry.Cancelled, registry.Interrupted,
}

func (c *stateCollector) collectJobs(ctx context.Context, out chan<- prometheus.Metric) error {
	counts := map[string]int{}
	for after := ""; ; {
		page, err := c.handler.service.Jobs(ctx, service.Local(), service.JobsRequest{Listing: service.Listing{After: after, Limit: registry.MaxPage}})
		if err != nil {
			return err
		}
		for i := range page.Items {
			counts[string(page.Items[i].State)]++
		}
		if after = page.Next; after == "" {
			break
		}
	}
	for _, state := range jobStates {
		out <- prometheus.MustNewConstMetric(c.jobs, prometheus.GaugeValue, float64(counts[string(state)]), string(state))
	}
	return nil
}
