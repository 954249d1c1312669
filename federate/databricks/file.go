package databricks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// file is the body of a file of a result, which lies in the cloud's storage. An
// answer that breaks off or stalls is asked for again from where it ended, so that
// who reads it sees one file, or an error.
type file struct {
	transport *transport
	req       *http.Request // its context is that of the whole file
	end       func()        // ends that context

	body     io.ReadCloser // of the answer that is being read
	watchdog *watchdog     // of that answer
	size     int64         // bytes of the file; -1: not known
	tag      string        // of the file's content; empty: not known
	got      int64         // bytes
	resumed  int           // times
}

// file fetches a file of a result.
func (t *transport) file(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != "https" && strings.HasPrefix(t.origin, "https:") {
		return nil, &AnswerError{Call: callFile, Reason: "the link to it is one of plain HTTP", final: true}
	}
	ctx, cancel := context.WithCancelCause(req.Context())
	call := callOf(req.Context())
	stop := context.AfterFunc(call, func() { cancel(context.Cause(call)) })
	f := &file{transport: t, req: req.Clone(ctx), end: func() { stop(); cancel(nil) }, size: -1}
	f.req.Header.Set("Accept-Encoding", "identity") // offsets count what is sent
	resp, err := f.open()
	if err != nil {
		f.end()
		return nil, err
	}
	f.size = resp.ContentLength
	if tag := resp.Header.Get("ETag"); strings.HasPrefix(tag, `"`) {
		f.tag = tag
	}
	whole := *resp
	whole.Body = f
	return &whole, nil
}

// open asks for the file, from where it was got to, until there is an answer that
// can be read.
func (f *file) open() (*http.Response, error) {
	t, ctx := f.transport, f.req.Context()
	var resp *http.Response
	err := t.repeat(ctx, func() *failure {
		attempt, w := watch(ctx, t.limits.answer)
		req := f.req.Clone(attempt)
		if f.got > 0 {
			req.Header.Set("Range", fmt.Sprintf("bytes=%d-", f.got))
			if f.tag != "" {
				req.Header.Set("If-Range", f.tag)
			}
		}
		r, err := t.base.RoundTrip(req)
		if err != nil {
			failed := t.broken(attempt, callFile, err, true)
			w.stop()
			return failed
		}
		if failed := f.accept(r, w); failed != nil {
			_ = r.Body.Close() // nobody reads it
			w.stop()
			return failed
		}
		resp, f.body, f.watchdog = r, r.Body, w
		return nil
	})
	return resp, err
}

// accept brings an answer to where the file was got to.
func (f *file) accept(r *http.Response, w *watchdog) *failure {
	w.patience(f.transport.limits.idle)
	switch {
	case r.StatusCode == http.StatusOK:
		_, err := io.CopyN(io.Discard, &watched{r.Body, w}, f.got)
		if err != nil {
			return &failure{err: &AnswerError{Call: callFile, Reason: f.transport.redact.Text(err.Error())}, again: true}
		}
		return nil
	case r.StatusCode == http.StatusPartialContent && f.got > 0 &&
		strings.HasPrefix(r.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", f.got)):
		return nil
	}
	if r.StatusCode >= http.StatusMultipleChoices && r.StatusCode < http.StatusBadRequest && f.got == 0 {
		return nil // storage leads to where the file is; who asked follows
	}
	return f.transport.refusal(r, callFile, true)
}

// Read reads on, in another answer where this one breaks off.
func (f *file) Read(p []byte) (int, error) {
	for {
		f.watchdog.alive()
		n, err := f.body.Read(p)
		f.got += int64(n)
		if err == nil || errors.Is(err, io.EOF) && (f.size < 0 || f.got == f.size) {
			return n, err
		}
		if err := f.resume(err); err != nil {
			return n, err
		}
		if n > 0 {
			return n, nil
		}
	}
}

// resume goes on after an answer that broke off with err.
func (f *file) resume(err error) error {
	ctx := f.req.Context()
	f.close()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	f.resumed++
	if f.resumed >= f.transport.limits.attempts || f.size >= 0 && f.got > f.size {
		return &AnswerError{Call: callFile, Reason: fmt.Sprintf("%d bytes came, %d were declared: %s", f.got, f.size, f.why(err))}
	}
	_, err = f.open()
	return err
}

// why says what an answer broke off with.
func (f *file) why(err error) string {
	if errors.Is(err, context.Canceled) {
		err = errStalled // the file itself has not ended
	}
	return f.transport.redact.Text(err.Error())
}

// close ends the answer that is being read.
func (f *file) close() {
	if f.body == nil {
		return
	}
	_ = f.body.Close() // there is nothing more to know
	f.watchdog.stop()
	f.body = nil
}

// Close ends the file.
func (f *file) Close() error {
	f.close()
	f.end()
	return nil
}
