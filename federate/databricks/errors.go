package databricks

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// HTTPError is an answer of the workspace, or of the storage that holds its
// results, that is no success and was not worth another attempt.
type HTTPError struct {
	Call   string        // a method of the warehouse's protocol, "login" or "file of the result"
	Status int           // HTTP status
	Reason string        // the server's words, without secrets; may be empty
	Wait   time.Duration // that the server asked for, where that was too long; else 0
	limit  time.Duration // that Wait is too long for
}

// Error names the call, the status and the reason, and where people look first.
func (e *HTTPError) Error() string {
	s := fmt.Sprintf("%s: the server answered %d %s", e.Call, e.Status, http.StatusText(e.Status))
	if e.Reason != "" {
		s += " (" + e.Reason + ")"
	}
	if e.Wait > 0 {
		return s + fmt.Sprintf(" and asks to wait %.0f s, longer than the %.0f s that are waited", e.Wait.Seconds(), e.limit.Seconds())
	}
	switch {
	case e.Call == callFile && (e.Status == http.StatusForbidden || e.Status == http.StatusGone):
		s += ": the link to it may have expired"
	case e.Call == callFile:
	case e.Status == http.StatusUnauthorized:
		s += ": is the token or the secret right, and not expired?"
	case e.Status == http.StatusForbidden:
		s += ": is the token valid, and may its owner use this warehouse?"
	case e.Status == http.StatusNotFound:
		s += ": is the HTTP path that of a warehouse there?"
	case e.Status >= 300 && e.Status < 400:
		s += ": are the host and the HTTP path right?"
	}
	return s
}

// StatementError is what the warehouse says of a statement that it refused, or
// could not carry out.
type StatementError struct {
	State   string // SQLSTATE, may be empty
	Message string // the warehouse's words, without secrets, at most 2,000 bytes
}

// Error returns the warehouse's words.
func (e *StatementError) Error() string { return e.Message }

// class finds the class of an error in the words of a warehouse.
var class = regexp.MustCompile(`\[([A-Z][A-Z0-9_]+(?:\.[A-Z][A-Z0-9_]+)*)\]`)

// Class returns the class of the error, such as TABLE_OR_VIEW_NOT_FOUND; empty
// where the message has none.
func (e *StatementError) Class() string {
	if m := class.FindStringSubmatch(e.Message); m != nil {
		return m[1]
	}
	return ""
}

// sqlState finds the SQLSTATE in the words of a warehouse.
var sqlState = regexp.MustCompile(`SQLSTATE: ([0-9A-Z]{5})`)

// SQLState returns the SQLSTATE: the one of the words where they have one, since others
// come with one for all errors; empty where there is none.
func (e *StatementError) SQLState() string {
	if m := sqlState.FindStringSubmatch(e.Message); m != nil {
		return m[1]
	}
	return e.State
}

// SQLSTATEs that tell why a statement does not fit a table: the class of features
// that are not there, an object of another kind, and a privilege that is missing.
const (
	stateUnsupported = "0A"
	stateOtherKind   = "42809"
	stateForbidden   = "42501"
)

// What warehouses say of tables without versions, and of missing privileges, where
// neither a SQLSTATE nor a class does.
var (
	unsupportedWords = regexp.MustCompile(`(?i)is not a delta table|only supported for delta tables|(describe history|describe detail|time travel) is not supported`)
	forbiddenWords   = regexp.MustCompile(`(?i)permission denied|insufficient privileges|does not have (permission|privilege)`)
)

// isUnsupported reports whether a table is of a kind that a statement is not for,
// which does not pass.
func (e *StatementError) isUnsupported() bool {
	state := e.SQLState()
	return strings.HasPrefix(state, stateUnsupported) || state == stateOtherKind ||
		slices.Contains([]string{"DELTA_MISSING_DELTA_TABLE", "DELTA_NOT_A_DELTA_TABLE", "DELTA_TABLE_ONLY_OPERATION", "DELTA_ONLY_OPERATION"}, e.Class()) ||
		unsupportedWords.MatchString(e.Message)
}

// isForbidden reports whether who asks lacks a privilege.
func (e *StatementError) isForbidden() bool {
	return e.SQLState() == stateForbidden ||
		slices.Contains([]string{"INSUFFICIENT_PERMISSIONS", "PERMISSION_DENIED", "UNAUTHORIZED_ACCESS"}, e.Class()) ||
		forbiddenWords.MatchString(e.Message)
}

// AnswerError says that an answer of the warehouse cannot be believed, or that
// none came.
type AnswerError struct {
	Call   string // a method of the warehouse's protocol, "login" or "file of the result"
	Reason string // without secrets
	final  bool   // another attempt would end alike
}

// Error names the call and the reason.
func (e *AnswerError) Error() string { return e.Call + ": " + e.Reason }

// ownError returns the first error of this package in err, nil where there is none.
func ownError(err error) error {
	var h *HTTPError
	var s *StatementError
	var a *AnswerError
	switch {
	case errors.As(err, &h):
		return h
	case errors.As(err, &s):
		return s
	case errors.As(err, &a):
		return a
	}
	return nil
}

// transient reports whether what ended with err may well succeed when it is done
// once more, from its start: it does not tell whether doing it twice does harm.
// The end of a context and what the warehouse says of a statement are not transient,
// nor is a server that asks for patience: that it was given.
func transient(err error) bool {
	var h *HTTPError
	var s *StatementError
	var a *AnswerError
	switch {
	case err == nil, errors.Is(err, errClosed), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.As(err, &s):
		return false
	case errors.As(err, &h):
		return !isBusy(h.Status) && (h.Call == callFile || h.Status >= http.StatusInternalServerError)
	case errors.As(err, &a):
		return !a.final
	}
	return true
}

// cut shortens a server's words to what an error repeats.
func cut(text string) string {
	text = strings.TrimSpace(text)
	if len(text) <= maxMessage {
		return text
	}
	return strings.ToValidUTF8(text[:maxMessage], "") + "..."
}
