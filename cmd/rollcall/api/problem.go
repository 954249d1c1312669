package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// Problem is the body of every answer that is an error: application/problem+json of RFC
// 9457, with members of ours. Code is what programs tell errors apart by.
type Problem struct {
	service.Problem
	retry int // seconds until a request makes sense again; 0: not said
}

// Error is what is wrong.
func (p *Problem) Error() string { return p.Detail }

// GetStatus returns the status of the answer.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType returns that of the answer.
func (p *Problem) ContentType(string) string { return problemType }

// GetHeaders returns what the answer has besides.
func (p *Problem) GetHeaders() http.Header {
	header := http.Header{}
	if p.Status == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", `Bearer realm="rollcall"`)
	}
	if p.retry > 0 {
		header.Set("Retry-After", strconv.Itoa(p.retry))
	}
	return header
}

const problemType = "application/problem+json"

// Codes of errors that come up before package service is asked.
const (
	codeMalformed     = "MALFORMED"
	codeInvalid       = "INVALID"
	codeUnauthorized  = "UNAUTHORIZED"
	codeNotFound      = "NOT_FOUND"
	codeMethod        = "METHOD_NOT_ALLOWED"
	codeNotAcceptable = "NOT_ACCEPTABLE"
	codeMediaType     = "UNSUPPORTED_MEDIA_TYPE"
	codeTooLarge      = "TOO_LARGE"
	codeTimeout       = "TIMEOUT"
	codeRange         = "RANGE"
	codeRate          = "RATE"
	codeBusy          = "BUSY"
	codeShutdown      = "SHUTTING_DOWN"
	codeInternal      = "INTERNAL"
)

// codes are those of a status that comes from the checks of the document.
var codes = map[int]string{
	http.StatusBadRequest:            codeMalformed,
	http.StatusNotAcceptable:         codeNotAcceptable,
	http.StatusRequestTimeout:        codeTimeout,
	http.StatusRequestEntityTooLarge: codeTooLarge,
	http.StatusUnsupportedMediaType:  codeMediaType,
	http.StatusUnprocessableEntity:   codeInvalid,
}

// newProblem returns an error of this package.
func newProblem(status int, code, detail, hint string) *Problem {
	return &Problem{Problem: service.Problem{Status: status, Title: http.StatusText(status), Code: code, Detail: detail, Hint: hint}}
}

// problemOf returns the answer for an error of package service to who is not known.
func problemOf(err error) *Problem { return problemFor(service.Caller{}, err) }

// problemFor returns the answer for an error of package service, as a caller may see it.
func problemFor(who service.Caller, err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	p = &Problem{Problem: *service.ProblemFor(who, err)}
	if p.Status == http.StatusServiceUnavailable {
		p.retry = 1
	}
	return p
}

// write answers with a problem.
func (p *Problem) write(w http.ResponseWriter, r *http.Request) {
	p.RequestID = RequestID(r.Context())
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Del("Content-Length")
	w.Header().Set("Content-Type", problemType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // a client that is gone reads no error either
}

// refuse answers a request that does not get as far as a route.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, status int, code, detail, hint string) {
	newProblem(status, code, detail, hint).write(w, r)
}
