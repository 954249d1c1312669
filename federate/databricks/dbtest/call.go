package dbtest

import (
	"fmt"
	"io"
	"net/http"

	"github.com/rollcall-db/rollcall/federate/databricks/thrift"
)

// maxRequestBytes bounds a call; longer ones are refused.
const maxRequestBytes = 64 << 20

// call is a Thrift call that is being carried out.
type call struct {
	server  *Server
	request *http.Request
	method  string
	args    thrift.Struct
	hit     hit
	lost    bool     // the answer does not arrive
	release []func() // of what the answer refers to, once it was written
}

// serveThrift answers a call of the warehouse.
func (s *Server) serveThrift(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "only POST is answered here", http.StatusMethodNotAllowed)
		return
	}
	token := bearer(r)
	credential, wrong, status := s.tokens.check(token)
	if wrong != "" {
		deny(w, wrong, status)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBytes))
	if err != nil {
		http.Error(w, "the call did not arrive whole", http.StatusBadRequest)
		return
	}
	m, err := thrift.Decode(body)
	if err != nil || m.Type != thrift.Call {
		http.Error(w, fmt.Sprintf("not a Thrift call: %v", err), http.StatusBadRequest)
		return
	}
	c := &call{server: s, request: r, method: m.Name, args: m.Body.Struct(thrift.Argument)}
	c.hit = s.begin(c.describe(credential))
	if s.refused(w, r, c.hit) {
		return
	}
	if c.hit.is(TokenExpired) {
		s.tokens.expire(token)
		_, wrong, status = s.tokens.check(token)
		deny(w, wrong, status)
		return
	}
	if c.closed(w) {
		return
	}
	c.answer(w, m.Sequence)
}

// deny answers a call whose token is not accepted.
func deny(w http.ResponseWriter, wrong string, status int) {
	w.Header().Set(reasonHeader, wrong)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"error_code":%d,"message":%q}`, status, wrong) // the client may be gone
}

// describe tells what the call is.
func (c *call) describe(credential string) Call {
	d := Call{Method: c.method, UserAgent: c.request.UserAgent(), Credential: credential}
	switch c.method {
	case thrift.MethodOpenSession:
		d.Conf = c.args.Texts(thrift.OpenConfiguration)
	case thrift.MethodExecute:
		d.Statement = c.args.Text(thrift.ExecuteStatement)
		d.Conf = c.args.Texts(thrift.ExecuteConf)
		d.Arrow = c.args.Bool(thrift.ExecuteCanArrow)
	}
	return d
}

// closed carries out faults by which the server has closed what the call is
// about, and tells whether it answered the call.
func (c *call) closed(w http.ResponseWriter) bool {
	o := c.server.operation(c.key())
	session := c.server.session(c.key())
	if o != nil {
		session = o.session
	}
	switch {
	case session != nil && c.hit.is(SessionClosed):
		c.server.drop(session)
		if c.hit.Status != 0 {
			w.Header().Set(thriftHeader, "Invalid SessionHandle")
			w.WriteHeader(c.hit.Status)
			return true
		}
	case o != nil && c.hit.is(OperationClosed):
		c.server.closeOperation(o)
	}
	return false
}

// answer carries the call out and writes what comes of it.
func (c *call) answer(w http.ResponseWriter, sequence int32) {
	defer func() {
		for _, release := range c.release {
			release()
		}
	}()
	kind, body := thrift.Reply, thrift.Fields(nil)
	switch {
	case c.hit.is(ThriftError):
		body = thrift.Fields{{Number: thrift.Result, Value: c.failedResult()}}
	case c.hit.is(ThriftException):
		kind, body = thrift.Exception, exception(c.hit.message("injected"), thrift.ExceptionInternal)
	default:
		if result := c.carryOut(); result != nil {
			body = thrift.Fields{{Number: thrift.Result, Value: result}}
		} else {
			kind, body = thrift.Exception, exception("unknown method "+c.method, thrift.ExceptionUnknownMethod)
		}
	}
	encoded, err := thrift.Encode(c.method, kind, sequence, body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if c.lost {
		cut()
	}
	w.Header().Set("Content-Type", "application/x-thrift")
	c.server.send(w, c.request, c.hit, encoded.Size(), encoded)
}

// failedResult is an answer of the call's method with the status ERROR. Fields
// that generated clients need are there.
func (c *call) failedResult() thrift.Fields {
	result := failed(&SQLError{State: "XX000", Message: c.hit.message("Injected: internal error")})
	if c.method == thrift.MethodOpenSession {
		result = append(result, thrift.Field{Number: thrift.OpenedProtocol, Value: thrift.ProtocolV8})
	}
	return result
}

func exception(message string, kind int32) thrift.Fields {
	return thrift.Fields{
		{Number: thrift.ExceptionMessage, Value: message},
		{Number: thrift.ExceptionKind, Value: kind},
	}
}

// carryOut returns the result of the call, nil where the method is unknown.
func (c *call) carryOut() thrift.Fields {
	switch c.method {
	case thrift.MethodOpenSession:
		return c.openSession()
	case thrift.MethodCloseSession:
		return c.closeSession()
	case thrift.MethodExecute:
		return c.execute()
	case thrift.MethodStatus:
		return c.onOperation(func(o *operation) thrift.Fields { return o.status() })
	case thrift.MethodMetadata:
		return c.onOperation(c.metadata)
	case thrift.MethodFetch:
		return c.onOperation(c.fetch)
	case thrift.MethodCancel:
		return c.onOperation(func(o *operation) thrift.Fields {
			o.cancel(errCanceled)
			return succeeded()
		})
	case thrift.MethodCloseOperation:
		return c.onOperation(func(o *operation) thrift.Fields {
			c.server.closeOperation(o)
			return succeeded()
		})
	}
	return nil
}

// key identifies what the call is about: a session or an operation.
func (c *call) key() string {
	handle := c.args.Struct(thrift.Handle).Struct(thrift.Handle)
	return handle.Text(thrift.HandleGUID) + handle.Text(thrift.HandleSecret)
}

// onOperation carries out a call on an operation that must be open.
func (c *call) onOperation(do func(*operation) thrift.Fields) thrift.Fields {
	o := c.server.operation(c.key())
	if o == nil {
		id := c.args.Struct(thrift.Handle).Struct(thrift.Handle).Bytes(thrift.HandleGUID)
		return failed(&SQLError{State: "HY000", Message: fmt.Sprintf("Invalid OperationHandle: OperationHandle [opType=EXECUTE_STATEMENT, getHandleIdentifier()=%x]", id)})
	}
	return do(o)
}

// succeeded is the result of a call that went well and says no more.
func succeeded() thrift.Fields {
	return thrift.Fields{{Number: thrift.ResponseStatus, Value: thrift.Fields{{Number: thrift.StatusCode, Value: thrift.StatusSuccess}}}}
}

// failed is the result of a call that went wrong.
func failed(err *SQLError) thrift.Fields {
	return thrift.Fields{{Number: thrift.ResponseStatus, Value: thrift.Fields{
		{Number: thrift.StatusCode, Value: thrift.StatusError},
		{Number: thrift.StatusSQLState, Value: err.State},
		{Number: thrift.StatusMessage, Value: err.Message},
		{Number: thrift.StatusDisplay, Value: err.Message},
	}}}
}
