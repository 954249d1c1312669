package databricks

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
)

// newBase returns what requests are sent with: TLS 1.2 or later, trusting the
// system's certificates and those of the CA file.
func newBase(c *Config) (*http.Transport, error) {
	base := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: dialLimit, KeepAlive: keepAlive}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: handshakeLimit,
		ForceAttemptHTTP2:   true,
		HTTP2:               &http.HTTP2Config{SendPingTimeout: keepAlive},
		MaxIdleConnsPerHost: maxIdlePerHost,
		IdleConnTimeout:     idleLife,
	}
	if c.CAFile == "" {
		return base, nil
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, fmt.Errorf("option \"ca\": %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("reading the system's certificates: %w", err)
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("option \"ca\": %s has no certificate in PEM form", c.CAFile)
	}
	base.TLSClientConfig.RootCAs = pool
	return base, nil
}
