package api

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
)

// Listening says where a server listens, and with which certificate.
type Listening struct {
	// Address is host:port. A host that is none of loopback's needs a certificate and a
	// token that is valid.
	Address string
	// CertFile and KeyFile are PEM files of a certificate with its chain and its key;
	// both or none. They are read again when they change.
	CertFile, KeyFile string
	// Ready, where it is not nil, is called with the address when requests are taken.
	Ready func(address net.Addr)
}

// secure reports whether there is a certificate.
func (l Listening) secure() bool { return l.CertFile != "" }

// resolve returns the address to listen on. It is looked up once: what is checked is
// what is listened on.
func (l Listening) resolve() (*net.TCPAddr, error) {
	if (l.CertFile == "") != (l.KeyFile == "") {
		return nil, errors.New("a certificate needs its key: give both --tls-cert and --tls-key")
	}
	address, err := net.ResolveTCPAddr("tcp", l.Address)
	if err != nil {
		return nil, fmt.Errorf("the address to listen on: %w; expected HOST:PORT, as in 127.0.0.1:8765", err)
	}
	return address, nil
}

// check returns an error where others could reach the address without being known, or
// without encryption.
func (l Listening) check(address *net.TCPAddr, haveTokens bool) error {
	if address.IP.IsLoopback() {
		return nil
	}
	switch {
	case !l.secure() && !haveTokens:
		return &ExposedError{l.Address, "a certificate (--tls-cert and --tls-key) and a token (rollcall token add)"}
	case !l.secure():
		return &ExposedError{l.Address, "a certificate (--tls-cert and --tls-key)"}
	case !haveTokens:
		return &ExposedError{l.Address, "a token that is valid (rollcall token add)"}
	}
	return nil
}

// ExposedError is an address that other machines reach, without what that needs.
type ExposedError struct {
	Address string
	Needs   string
}

// Error says what is missing.
func (e *ExposedError) Error() string {
	return fmt.Sprintf("other machines can reach %s, which needs %s; 127.0.0.1 is for this machine alone", e.Address, e.Needs)
}

// tlsConfig returns the configuration for a certificate: TLS 1.2 and 1.3, HTTP/2 and 1.1.
func (l Listening) tlsConfig(failed func(error)) (*tls.Config, error) {
	files := &certificate{certFile: l.CertFile, keyFile: l.KeyFile, failed: failed}
	if err := files.load(); err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: files.get, NextProtos: []string{"h2", "http/1.1"}}, nil
}
