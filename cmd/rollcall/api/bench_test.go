package api

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// The rule of the benchmarks: a bitmap and a window of events.
var benchmarkCount = []byte(`{"rule":"loyalty_tier = 'Gold' and purchase in last 30 days","as_of":"1998-07-01"}`)

// BenchmarkCountLoopback is a count as a client sees it, over a connection that stays open.
func BenchmarkCountLoopback(b *testing.B) {
	s := newStudio(b, unhurried)
	s.built()
	client := s.server.Client()
	for b.Loop() {
		r, err := http.NewRequest(http.MethodPost, s.server.URL+prefix+"/parents/CDNOW/count", bytes.NewReader(benchmarkCount))
		must(b, err)
		r.Header.Set("Content-Type", jsonType)
		answer, err := client.Do(r)
		must(b, err)
		_, err = io.Copy(io.Discard, answer.Body)
		must(b, err)
		must(b, answer.Body.Close())
		if answer.StatusCode != http.StatusOK {
			b.Fatal(answer.Status)
		}
	}
}

// BenchmarkCountHandler is the same without the connection.
func BenchmarkCountHandler(b *testing.B) {
	s := newStudio(b, unhurried)
	s.built()
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "http://localhost"+prefix+"/parents/CDNOW/count", bytes.NewReader(benchmarkCount))
		r.RemoteAddr = "127.0.0.1:50000"
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body)
		}
	}
}

// BenchmarkCountService is the same without HTTP: what is left is the question's own.
func BenchmarkCountService(b *testing.B) {
	s := newStudio(b, unhurried)
	s.built()
	b.ReportAllocs()
	in := service.CountRequest{Ask: service.Ask{Rule: "loyalty_tier = 'Gold' and purchase in last 30 days", AsOf: "1998-07-01"}}
	for b.Loop() {
		_, err := s.service.Count(context.Background(), service.Local(), "CDNOW", in)
		must(b, err)
	}
}

// unhurried lets one caller send as much as it can.
func unhurried(o *Options) { o.Limits.Rate, o.Limits.Burst = 1e9, 1e9 }

// BenchmarkCountClients is sixteen clients at once, each with a connection of its own that
// sends the next count when it has the answer of the one before.
func BenchmarkCountClients(b *testing.B) {
	const clients = 16
	s := newStudio(b, unhurried)
	s.built()
	s.server.Client().Transport.(*http.Transport).MaxIdleConnsPerHost = clients
	took := make([][]time.Duration, clients)
	var each sync.WaitGroup
	b.ResetTimer()
	for i := range clients {
		each.Go(func() {
			for range (b.N + clients - 1) / clients {
				started := time.Now()
				answer, err := s.server.Client().Post(s.server.URL+prefix+"/parents/CDNOW/count", jsonType, bytes.NewReader(benchmarkCount))
				if err != nil {
					b.Error(err)
					return
				}
				if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
					b.Error(answer.Status, err)
				}
				_ = answer.Body.Close()
				took[i] = append(took[i], time.Since(started))
			}
		})
	}
	each.Wait()
	all := slices.Concat(took...)
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-µs")
}
