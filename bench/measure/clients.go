package measure

import (
	"context"
	"sync"
	"time"
)

// leastPerClient is how many executions every client makes however long they
// take.
const leastPerClient = 2

// askTogether asks the query with so many clients at a time, each as soon as
// its last answer is there, for at least d. Before that each asks once, all at a
// time, so that connections are made and statements prepared when the time
// begins. What counts for a client is how long it waited, whatever the engine
// says: waiting for other clients is part of it. All clients have ended when it
// returns.
func (a *asked) askTogether(ctx context.Context, clients int, d time.Duration) (ClientResult, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	waited := make([]durations, clients)
	var group, warm sync.WaitGroup
	warm.Add(clients)
	var start time.Time
	begin := make(chan struct{})
	for i := range clients {
		group.Go(func() {
			_, err := a.once(ctx)
			if err != nil {
				cancel(err)
			}
			warm.Done()
			<-begin // not long where another client failed: that ended its ctx
			for n := 0; err == nil && (n < leastPerClient || time.Since(start) < d); n++ {
				asked := time.Now()
				if _, err = a.once(ctx); err != nil {
					cancel(err) // the first error is the cause; it ends the others
					return
				}
				waited[i] = append(waited[i], time.Since(asked))
			}
		})
	}
	warm.Wait()
	start = time.Now()
	close(begin)
	group.Wait()
	took := time.Since(start)
	if err := context.Cause(ctx); err != nil {
		return ClientResult{}, err
	}
	var all durations
	for _, w := range waited {
		all = append(all, w...)
	}
	return ClientResult{
		Clients: clients,
		Runs:    len(all),
		PerSec:  float64(len(all)) / max(took.Seconds(), 1e-9),
		P99US:   Quantile(all.micros(), 0.99),
	}, nil
}
