package dbtest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Path is the HTTP path of the only warehouse of a [Server].
const Path = "/sql/1.0/warehouses/local"

// Server is a warehouse as an HTTP handler: the warehouse itself at [Path], its
// OAuth endpoints, and the files of links. It is safe for concurrent use.
type Server struct {
	options Options
	tokens  *tokens
	faults  *faults
	files   *fileStore
	ctx     context.Context // ends with Close
	stop    context.CancelFunc

	mu         sync.Mutex
	sessions   map[string]*session
	operations map[string]*operation
	closed     bool
}

// New returns a server with the given options. It needs Close.
func New(options Options) *Server {
	options = options.withDefaults()
	ctx, stop := context.WithCancel(context.Background())
	s := &Server{
		options:    options,
		tokens:     newTokens(options),
		faults:     newFaults(),
		files:      newFileStore(),
		ctx:        ctx,
		stop:       stop,
		sessions:   map[string]*session{},
		operations: map[string]*operation{},
	}
	for _, f := range options.Faults {
		s.Inject(f)
	}
	return s
}

// Limits of the HTTP server that Serve runs.
const (
	headerTimeout   = 10 * time.Second // for the header of a request to arrive
	shutdownTimeout = 2 * time.Second  // for calls in flight when ctx ends
)

// Serve answers calls on a listener until ctx ends, closes the listener and the
// server, and returns what went wrong before that.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	web := &http.Server{Handler: s, ReadHeaderTimeout: headerTimeout}
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(l) }()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		s.stop() // ends calls that wait
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		if web.Shutdown(last) != nil { // clients that do not read; they lose their connections
			err = web.Close()
		}
		<-ended
	}
	return errors.Join(err, s.Close())
}

// ServeHTTP answers a call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == Path:
		s.serveThrift(w, r)
	case strings.HasPrefix(r.URL.Path, filePrefix):
		s.serveFile(w, r)
	case r.URL.Path == tokenPath || r.URL.Path == azureTokenPath:
		s.serveToken(w, r)
	case wellKnown[r.URL.Path] != nil:
		s.serveDiscovery(w, r)
	default:
		http.Error(w, "no such warehouse: the path is "+Path, http.StatusNotFound)
	}
}

// Open returns how many sessions and operations are open.
func (s *Server) Open() (sessions, operations int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions), len(s.operations)
}

// Inject adds a fault. Of faults that hit the same call, the one injected first
// counts.
func (s *Server) Inject(f Fault) { s.faults.add(f) }

// Clear takes away all faults that were injected; what hit stays counted.
func (s *Server) Clear() { s.faults.clear() }

// Injected returns how often faults hit, by kind: the text of the Kind, with the
// status where there is one ("HTTP status 503").
func (s *Server) Injected() map[string]int { return s.faults.counts() }

// Expire ends the lives of all OAuth tokens given so far.
func (s *Server) Expire() { s.tokens.expireAll() }

// Close ends all sessions and statements, and waits until they have ended. Calls
// that come later are refused.
func (s *Server) Close() error {
	s.stop()
	s.mu.Lock()
	s.closed = true
	var open []*session
	for key, session := range s.sessions {
		open = append(open, session)
		delete(s.sessions, key)
	}
	s.mu.Unlock()
	var errs []error
	for _, session := range open {
		errs = append(errs, s.end(session))
	}
	s.files.clear()
	return errors.Join(errs...)
}
