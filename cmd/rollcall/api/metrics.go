package api

import (
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
)

// metrics are what Prometheus reads, in a registry of their own. Labels are routes,
// statuses and names of parent segments: nothing that a client can make many of.
type metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
}

// latencies are the bounds of the histogram of how long answers take, in seconds: close
// to each other where counts of a snapshot are, up to what a warehouse takes.
var latencies = []float64{.00025, .0005, .001, .002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}

func newMetrics(h *Handler, version string) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "rollcall_http_requests_total", Help: "Requests that were answered, by route and status.",
		}, []string{"route", "status"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "rollcall_http_request_duration_seconds", Help: "How long answers took, by route.", Buckets: latencies,
		}, []string{"route"}),
	}
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "rollcall_build_info", Help: "The program, always 1.",
		ConstLabels: prometheus.Labels{"version": version, "go": runtime.Version()},
	}, func() float64 { return 1 })
	asks := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "rollcall_asks_in_flight", Help: "Questions about audiences that are worked on.",
	}, func() float64 { return float64(h.queue.inFlight()) })
	waiting := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "rollcall_asks_waiting", Help: "Questions that wait for a place.",
	}, func() float64 { return float64(h.queue.waiting.Load()) })
	m.registry.MustRegister(m.requests, m.durations, build, asks, waiting, newStateCollector(h),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observe counts an answer.
func (m *metrics) observe(route string, status int, took time.Duration) {
	route = routeLabel(route)
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.durations.WithLabelValues(route).Observe(took.Seconds())
}

// serveMetrics answers Prometheus. Names of parent segments and numbers of customers are
// in it: where tokens are needed, it needs one that may see numbers.
func (h *Handler) serveMetrics() http.Handler {
	metrics := promhttp.HandlerFor(h.metrics.registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, _ := CallerOf(r.Context())
		if !caller.Roles.Has(access.Counts) {
			h.refuse(w, r, http.StatusForbidden, "FORBIDDEN", "metrics need a token with the role counts", "")
			return
		}
		metrics.ServeHTTP(w, r)
	})
}
