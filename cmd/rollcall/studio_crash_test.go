package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/bitmap/bitmaptest"
)

// TestStudioKilled kills a server again and again while segments are saved, refreshed
// and exported. After each start all that was acknowledged is there, no job is stuck, no
// part of an export is taken for a whole one, and counts are right. ROLLCALL_KILLS says
// how often.
func TestStudioKilled(t *testing.T) {
	kills := 3
	if given := os.Getenv("ROLLCALL_KILLS"); given != "" {
		var err error
		if kills, err = strconv.Atoi(given); err != nil {
			t.Fatalf("ROLLCALL_KILLS: %v", err)
		}
	}
	seed := bitmaptest.Seed()
	r := rand.New(rand.NewPCG(seed, 9))
	s := cdnowStudio(t, "--rate", "1000000")
	said := &promises{segments: map[string]float64{}, jobs: map[string]bool{}}
	for kill := range kills {
		ctx, cancel := context.WithCancel(t.Context())
		var busy sync.WaitGroup
		busy.Go(func() { s.saveUntil(ctx, t, kill, said) })
		busy.Go(func() { s.submitUntil(ctx, t, "/parents/CDNOW%20customers/refresh", object{"full": true}, said) })
		busy.Go(func() {
			s.submitUntil(ctx, t, "/parents/CDNOW%20customers/exports",
				object{"rule": goldAndBought, "as_of": "1998-07-01", "format": "csv"}, said)
		})
		pause := time.NewTimer(time.Duration(50+r.IntN(400)) * time.Millisecond)
		<-pause.C // when a machine fails, nothing has come to a good place to stop
		s.stop(t, syscall.SIGKILL)
		cancel()
		busy.Wait()
		s = startStudio(t, s.dir, "--files", cdnowData.Warehouse(t), "--rate", "1000000")
		said.check(t, s)
		if t.Failed() {
			t.Fatalf("seed %d, kill %d", seed, kill+1)
		}
	}
	t.Logf("tally: %d kills of a server: %d versions of segments and %d jobs were acknowledged, none is lost, none is stuck", kills, said.versions, len(said.jobs))
}

// promises is what servers have acknowledged before they were killed.
type promises struct {
	mu       sync.Mutex
	segments map[string]float64 // version by path
	versions int
	jobs     map[string]bool // by number
}

func (p *promises) segment(path string, version float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.segments[path] = version
	p.versions++
}

func (p *promises) job(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.jobs[id] = true
}

// saveUntil creates and changes segments until the server is gone.
func (s *studio) saveUntil(ctx context.Context, t *testing.T, round int, said *promises) {
	t.Helper()
	for n := 0; ; n++ {
		path := fmt.Sprintf("round %d/segment %d", round, n)
		status, data, err := s.ask(ctx, http.MethodPost, "/parents/CDNOW%20customers/segments", object{"path": path, "rule": goldAndBought})
		if err != nil {
			return
		}
		saved := object{}
		if err := json.Unmarshal(data, &saved); err != nil || status != http.StatusCreated {
			t.Errorf("saving %q: status %d: %v: %s", path, status, err, data)
			return
		}
		said.segment(path, 1)
		status, data, err = s.ask(ctx, http.MethodPut, "/parents/CDNOW%20customers/segments/"+url.PathEscape(path),
			object{"rule": "loyalty_tier = 'Gold'"}, "If-Match", `"1"`)
		if err != nil {
			return
		}
		if status != http.StatusOK {
			t.Errorf("changing %q: status %d: %s", path, status, data)
			return
		}
		said.segment(path, 2)
	}
}

// submitUntil submits jobs, one after the other, until the server is gone.
func (s *studio) submitUntil(ctx context.Context, t *testing.T, path string, body object, said *promises) {
	t.Helper()
	for {
		status, data, err := s.ask(ctx, http.MethodPost, path, body)
		if err != nil {
			return
		}
		job := struct {
			ID json.Number `json:"id"`
		}{}
		if err := json.Unmarshal(data, &job); err != nil || status != http.StatusAccepted {
			t.Errorf("%s: status %d: %v: %s", path, status, err, data)
			return
		}
		said.job(job.ID.String())
		for state := "queued"; state == "queued" || state == "running"; {
			_, data, err := s.ask(ctx, http.MethodGet, "/jobs/"+job.ID.String(), nil)
			if err != nil {
				return
			}
			now := struct{ State string }{}
			if err := json.Unmarshal(data, &now); err != nil {
				t.Errorf("job %s: %v: %s", job.ID, err, data)
				return
			}
			state = now.State
		}
	}
}

// check looks for everything that was acknowledged in the server that has taken over.
func (p *promises) check(t *testing.T, s *studio) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for path, version := range p.segments {
		found := s.must(t, http.MethodGet, "/parents/CDNOW%20customers/segments/"+url.PathEscape(path), nil)
		if got, _ := found["version"].(float64); got < version {
			t.Errorf("segment %q has version %v, and version %v was acknowledged", path, got, version)
		}
	}
	for id := range p.jobs {
		if done := s.job(t, id); done["state"] == "failed" {
			t.Errorf("job %s: %v", id, done)
		}
	}
	for _, state := range []string{"queued", "running"} {
		all := s.must(t, http.MethodGet, "/jobs?state="+state, nil)
		items, _ := all["items"].([]any)
		for _, item := range items { // those that go on for the ones that were interrupted
			job, _ := item.(object)
			s.job(t, job["id"])
		}
	}
	answer := s.must(t, http.MethodPost, "/parents/CDNOW%20customers/count", object{"rule": goldAndBought, "as_of": "1998-07-01"})
	if answer["count"] != float64(goldAndBoughtCount) {
		t.Errorf("%v customers, want %d", answer["count"], goldAndBoughtCount)
	}
	exports, err := filepath.Glob(filepath.Join(s.dir, "exports", "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range exports {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(string(data), "\n"); got != 1+goldAndBoughtCount {
			t.Errorf("%s has %d lines, want %d", filepath.Base(file), got, 1+goldAndBoughtCount)
		}
	}
}
