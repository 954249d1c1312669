package measure

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestClients runs in a bubble of its own time, where an execution takes as long
// as the engine says, exactly. The bubble does not end before its goroutines do.
func TestClients(t *testing.T) {
	for _, c := range []struct {
		name    string
		takes   time.Duration
		asked   int // of one client
		perSec  float64
		engines int
	}{
		{"many in the time", 100 * time.Millisecond, 10, 40, 4},
		{"twice however slow", 3 * time.Second, 2, 4 / 3.0, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newFake("a", 1)
				a.took = func(int) time.Duration {
					time.Sleep(c.takes)
					return c.takes
				}
				o := Options{Runs: 1, Budget: time.Hour, Clients: []int{1, c.engines}, ClientTime: time.Second, Progress: quiet}
				got, err := Time(t.Context(), "s", ask1, list(a), o)
				if err != nil {
					t.Fatal(err)
				}
				want := []ClientResult{
					{Clients: 1, Runs: c.asked, PerSec: c.perSec / 4, P99US: micros(c.takes)},
					{Clients: 4, Runs: 4 * c.asked, PerSec: c.perSec, P99US: micros(c.takes)},
				}
				if diff := cmp.Diff(want, got[0].Clients); diff != "" {
					t.Errorf("clients (-want +got):\n%s", diff)
				}
				if want := 3 + (1 + c.asked) + 4*(1+c.asked); a.counts != want {
					t.Errorf("%d executions, want %d", a.counts, want)
				}
			})
		})
	}
}

// TestClientsWarmUp has an engine whose first execution of each client is slow, as
// that of a new connection is: nothing of it counts.
func TestClientsWarmUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", 1)
		a.took = func(nth int) time.Duration {
			took := 100 * time.Millisecond
			if nth >= 3 && nth < 3+4 { // one warm-up and one run of two come before the clients
				took = time.Duration(nth) * 10 * time.Second
			}
			time.Sleep(took)
			return took
		}
		o := Options{Runs: 1, Budget: time.Hour, Clients: []int{4}, ClientTime: time.Second, Progress: quiet}
		got, err := Time(t.Context(), "s", ask1, list(a), o)
		if err != nil {
			t.Fatal(err)
		}
		want := []ClientResult{{Clients: 4, Runs: 40, PerSec: 40, P99US: 100_000}}
		if diff := cmp.Diff(want, got[0].Clients); diff != "" {
			t.Errorf("clients (-want +got):\n%s", diff)
		}
	})
}

// TestClientsWait has an engine that answers one client at a time: the others'
// waiting counts.
func TestClientsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", 1)
		turn := make(chan struct{}, 1)
		a.took = func(int) time.Duration {
			turn <- struct{}{}
			time.Sleep(time.Second)
			<-turn
			return time.Second
		}
		o := Options{Runs: 1, Budget: time.Hour, Clients: []int{4}, ClientTime: time.Second, Progress: quiet}
		got, err := Time(t.Context(), "s", ask1, list(a), o)
		if err != nil {
			t.Fatal(err)
		}
		if r := got[0].Clients[0]; r.PerSec != 1 || r.P99US < 2e6 {
			t.Errorf("throughput %v/s, p99 %v µs; want 1/s and at least the time of two executions", r.PerSec, r.P99US)
		}
	})
}

func TestClientsErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newFake("a", 1)
		var once sync.Once
		a.took = func(int) time.Duration {
			time.Sleep(time.Millisecond)
			return time.Millisecond
		}
		a.count = func(_ string, nth int) (n int64, err error) {
			if nth > 20 {
				once.Do(func() { n = 5 })
			}
			return n + 1, nil
		}
		o := Options{Runs: 1, Budget: time.Hour, Clients: []int{4}, ClientTime: time.Hour, Progress: quiet}
		_, err := Time(t.Context(), "s", ask1, list(a), o)
		if !errors.Is(err, ErrDiffer) {
			t.Errorf("error %v, want ErrDiffer", err)
		}
		if a.open != 0 || a.counts > 40 {
			t.Errorf("after the error: %d prepared queries open, %d executions", a.open, a.counts)
		}
	})
}
