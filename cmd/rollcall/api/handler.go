package api

import (
	"log/slog"
	"net/http"
	"path"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// prefix starts the paths of all operations.
const prefix = "/api/v1"

// Options of a handler.
type Options struct {
	Version string // of the program
	Demo    bool   // the data is the demonstration's
	// Tokens is the set that the service has. Nil: nobody needs one, and nobody can make
	// one.
	Tokens *access.Set
	// RequireTokens says that everybody needs a token also where none was made yet.
	RequireTokens bool
	// Hosts are the names, beside those of this machine, that requests may be for.
	Hosts []string
	// Page and Assistants answer at / and /mcp; nil: nothing does.
	Page, Assistants http.Handler
	Limits           Limits
	Now              func() time.Time // the clock of tokens, sessions and rates; nil: the machine's
	Log              *slog.Logger     // nil: nothing is logged
}

// Handler answers requests. It is safe for concurrent use.
type Handler struct {
	service  *service.Service
	options  Options
	limits   Limits
	names    []string // hosts
	tokens   *tokens
	sessions *sessions
	rates    *limiters // of callers
	attempts *limiters // wrong tokens, of addresses
	queue    *queue
	metrics  *metrics
	log      *slog.Logger
	now      func() time.Time
	secure   atomic.Bool // TLS: cookies are for it alone
	draining atomic.Bool
	ready    readiness
	document []byte // OpenAPI
	root     http.Handler
}

// New returns a handler over a service. [Serve] has it listen.
func New(s *service.Service, options Options) (*Handler, error) {
	limits := options.Limits.withDefaults()
	now := options.Now
	if now == nil {
		now = time.Now
	}
	h := &Handler{
		service: s, options: options, limits: limits, now: now, log: options.Log,
		sessions: newSessions(limits, now),
		rates:    newLimiters(limits.Rate, limits.Burst, now),
		attempts: newLimiters(float64(limits.Attempts)/60, limits.Attempts, now),
		queue:    newQueue(limits),
	}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	for _, name := range options.Hosts {
		h.names = append(h.names, hostName(name))
	}
	h.tokens = &tokens{set: options.Tokens, now: now, failed: func(err error) { h.log.Error("the file of tokens cannot be read", "error", err) }}
	h.tokens.required.Store(options.RequireTokens)
	h.metrics = newMetrics(h, options.Version)
	return h, h.build()
}

// build puts the steps together that a request passes.
func (h *Handler) build() error {
	operations, document, err := h.operations()
	if err != nil {
		return err
	}
	h.document = document
	mux := http.NewServeMux()
	mux.Handle(prefix+"/", uncached(h.working(h.authenticate(operations))))
	mux.Handle(prefix, h.at("", uncached(http.HandlerFunc(unknownPath))))
	mux.Handle("GET /openapi.json", h.at("GET /openapi.json", http.HandlerFunc(h.serveDocument)))
	mux.Handle("GET /healthz", h.at("GET /healthz", uncached(http.HandlerFunc(h.serveHealth))))
	mux.Handle("GET /readyz", h.at("GET /readyz", uncached(http.HandlerFunc(h.serveReady))))
	mux.Handle("GET /metrics", h.at("GET /metrics", uncached(h.authenticate(h.serveMetrics()))))
	if h.options.Assistants != nil {
		mux.Handle("/mcp", h.at("/mcp", uncached(h.working(h.authenticate(http.MaxBytesHandler(h.options.Assistants, h.limits.BodyBytes))))))
	}
	page := h.options.Page
	if page == nil {
		page = http.HandlerFunc(unknownPath)
	}
	mux.Handle("/", h.at("/", page))
	h.root = h.exchanges(h.hosts(h.origins(h.bodies(clean(mux)))))
	return nil
}

// ServeHTTP answers a request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.root.ServeHTTP(w, r) }

// at notes the route of what is not an operation.
func (h *Handler) at(route string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		exchangeOf(r.Context()).route = route
		next.ServeHTTP(w, r)
	})
}

// working refuses what comes while the server shuts down: connections that are open go on
// until they are closed.
func (h *Handler) working(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.draining.Load() {
			w.Header().Set("Connection", "close")
			p := newProblem(http.StatusServiceUnavailable, codeShutdown, "the server is shutting down", "")
			p.retry = 5
			p.write(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// clean refuses paths that are not in their shortest form. The router would answer with
// another path to go to, and a name of two points would be another operation on the way.
func clean(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		escaped := r.URL.EscapedPath()
		shortest := path.Clean(escaped)
		if strings.HasSuffix(escaped, "/") && shortest != "/" {
			shortest += "/"
		}
		if shortest != escaped {
			unknownPath(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

const unknownDetail = "nothing is at this path"

// unknownPath answers what no route has.
func unknownPath(w http.ResponseWriter, r *http.Request) {
	newProblem(http.StatusNotFound, codeNotFound, unknownDetail, "GET /openapi.json lists all paths").write(w, r)
}

// unmatched answers what no operation has: a path that there is not, or a method that its
// path does not have.
func unmatched(mux *http.ServeMux, pattern string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var allowed []string
		for _, method := range []string{http.MethodDelete, http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut} {
			probe := &http.Request{Method: method, URL: r.URL, Host: r.Host}
			if _, found := mux.Handler(probe); found != pattern {
				allowed = append(allowed, method)
			}
		}
		if len(allowed) == 0 {
			unknownPath(w, r)
			return
		}
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		newProblem(http.StatusMethodNotAllowed, codeMethod, "the path has not this method", "it has "+strings.Join(allowed, ", ")).write(w, r)
	}
}
