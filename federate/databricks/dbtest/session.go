package dbtest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/rollcall-db/rollcall/federate/databricks/thrift"
)

// session of a client.
type session struct {
	key     string // identifies it in calls
	sql     SQLSession
	timeout time.Duration // of statements; 0: none
	turn    chan struct{} // holds one element while sql is in use
	used    time.Time     // last call; guarded by Server.mu
}

// take waits for the turn to use the engine's session, or for the end of ctx.
func (s *session) take(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (s *session) give() { <-s.turn }

// timeoutParam is the session parameter that the server itself keeps, in seconds.
const timeoutParam = "STATEMENT_TIMEOUT"

func (c *call) openSession() thrift.Fields {
	namespace := c.args.Struct(thrift.OpenNamespace)
	catalog, schema := namespace.Text(thrift.NamespaceCatalog), namespace.Text(thrift.NamespaceSchema)
	params := c.args.Texts(thrift.OpenConfiguration)
	opened := &session{turn: make(chan struct{}, 1), used: time.Now()}
	if text, ok := params[timeoutParam]; ok {
		seconds, err := strconv.Atoi(text)
		if err != nil || seconds < 0 {
			return openFailed(&SQLError{State: "42K0I", Message: fmt.Sprintf("[INVALID_CONF_VALUE] The value '%s' in the config %q is invalid. SQLSTATE: 42K0I", text, timeoutParam)})
		}
		opened.timeout = time.Duration(seconds) * time.Second
	}
	sql, err := c.server.options.Engine.OpenSession(c.request.Context(), catalog, schema, params)
	if err != nil {
		return openFailed(asSQLError(err))
	}
	opened.sql = sql
	guid, secret := newID(), newID()
	opened.key = string(guid) + string(secret)
	if !c.server.keep(opened) {
		return openFailed(asSQLError(errors.Join(errServerClosed, sql.Close())))
	}
	return append(succeeded(),
		thrift.Field{Number: thrift.OpenedProtocol, Value: thrift.ProtocolV8},
		thrift.Field{Number: thrift.OpenedHandle, Value: thrift.Fields{{Number: thrift.Handle, Value: identifier(guid, secret)}}},
		thrift.Field{Number: thrift.OpenedNamespace, Value: thrift.Fields{
			{Number: thrift.NamespaceCatalog, Value: catalog}, {Number: thrift.NamespaceSchema, Value: schema},
		}},
		thrift.Field{Number: thrift.OpenedCatalogs, Value: true},
	)
}

var errServerClosed = errors.New("the warehouse is stopping")

func openFailed(err *SQLError) thrift.Fields {
	return append(failed(err), thrift.Field{Number: thrift.OpenedProtocol, Value: thrift.ProtocolV8})
}

func identifier(guid, secret []byte) thrift.Fields {
	return thrift.Fields{{Number: thrift.HandleGUID, Value: guid}, {Number: thrift.HandleSecret, Value: secret}}
}

// asSQLError returns an error as a warehouse would tell it.
func asSQLError(err error) *SQLError {
	if known := (*SQLError)(nil); errors.As(err, &known) {
		return known
	}
	return &SQLError{State: "XX000", Message: "[INTERNAL_ERROR] " + err.Error() + " SQLSTATE: XX000"}
}

// keep enters a session, but not after Close.
func (s *Server) keep(opened *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.sessions[opened.key] = opened
	return true
}

// session returns an open session, nil where there is none of that key. It ends
// sessions that were idle for too long, as they are noticed.
func (s *Server) session(key string) *session {
	now := time.Now()
	s.mu.Lock()
	var idle []*session
	for key, other := range s.sessions {
		if now.Sub(other.used) > s.options.SessionIdle {
			idle = append(idle, other)
			delete(s.sessions, key)
		}
	}
	found := s.sessions[key]
	if found != nil {
		found.used = now
	}
	s.mu.Unlock()
	for _, other := range idle {
		_ = s.end(other) // nobody is there to be told
	}
	return found
}

// drop closes a session that the server does not want any more.
func (s *Server) drop(session *session) {
	s.mu.Lock()
	delete(s.sessions, session.key)
	s.mu.Unlock()
	_ = s.end(session) // nobody is there to be told
}

func (c *call) closeSession() thrift.Fields {
	s := c.server
	s.mu.Lock()
	open := s.sessions[c.key()]
	delete(s.sessions, c.key())
	s.mu.Unlock()
	if open == nil {
		return failed(c.unknownSession())
	}
	if err := s.end(open); err != nil {
		return failed(asSQLError(err))
	}
	return succeeded()
}

func (c *call) unknownSession() *SQLError {
	id := c.args.Struct(thrift.Handle).Struct(thrift.Handle).Bytes(thrift.HandleGUID)
	return &SQLError{State: "HY000", Message: fmt.Sprintf("Invalid SessionHandle: SessionHandle [%x]", id)}
}

// end closes what a session that was taken out of the list has: its operations,
// its files and the engine's session.
func (s *Server) end(ended *session) error {
	s.mu.Lock()
	var open []*operation
	for _, o := range s.operations {
		if o.session == ended {
			open = append(open, o)
		}
	}
	s.mu.Unlock()
	for _, o := range open { // all at once, so that none waits for another that runs
		o.cancel(errClosed)
	}
	for _, o := range open {
		s.closeOperation(o)
	}
	s.files.dropSession(ended)
	ended.turn <- struct{}{} // nothing uses it any more, so this waits for what is ending
	defer ended.give()
	return ended.sql.Close()
}
