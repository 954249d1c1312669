package api

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
)

// selfSigned writes a certificate for localhost with a serial number to two files.
func selfSigned(t testing.TB, dir string, serial int64) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	must(t, os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	must(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
	return certFile, keyFile
}

// serving runs Serve until the test ends it.
type serving struct {
	address string
	stop    context.CancelFunc
	ended   chan error
}

func (s *studio) serve(l Listening) *serving {
	s.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ready := make(chan net.Addr, 1)
	out := &serving{stop: stop, ended: make(chan error, 1)}
	l.Ready = func(address net.Addr) { ready <- address }
	go func() { out.ended <- Serve(ctx, s.Handler, l) }()
	select {
	case address := <-ready:
		out.address = address.String()
	case err := <-out.ended:
		stop()
		s.t.Fatal(err)
	}
	s.t.Cleanup(stop)
	return out
}

// TestListeningRule listens where other machines are, without what that needs.
func TestListeningRule(t *testing.T) {
	s := newStudio(t)
	certFile, keyFile := selfSigned(t, t.TempDir(), 1)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	const reach = "other machines can reach 0.0.0.0:0, which needs "
	const alone = "; 127.0.0.1 is for this machine alone"
	fails := func(l Listening, want string) {
		t.Helper()
		err := Serve(ended, s.Handler, l)
		if err == nil || err.Error() != want {
			t.Errorf("Serve says %v, want %s", err, want)
		}
	}
	fails(Listening{Address: "0.0.0.0:0"}, reach+"a certificate (--tls-cert and --tls-key) and a token (rollcall token add)"+alone)
	fails(Listening{Address: "0.0.0.0:0", CertFile: certFile, KeyFile: keyFile}, reach+"a token that is valid (rollcall token add)"+alone)
	fails(Listening{Address: ":0"}, strings.Replace(reach, "0.0.0.0:0", ":0", 1)+"a certificate (--tls-cert and --tls-key) and a token (rollcall token add)"+alone)
	fails(Listening{Address: "127.0.0.1:0", CertFile: certFile}, "a certificate needs its key: give both --tls-cert and --tls-key")
	fails(Listening{Address: "nowhere"}, "the address to listen on: address nowhere: missing port in address; expected HOST:PORT, as in 127.0.0.1:8765")
	s.expired()
	fails(Listening{Address: "0.0.0.0:0", CertFile: certFile, KeyFile: keyFile}, reach+"a token that is valid (rollcall token add)"+alone)
	s.token("ada", access.Admin)
	fails(Listening{Address: "[::]:0"}, strings.Replace(reach, "0.0.0.0:0", "[::]:0", 1)+"a certificate (--tls-cert and --tls-key)"+alone)
	var exposed *ExposedError
	if err := Serve(ended, s.Handler, Listening{Address: "0.0.0.0:0"}); !errors.As(err, &exposed) || exposed.Address != "0.0.0.0:0" {
		t.Errorf("the error is %#v", err)
	}
	must(t, Serve(ended, s.Handler, Listening{Address: "0.0.0.0:0", CertFile: certFile, KeyFile: keyFile}))
	must(t, Serve(ended, s.Handler, Listening{Address: "127.0.0.1:0"}))
	must(t, os.WriteFile(certFile, []byte("x"), 0o600))
	if err := Serve(ended, s.Handler, Listening{Address: "127.0.0.1:0", CertFile: certFile, KeyFile: keyFile}); err == nil || !strings.HasPrefix(err.Error(), "the certificate "+certFile+" with the key "+keyFile+": ") {
		t.Errorf("Serve says %v", err)
	}
}

// TestTLS speaks both versions of HTTP over a certificate that is replaced meanwhile.
func TestTLS(t *testing.T) {
	s := newStudio(t)
	dir := t.TempDir()
	certFile, keyFile := selfSigned(t, dir, 1)
	running := s.serve(Listening{Address: "127.0.0.1:0", CertFile: certFile, KeyFile: keyFile})
	get := func(http2 bool) *http.Response {
		t.Helper()
		transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: http2} //nolint:gosec // the certificate is the test's own
		defer transport.CloseIdleConnections()
		answer, err := (&http.Client{Transport: transport}).Get("https://" + running.address + prefix + "/session")
		must(t, err)
		_, err = io.Copy(io.Discard, answer.Body)
		must(t, err)
		must(t, answer.Body.Close())
		return answer
	}
	for http2, major := range map[bool]int{true: 2, false: 1} {
		if answer := get(http2); answer.ProtoMajor != major || answer.StatusCode != http.StatusOK || answer.TLS.PeerCertificates[0].SerialNumber.Int64() != 1 {
			t.Errorf("%s %s of certificate %d", answer.Proto, answer.Status, answer.TLS.PeerCertificates[0].SerialNumber)
		}
	}
	if _, err := tls.Dial("tcp", running.address, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11}); err == nil { //nolint:gosec // to be refused
		t.Error("TLS 1.1 is spoken")
	}
	token := s.token("ada", access.Admin)
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // the certificate is the test's own
	answer, err := (&http.Client{Transport: transport}).Post("https://"+running.address+prefix+"/session", jsonType, strings.NewReader(`{"token":"`+token+`"}`))
	must(t, err)
	must(t, answer.Body.Close())
	if cookies := answer.Cookies(); len(cookies) != 1 || !cookies[0].Secure {
		t.Errorf("the cookie under TLS is %v", cookies)
	}
	transport.CloseIdleConnections()
	running.stop()
	must(t, <-running.ended)
}

// TestCertificateIsReadAgain replaces the files, by what is right and by what is not.
func TestCertificateIsReadAgain(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := selfSigned(t, dir, 1)
	var failures []error
	c := &certificate{certFile: certFile, keyFile: keyFile, failed: func(err error) { failures = append(failures, err) }}
	must(t, c.load())
	serial := func(want int64, failed int) {
		t.Helper()
		c.looked = time.Time{} // as if the time had come
		pair, err := c.get(nil)
		must(t, err)
		if got := pair.Leaf.SerialNumber.Int64(); got != want || len(failures) != failed {
			t.Errorf("certificate %d after the failures %v, want %d after %d", got, failures, want, failed)
		}
	}
	serial(1, 0)
	must(t, os.WriteFile(certFile, []byte("nothing"), 0o600))
	serial(1, 1)
	serial(1, 2)
	selfSigned(t, dir, 2)
	later := time.Now().Add(time.Minute)
	must(t, os.Chtimes(certFile, later, later))
	serial(2, 2)
	must(t, os.Remove(keyFile))
	serial(2, 3)
}

// TestShutdown ends a server while a request runs: it is answered, and nothing more is.
func TestShutdown(t *testing.T) {
	begun, finish := make(chan struct{}), make(chan struct{})
	s := newStudio(t, func(o *Options) {
		o.Page = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			close(begun)
			<-finish
			_, _ = io.WriteString(w, "done")
		})
	})
	running := s.serve(Listening{Address: "127.0.0.1:0"})
	got := make(chan string, 1)
	go func() {
		answer, err := http.Get("http://" + running.address + "/") //nolint:noctx // ends with the test
		if err != nil {
			got <- err.Error()
			return
		}
		body, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		got <- string(body)
	}()
	<-begun
	running.stop()
	for !s.draining.Load() {
		runtime.Gosched()
	}
	close(finish)
	if text := <-got; text != "done" {
		t.Errorf("the request is answered %q", text)
	}
	must(t, <-running.ended)
	if conn, err := net.Dial("tcp", running.address); err == nil {
		t.Error("it still listens", conn.Close())
	}
}

// TestGrace ends a server whose request does not end: it is cut off, and told so.
func TestGrace(t *testing.T) {
	begun, told := make(chan struct{}), make(chan struct{})
	s := newStudio(t, func(o *Options) {
		o.Limits.Grace = time.Millisecond
		o.Page = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(begun)
			<-r.Context().Done()
			close(told)
		})
	})
	running := s.serve(Listening{Address: "127.0.0.1:0"})
	conn, err := net.Dial("tcp", running.address)
	must(t, err)
	defer func() { must(t, conn.Close()) }()
	_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
	must(t, err)
	<-begun
	running.stop()
	must(t, <-running.ended)
	<-told
	if got, _ := io.ReadAll(conn); bytes.Contains(got, []byte("200 OK")) {
		t.Errorf("the request is answered %q", got)
	}
	if !strings.Contains(s.logged.String(), "requests were cut off at shutdown") {
		t.Error("it is not logged")
	}
}

// TestConnectionsAreBounded opens one more than may be open.
func TestConnectionsAreBounded(t *testing.T) {
	s := newStudio(t, func(o *Options) { o.Limits.Connections = 1 })
	running := s.serve(Listening{Address: "127.0.0.1:0"})
	const request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
	open := func() net.Conn {
		conn, err := net.Dial("tcp", running.address)
		must(t, err)
		must(t, conn.SetDeadline(time.Now().Add(time.Minute)))
		_, err = io.WriteString(conn, request)
		must(t, err)
		return conn
	}
	first := open()
	if status, _ := readRaw(t, first); status != http.StatusOK {
		t.Fatalf("the first is answered %d", status)
	}
	second := open()
	must(t, second.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
	if _, err := second.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the second reads %v while the first is open", err)
	}
	must(t, first.Close())
	must(t, second.SetReadDeadline(time.Now().Add(time.Minute)))
	if status, _ := readRaw(t, second); status != http.StatusOK {
		t.Errorf("the second is answered %d", status)
	}
	must(t, second.Close())
}
