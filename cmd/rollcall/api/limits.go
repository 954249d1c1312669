package api

import (
	"runtime"
	"time"
)

// Limits say what one request, one caller and all of them together may take. What is zero
// has the default.
type Limits struct {
	Header time.Duration // for the header of a request to come; 5 s
	Body   time.Duration // for all of its body; 30 s
	Idle   time.Duration // between two requests of a connection; 2 min
	Write  time.Duration // for the client to take a piece of the answer; 30 s
	Grace  time.Duration // for requests to end at shutdown; 20 s

	Connections        int   // open at a time; 4096
	BodyBytes          int64 // of a body; 1 MiB
	ConfigurationBytes int64 // of a configuration; 4 MiB

	Asks  int           // questions that are worked on at a time; 4 for each processor
	Queue int           // that wait for a place; 16 for each place
	Wait  time.Duration // for a place; 10 s

	Rate  float64 // requests of a caller in a second, over time; 500
	Burst int     // requests of a caller at once; 1000

	Attempts int // tokens that are none, of an address in a minute; 30

	SessionIdle time.Duration // until a session ends that is not used; 2 h
	SessionEnd  time.Duration // until a session ends that is; 12 h
}

// MaxHeaderBytes is the greatest size of a request's line and header, in bytes.
const MaxHeaderBytes = 64 << 10

// withDefaults returns the limits with every zero replaced.
func (l Limits) withDefaults() Limits {
	setDefault(&l.Header, 5*time.Second)
	setDefault(&l.Body, 30*time.Second)
	setDefault(&l.Idle, 2*time.Minute)
	setDefault(&l.Write, 30*time.Second)
	setDefault(&l.Grace, 20*time.Second)
	setDefault(&l.Connections, 4096)
	setDefault(&l.BodyBytes, 1<<20)
	setDefault(&l.ConfigurationBytes, 4<<20)
	setDefault(&l.Asks, 4*runtime.GOMAXPROCS(0))
	setDefault(&l.Queue, 16*l.Asks)
	setDefault(&l.Wait, 10*time.Second)
	setDefault(&l.Rate, 500)
	setDefault(&l.Burst, 1000)
	setDefault(&l.Attempts, 30)
	setDefault(&l.SessionIdle, 2*time.Hour)
	setDefault(&l.SessionEnd, 12*time.Hour)
	return l
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
