package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// loadClients is how many clients count side by side.
const loadClients = 16

// TestStudioLoad has clients count one after the other while refreshes run, one after the
// other as well, each of which finds a table that has changed. It looks that nobody gets an
// error or a wrong number, and that the server's memory stays bounded. How long the counts
// take is printed, not judged: ROLLCALL_LOAD is how many each client makes.
func TestStudioLoad(t *testing.T) {
	each := 300
	if given := os.Getenv("ROLLCALL_LOAD"); given != "" {
		var err error
		if each, err = strconv.Atoi(given); err != nil {
			t.Fatalf("ROLLCALL_LOAD: %v", err)
		}
	}
	files := filepath.Join(t.TempDir(), "warehouse")
	if err := os.CopyFS(files, os.DirFS(cdnowData.Warehouse(t))); err != nil {
		t.Fatal(err)
	}
	s := cdnowStudioOf(t, files, "--rate", "1000000")
	before := residentKiB(t, s.cmd.Process.Pid)
	var counting atomic.Int64
	counting.Store(loadClients)
	took := make([][]time.Duration, loadClients)
	var clients sync.WaitGroup
	for i := range loadClients {
		clients.Go(func() {
			defer counting.Add(-1)
			took[i] = countAgain(t, s, each)
		})
	}
	refreshes := 0
	for counting.Load() > 0 {
		changed := []string{"analytics/customer_metrics.parquet", "events/purchases.parquet"}[refreshes%2]
		now := time.Now()
		if err := os.Chtimes(filepath.Join(files, changed), now, now); err != nil {
			t.Fatal(err)
		}
		job := s.must(t, http.MethodPost, "/parents/CDNOW%20customers/refresh", object{})
		if done := s.job(t, job["id"]); done["state"] != "succeeded" {
			t.Errorf("refresh %d: %v", refreshes, done)
			break
		}
		refreshes++
	}
	clients.Wait()
	all := slices.Concat(took...)
	slices.Sort(all)
	if len(all) == 0 {
		t.Fatal("nothing was counted")
	}
	at := func(share float64) time.Duration {
		return all[int(share*float64(len(all)-1))].Round(10 * time.Microsecond)
	}
	after := residentKiB(t, s.cmd.Process.Pid)
	t.Logf("tally: %d counts by %d clients during %d refreshes, %d cores: median %v, p99 %v, longest %v; resident memory %d KiB before, %d KiB after",
		len(all), loadClients, refreshes, runtime.NumCPU(), at(0.5), at(0.99), at(1), before, after)
	if most := before + 256<<10; after > most {
		t.Errorf("the server has %d KiB of memory after %d refreshes, and had %d KiB before: want at most %d KiB", after, refreshes, before, most)
	}
}

// countAgain counts the same audience again and again, and returns how long each took.
func countAgain(t *testing.T, s *studio, times int) []time.Duration {
	t.Helper()
	took := make([]time.Duration, 0, times)
	for range times {
		start := time.Now()
		status, data, err := s.ask(t.Context(), http.MethodPost, "/parents/CDNOW%20customers/count",
			object{"rule": goldAndBought, "as_of": "1998-07-01"})
		if err != nil || status != http.StatusOK {
			t.Errorf("status %d: %v: %s", status, err, data)
			return took
		}
		took = append(took, time.Since(start))
		answer := struct{ Count uint64 }{}
		if err := json.Unmarshal(data, &answer); err != nil || answer.Count != goldAndBoughtCount {
			t.Errorf("%v: %s: want the count %d", err, data, goldAndBoughtCount)
			return took
		}
	}
	return took
}

// residentKiB returns the anonymous memory of a process; 0 where the system does not
// tell.
func residentKiB(t *testing.T, pid int) int {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if text, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kib, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "kB")))
			if err != nil {
				t.Fatal(err)
			}
			return kib
		}
	}
	return 0
}
