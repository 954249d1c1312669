package databricks

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// resend tells which requests may be sent again even if they may have been carried
// out.
type resend struct {
	always bool
	busy   bool // after the answer that the server is busy
}

// exchange sends a request once and reads its answer, which may be most bytes
// long and must begin within limit.
func (t *transport) exchange(req *http.Request, call string, resend resend, most int, limit time.Duration) ([]byte, *failure) {
	ctx, w := watch(req.Context(), limit)
	defer w.stop()
	ctx, sent := traceSent(ctx)
	resp, err := t.base.RoundTrip(req.WithContext(ctx))
	if err != nil {
		f := t.broken(ctx, call, err, resend.always || !sent())
		f.unsure = sent()
		return nil, f
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	if resp.StatusCode != http.StatusOK {
		return nil, t.refusal(resp, call, resend.always || resend.busy && isBusy(resp.StatusCode))
	}
	w.patience(min(limit, t.limits.idle))
	body, err := readWhole(&watched{resp.Body, w}, resp.ContentLength, most)
	switch {
	case errors.Is(err, errTooLarge):
		return nil, &failure{err: &AnswerError{Call: call, Reason: err.Error(), final: true}}
	case err != nil:
		f := t.broken(ctx, call, err, resend.always)
		f.unsure = true
		return nil, f
	}
	return body, nil
}

// readWhole reads an answer of the given length, -1 where it is not known.
func readWhole(r io.Reader, length int64, most int) ([]byte, error) {
	if length < 0 || length > int64(most) {
		return readLimited(r, most)
	}
	body := make([]byte, length)
	_, err := io.ReadFull(r, body)
	return body, err
}

// readLimited reads all of r, which may be most bytes long.
func readLimited(r io.Reader, most int) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err != nil {
		return nil, err
	}
	if len(body) > most {
		return nil, fmt.Errorf("an answer of more than %d bytes: %w", most, errTooLarge)
	}
	return body, nil
}

// errTooLarge says that an answer was longer than we read.
var errTooLarge = errors.New("too large")
