package api

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// Types and flags of the frames of HTTP/2 that a hostile client sends, RFC 9113.
const (
	frameHeaders  = 1
	frameReset    = 3
	frameSettings = 4
	framePing     = 6
	frameGoAway   = 7
	endHeaders    = 4
)

// frame returns a frame of HTTP/2.
func frame(kind, flags byte, stream uint32, payload []byte) []byte {
	size := len(payload)
	head := []byte{byte(size >> 16), byte(size >> 8), byte(size), kind, flags}
	return append(binary.BigEndian.AppendUint32(head, stream), payload...)
}

// fields returns header fields as HPACK has them, none of them indexed. Each is shorter
// than 127 bytes.
func fields(pairs ...string) []byte {
	var out []byte
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, 0)
		for _, text := range pairs[i : i+2] {
			out = append(append(out, byte(len(text))), text...)
		}
	}
	return out
}

// resetter opens streams over HTTP/2 and resets them at once, as many as it is told. Where
// the server ends the connection it opens another.
type resetter struct {
	address     string
	requests    [][]byte // headers, taken in turn
	connections int      // that were opened
}

// burst is how many streams a resetter opens and resets before it lets the server come after.
const burst = 200

// send sends so many streams.
func (r *resetter) send(streams int) error {
	for sent := 0; sent < streams; {
		n, err := r.connection(streams - sent)
		if err != nil {
			return err
		}
		sent += n
	}
	return nil
}

// connection opens streams on a connection of its own until the server has enough of it, and
// returns how many.
func (r *resetter) connection(most int) (sent int, err error) {
	conn, err := tls.Dial("tcp", r.address, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}) //nolint:gosec // the certificate is the test's own
	if err != nil {
		return 0, err
	}
	r.connections++
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return 0, errors.Join(err, conn.Close())
	}
	pings := make(chan struct{}, burst+1) // that were answered; closed when the server is done with the connection
	read := make(chan struct{})
	go func() {
		defer close(read)
		readPings(conn, pings)
	}()
	defer func() {
		_ = conn.Close() // the server may have done so
		<-read
	}()
	out := append([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(frameSettings, 0, 0, nil)...)
	for sent < most {
		for range burst {
			id := uint32(2*sent + 1)
			out = append(out, frame(frameHeaders, endHeaders, id, r.requests[sent%len(r.requests)])...)
			out = append(out, frame(frameReset, 0, id, []byte{0, 0, 0, 8})...)
			sent++
		}
		if _, err := conn.Write(append(out, frame(framePing, 0, 0, make([]byte, 8))...)); err != nil {
			return sent, nil //nolint:nilerr // the server has closed it
		}
		if _, open := <-pings; !open {
			return sent, nil
		}
		out = nil
	}
	return sent, nil
}

// readPings reads what a server says and passes on which pings it has answered, until it says
// that it takes no more streams, or goes.
func readPings(conn io.Reader, pings chan<- struct{}) {
	defer close(pings)
	for head := make([]byte, 9); ; {
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		if _, err := io.CopyN(io.Discard, conn, int64(head[0])<<16|int64(head[1])<<8|int64(head[2])); err != nil {
			return
		}
		switch head[3] {
		case framePing:
			pings <- struct{}{}
		case frameGoAway:
			return
		}
	}
}

// TestRapidReset has a client with a token open thousands of streams and reset each at once,
// while another counts: that one is answered every time, no more handlers run at a time than
// streams may be open, and nothing is left behind.
func TestRapidReset(t *testing.T) {
	var running, most atomic.Int64
	s := newStudio(t, unhurried, func(o *Options) {
		o.Page = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			now := running.Add(1)
			defer running.Add(-1)
			for before := most.Load(); now > before && !most.CompareAndSwap(before, now); before = most.Load() {
			}
			<-r.Context().Done()
		})
	})
	s.built()
	hostile, honest := s.token("mal", access.Counts), s.token("ann", access.Counts)
	certFile, keyFile := selfSigned(t, t.TempDir(), 1)
	at := s.serve(Listening{Address: "127.0.0.1:0", CertFile: certFile, KeyFile: keyFile})
	base := runtime.NumGoroutine()

	header := func(method, path string) []byte {
		return fields(":method", method, ":scheme", "https", ":path", path, ":authority", "localhost",
			"authorization", "Bearer "+hostile, "content-type", jsonType)
	}
	r := &resetter{address: at.address, requests: [][]byte{
		header(http.MethodPost, prefix+"/parents/CDNOW/count"), header(http.MethodGet, "/"), header(http.MethodGet, prefix+"/parents"),
	}}
	const streams = 6000
	ended := make(chan error, 1)
	go func() { ended <- r.send(streams) }()

	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true} //nolint:gosec // the certificate is the test's own
	client := &http.Client{Transport: transport, Timeout: time.Minute}
	counts := 0
	for going := true; going || counts == 0; counts++ {
		select {
		case err := <-ended:
			must(t, err)
			going = false
		default:
		}
		if got := countOver(t, client, "https://"+at.address, honest); got != 315 {
			t.Fatalf("count %d is %d", counts, got)
		}
	}
	transport.CloseIdleConnections()
	if most.Load() > maxStreams {
		t.Errorf("%d handlers ran at a time, %d streams may be open", most.Load(), maxStreams)
	}
	tick, late := time.NewTicker(5*time.Millisecond), time.After(time.Minute)
	defer tick.Stop()
	for runtime.NumGoroutine() > base || s.queue.inFlight() > 0 || s.queue.waiting.Load() > 0 || running.Load() > 0 {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("%d goroutines, %d before; %d questions have a place, %d wait, %d handlers run", runtime.NumGoroutine(), base, s.queue.inFlight(), s.queue.waiting.Load(), running.Load())
		}
	}
	t.Logf("tally: %d streams were opened and reset over %d connections, %d handlers at a time at most; another client counted %d times, without an error", streams, r.connections, most.Load(), counts)
}

// countOver asks for a count over HTTP/2 and returns it.
func countOver(t *testing.T, client *http.Client, url, token string) int {
	t.Helper()
	body, err := json.Marshal(service.CountRequest{Ask: service.Ask{Rule: "loyalty_tier = 'Gold' and purchase in last 30 days", AsOf: "1998-07-01"}})
	must(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+prefix+"/parents/CDNOW/count", bytes.NewReader(body))
	must(t, err)
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", jsonType)
	answer, err := client.Do(request)
	must(t, err)
	data, err := io.ReadAll(answer.Body)
	must(t, errors.Join(err, answer.Body.Close()))
	var out struct{ Count int }
	if err := json.Unmarshal(data, &out); err != nil || answer.StatusCode != http.StatusOK || answer.ProtoMajor != 2 {
		t.Fatalf("%s %s, %v: %s", answer.Proto, answer.Status, err, data)
	}
	return out.Count
}

// TestSlowBodyOfStream sends bodies that do not end on streams of one connection: each is
// given up by itself, and holds no place.
func TestSlowBodyOfStream(t *testing.T) {
	s := newStudio(t, impatient, func(o *Options) { o.Limits.Asks, o.Limits.Queue, o.Limits.Wait = 1, 1, time.Minute })
	certFile, keyFile := selfSigned(t, t.TempDir(), 1)
	at := s.serve(Listening{Address: "127.0.0.1:0", CertFile: certFile, KeyFile: keyFile})
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true} //nolint:gosec // the certificate is the test's own
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: time.Minute}
	const streams = 20
	statuses := make(chan string, streams)
	for range streams {
		go func() {
			body, writer := io.Pipe()
			defer func() { _ = writer.Close() }()
			answer, err := client.Post("https://"+at.address+prefix+"/parents/CDNOW/count", jsonType, body)
			if err != nil {
				statuses <- err.Error()
				return
			}
			statuses <- answer.Proto + " " + answer.Status
			_ = answer.Body.Close()
		}()
	}
	for range streams {
		if got := <-statuses; got != "HTTP/2.0 408 Request Timeout" {
			t.Errorf("a body that does not end is answered %s", got)
		}
	}
	if s.queue.inFlight()+int(s.queue.waiting.Load()) > 0 {
		t.Error("a place is held")
	}
}
