package api

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxCallers is how many callers have a limiter at a time: two generations of them.
const maxCallers = 8192

// limiters hold each caller to a rate. There are two generations: when the younger is
// full, the older goes, with those who have not come since. Memory is bounded, and
// nobody who comes all the time is forgotten.
type limiters struct {
	rate  rate.Limit
	burst int
	now   func() time.Time

	mu         sync.Mutex
	young, old map[string]*rate.Limiter
}

func newLimiters(perSecond float64, burst int, now func() time.Time) *limiters {
	return &limiters{rate: rate.Limit(perSecond), burst: burst, now: now, young: map[string]*rate.Limiter{}}
}

// take takes one of what a caller may do now. Where there is none left it returns how
// long until there is, and takes nothing.
func (l *limiters) take(caller string) (wait time.Duration, ok bool) {
	now := l.now()
	limiter := l.of(caller)
	if limiter.AllowN(now, 1) {
		return 0, true
	}
	missing := 1 - limiter.TokensAt(now)
	return time.Duration(missing / float64(l.rate) * float64(time.Second)), false
}

// of returns the limiter of a caller.
func (l *limiters) of(caller string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if limiter, ok := l.young[caller]; ok {
		return limiter
	}
	limiter, ok := l.old[caller]
	if !ok {
		limiter = rate.NewLimiter(l.rate, l.burst)
	}
	if len(l.young) >= maxCallers/2 {
		l.young, l.old = map[string]*rate.Limiter{}, l.young
	}
	l.young[caller] = limiter
	return limiter
}

// seconds returns a wait as Retry-After has it: whole seconds, one at least.
func seconds(wait time.Duration) int {
	return max(1, int(math.Ceil(wait.Seconds())))
}
