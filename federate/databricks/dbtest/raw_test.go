package dbtest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
	"github.com/rollcall-db/rollcall/federate/databricks/thrift"
)

// rawClient sends calls as they are, so that a test sees answers as they are.
type rawClient struct {
	t     *testing.T
	url   string
	token string
}

func (w *warehouse) raw(t *testing.T) *rawClient {
	return &rawClient{t: t, url: w.http.URL + dbtest.Path, token: token}
}

// httpError is an answer that is no Thrift.
type httpError struct {
	status int
	header http.Header
}

func (e *httpError) Error() string { return http.StatusText(e.status) }

// statusError is an answer with the status ERROR.
type statusError string

func (e statusError) Error() string { return string(e) }

// call returns the result of a call, with an error where it says ERROR.
func (c *rawClient) call(method string, args thrift.Fields) (thrift.Struct, error) {
	c.t.Helper()
	return c.callWithin(context.WithoutCancel(c.t.Context()), method, args) // clean-up calls too
}

// callWithin is call with an end.
func (c *rawClient) callWithin(ctx context.Context, method string, args thrift.Fields) (thrift.Struct, error) {
	c.t.Helper()
	encoded, err := thrift.Encode(method, thrift.Call, 7, thrift.Fields{{Number: thrift.Argument, Value: args}})
	if err != nil {
		c.t.Fatal(err)
	}
	var body bytes.Buffer
	if _, err := encoded.WriteTo(&body); err != nil {
		c.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, &body)
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, &httpError{answer.StatusCode, answer.Header}
	}
	m, err := thrift.Decode(data)
	if err != nil {
		return nil, err
	}
	if m.Type == thrift.Exception {
		return nil, errors.New(m.Body.Text(thrift.ExceptionMessage))
	}
	if m.Name != method || m.Sequence != 7 {
		c.t.Errorf("the answer is to %s %d, the call was %s 7", m.Name, m.Sequence, method)
	}
	result := m.Body.Struct(thrift.Result)
	if status := result.Struct(thrift.ResponseStatus); status.Int(thrift.StatusCode) != 0 {
		return result, statusError(status.Text(thrift.StatusMessage))
	}
	return result, nil
}

// handleOf repeats a handle of an answer as an argument.
func handleOf(answer thrift.Struct, field int16) thrift.Fields {
	id := answer.Struct(field).Struct(thrift.Handle)
	return thrift.Fields{{Number: thrift.Handle, Value: thrift.Fields{
		{Number: thrift.HandleGUID, Value: id.Bytes(thrift.HandleGUID)},
		{Number: thrift.HandleSecret, Value: id.Bytes(thrift.HandleSecret)},
	}}}
}

// about are arguments that have a handle only.
func about(handle thrift.Fields) thrift.Fields {
	return thrift.Fields{{Number: thrift.Handle, Value: handle}}
}

// open begins a session, closed at the end of the test if need be.
func (c *rawClient) open(params map[string]string) thrift.Fields {
	c.t.Helper()
	answer, err := c.call(thrift.MethodOpenSession, thrift.Fields{{Number: thrift.OpenConfiguration, Value: params}})
	if err != nil {
		c.t.Fatal(err)
	}
	handle := handleOf(answer, thrift.OpenedHandle)
	c.t.Cleanup(func() { _, _ = c.call(thrift.MethodCloseSession, about(handle)) }) // it may be closed
	return handle
}

// execute starts a statement, with direct results of so many rows if above 0.
func (c *rawClient) execute(session thrift.Fields, statement string, direct int64) (thrift.Struct, error) {
	c.t.Helper()
	args := thrift.Fields{
		{Number: thrift.Handle, Value: session},
		{Number: thrift.ExecuteStatement, Value: statement},
		{Number: thrift.ExecuteCanArrow, Value: true},
		{Number: thrift.ExecuteCanDownload, Value: true},
		{Number: thrift.ExecuteArrowTypes, Value: thrift.Fields{{Number: thrift.ArrowTypesDecimal, Value: true}}},
	}
	if direct > 0 {
		args = append(args, thrift.Field{Number: thrift.ExecuteDirect, Value: thrift.Fields{{Number: thrift.DirectMaxRows, Value: direct}}})
	}
	return c.call(thrift.MethodExecute, args)
}

// start starts a statement in a session of its own and waits until it ran.
func (c *rawClient) start(statement string) (session, operation thrift.Fields) {
	c.t.Helper()
	session = c.open(nil)
	answer, err := c.execute(session, statement, 0)
	if err != nil {
		c.t.Fatal(err)
	}
	operation = handleOf(answer, thrift.ExecutedHandle)
	c.until(operation, thrift.StateFinished)
	return session, operation
}

// until waits for a state of an operation, and returns the answer that has it.
func (c *rawClient) until(operation thrift.Fields, state int32) thrift.Struct {
	c.t.Helper()
	var answer thrift.Struct
	for range 400 {
		var err error
		if answer, err = c.call(thrift.MethodStatus, about(operation)); err != nil {
			c.t.Fatal(err)
		}
		if int32(answer.Int(thrift.OperationState)) == state {
			return answer
		}
		time.Sleep(5 * time.Millisecond)
	}
	c.t.Fatalf("the state is %d, want %d: %s", answer.Int(thrift.OperationState), state, answer.Text(thrift.OperationDisplay))
	return nil
}

// fetch asks for the next rows.
func (c *rawClient) fetch(operation thrift.Fields, rows int64) (thrift.Struct, error) {
	c.t.Helper()
	return c.call(thrift.MethodFetch, thrift.Fields{
		{Number: thrift.Handle, Value: operation},
		{Number: thrift.FetchOrientation, Value: thrift.OrientationNext},
		{Number: thrift.FetchMaxRows, Value: rows},
		{Number: thrift.FetchMetadata, Value: true},
	})
}

// got is a page, read.
type got struct {
	Offset int64
	Rows   int64 // declared
	More   bool
	First  int64  // id of the first row that came, -1 where none did
	Came   int64  // rows that came
	Name   string // of the first column, by Arrow
	Bad    bool   // the Arrow data cannot be read
}

// page fetches a page, downloads its files, and reads it.
func (c *rawClient) page(operation thrift.Fields, rows int64) (*got, error) {
	c.t.Helper()
	answer, err := c.fetch(operation, rows)
	if err != nil {
		return nil, err
	}
	return c.read(answer)
}

// read reads the page of an answer of FetchResults.
func (c *rawClient) read(answer thrift.Struct) (*got, error) {
	c.t.Helper()
	set := answer.Struct(thrift.FetchedRows)
	g := &got{Offset: set.Int(thrift.RowsOffset), More: answer.Bool(thrift.FetchedMore), First: -1}
	header := answer.Struct(thrift.FetchedMetadata).Bytes(thrift.MetadataArrowSchema)
	for _, v := range set.List(thrift.RowsBatches) {
		g.Rows += v.(thrift.Struct).Int(thrift.BatchCount)
		g.arrow(append(bytes.Clone(header), v.(thrift.Struct).Bytes(thrift.BatchData)...))
	}
	for _, v := range set.List(thrift.RowsLinks) {
		g.Rows += v.(thrift.Struct).Int(thrift.LinkCount)
		data, err := download(c.t, v.(thrift.Struct).Text(thrift.LinkURL), "")
		if err != nil {
			return nil, err
		}
		g.arrow(data)
	}
	return g, nil
}

func (g *got) arrow(data []byte) {
	defer func() {
		if recover() != nil {
			g.Bad = true
		}
	}()
	r, err := ipc.NewReader(bytes.NewReader(data))
	if err != nil {
		g.Bad = true
		return
	}
	defer r.Release()
	g.Name = r.Schema().Field(0).Name
	for r.Next() {
		batch := r.RecordBatch()
		if ids, ok := batch.Column(0).(interface{ Value(int) int64 }); ok && g.First < 0 && batch.NumRows() > 0 {
			g.First = ids.Value(0)
		}
		g.Came += batch.NumRows()
	}
	g.Bad = g.Bad || r.Err() != nil
}

// download gets a file.
func download(t *testing.T, url, authorization string) ([]byte, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return nil, &httpError{answer.StatusCode, answer.Header}
	}
	return io.ReadAll(answer.Body)
}
