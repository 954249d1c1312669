package databricks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// file is the body of a file of a result, which lies in the cloud's storage. An
// answer that breaks off or stalls is asked for again, so that who reads it sees one
// file, or an error.
//
// It goes on from where it ended where the storage names the content by a strong
// tag, and says that the rest is of the same. Else it begins anew, and what comes
// up to there must be what came before.
type file struct {
	transport *transport
	req       *http.Request // its context is that of the whole file
	end       func()        // ends that context

	body     io.ReadCloser  // of the answer that is being read
	watchdog *watchdog      // of that answer
	size     int64          // bytes of the file; -1: not known
	tag      string         // strong, of the file's content; empty: none is known
	whole    bool           // the rest alone is not asked for: the storage's word on it is not to be relied on
	got      int64          // bytes
	hash     *xxhash.Digest // of these bytes
	resumed  int            // times
	failed   error          // why it could not be gone on with
}

// file fetches a file of a result.
func (t *transport) file(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != "https" && strings.HasPrefix(t.origin, "https:") {
		return nil, &AnswerError{Call: callFile, Reason: "the link to it is one of plain HTTP", final: true}
	}
	ctx, cancel := context.WithCancelCause(req.Context())
	call := callOf(req.Context())
	stop := context.AfterFunc(call, func() { cancel(context.Cause(call)) })
	f := &file{transport: t, req: req.Clone(ctx), end: func() { stop(); cancel(nil) }, size: -1, hash: xxhash.New()}
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
	once := *resp
	once.Body = f
	return &once, nil
}

// open asks for the file until there is an answer that can be read from where it was
// got to.
func (f *file) open() (*http.Response, error) {
	t, ctx := f.transport, f.req.Context()
	var resp *http.Response
	err := t.repeat(ctx, func() *failure {
		attempt, w := watch(ctx, t.limits.answer)
		req := f.req.Clone(attempt)
		if f.got > 0 && f.tag != "" && !f.whole {
			req.Header.Set("Range", fmt.Sprintf("bytes=%d-", f.got))
			req.Header.Set("If-Range", f.tag)
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
	case r.StatusCode == http.StatusOK && f.got == 0:
		return nil
	case r.StatusCode == http.StatusOK:
		return f.skip(r, w)
	case r.StatusCode == http.StatusPartialContent && f.got > 0 && !f.whole:
		if why := f.doubt(r); why != "" {
			f.whole = true
			return &failure{err: &AnswerError{Call: callFile, Reason: why}, again: true, atOnce: true}
		}
		return nil
	}
	if r.StatusCode >= http.StatusMultipleChoices && r.StatusCode < http.StatusBadRequest && f.got == 0 {
		return nil // storage leads to where the file is; who asked follows
	}
	return f.transport.refusal(r, callFile, true)
}

// doubt says why an answer may be no rest of the file that was begun, empty where it
// is one.
func (f *file) doubt(r *http.Response) string {
	begins := fmt.Sprintf("bytes %d-", f.got)
	found := r.Header.Get("Content-Range")
	_, total, _ := strings.Cut(found, "/")
	size, err := strconv.ParseInt(total, 10, 64)
	switch {
	case r.Header.Get("ETag") != f.tag:
		return fmt.Sprintf("the storage gives the rest of %q, expected %q", r.Header.Get("ETag"), f.tag)
	case !strings.HasPrefix(found, begins), err != nil, f.size >= 0 && size != f.size:
		return fmt.Sprintf("the storage gives %q of it, expected %q and %d bytes in all", found, begins, f.size)
	}
	return ""
}

// skip reads what came before once more, which must be the same.
func (f *file) skip(r *http.Response, w *watchdog) *failure {
	if f.size >= 0 && r.ContentLength >= 0 && r.ContentLength != f.size {
		return &failure{err: &AnswerError{Call: callFile, Reason: fmt.Sprintf("the storage has replaced it: it had %d bytes, and has %d", f.size, r.ContentLength)}}
	}
	hash := xxhash.New()
	if _, err := io.CopyN(hash, &watched{r.Body, w}, f.got); err != nil {
		return &failure{err: &AnswerError{Call: callFile, Reason: f.transport.redact.Text(err.Error())}, again: true}
	}
	if hash.Sum64() != f.hash.Sum64() {
		return &failure{err: &AnswerError{Call: callFile, Reason: fmt.Sprintf("the storage has replaced it: its first %d bytes are not those that came before", f.got)}}
	}
	return nil
}

// Read reads on, in another answer where this one breaks off.
func (f *file) Read(p []byte) (int, error) {
	if f.body == nil { // an earlier read failed, or the file was closed
		return 0, cmp.Or(f.failed, http.ErrBodyReadAfterClose)
	}
	for {
		f.watchdog.alive()
		n, err := f.body.Read(p)
		_, _ = f.hash.Write(p[:n]) // never fails
		f.got += int64(n)
		if err == nil || errors.Is(err, io.EOF) && (f.size < 0 || f.got == f.size) {
			return n, err
		}
		if f.failed = f.resume(err); f.failed != nil {
			return n, f.failed
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
