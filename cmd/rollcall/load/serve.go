package load

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/rollcall-db/rollcall/ingest"
)

// niceness is how much lower the priority of the process is than the server's.
const niceness = 10

// progressEvery is how often the process says how far it is at most.
const progressEvery = 200 * time.Millisecond

// Serve is the process's side of [Process]: it reads a request from in, does it at a lower
// priority, and writes how it ended to out; that it failed is no error here. gone is called
// when in ends while it works, and is to end the process: whoever has asked is no more.
func Serve(ctx context.Context, in io.Reader, out io.Writer, gone func()) error {
	// All threads of the group, which Process has made of this process alone.
	if err := unix.Setpriority(unix.PRIO_PGRP, 0, niceness); err != nil {
		return err
	}
	from := bufio.NewReader(in)
	dec := json.NewDecoder(from)
	var request wireRequest
	if err := dec.Decode(&request); err != nil {
		return err
	}
	ended := make(chan struct{})
	defer close(ended)
	go func() { // ends with the process: nothing ends a read of its standard input
		_, _ = io.Copy(io.Discard, from)
		select {
		case <-ended:
		default:
			gone()
		}
	}()
	said := &speaker{to: json.NewEncoder(out)}
	m, err := Here(ctx, fromWire(request), said.progress)
	if err != nil {
		return said.say(wireLine{Error: err.Error()})
	}
	return said.say(wireLine{Version: m.Version})
}

// speaker writes lines.
type speaker struct {
	mu   sync.Mutex
	to   *json.Encoder
	last time.Time
	err  error // of the first line that could not be written
}

// progress says how far the load is, unless it has just done so.
func (s *speaker) progress(p ingest.Progress) {
	if now := time.Now(); now.Sub(s.last) >= progressEvery {
		s.last = now
		_ = s.say(wireLine{Progress: &p}) // its error comes back with the last line
	}
}

func (s *speaker) say(line wireLine) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = errors.Join(s.err, s.to.Encode(line))
	return s.err
}
