package api

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// certificateEvery is how often files of a certificate are looked at, at most.
const certificateEvery = time.Second

// certificate is that of two files, which whoever renews it replaces.
type certificate struct {
	certFile, keyFile string
	failed            func(error) // of files that were replaced by something else

	mu     sync.Mutex
	now    *tls.Certificate
	stamps [2]fileStamp // of what was read
	looked time.Time
}

// fileStamp tells whether a file has changed.
type fileStamp struct {
	changed time.Time
	size    int64
}

// get returns the certificate for a handshake. Files that have changed and are no
// certificate leave the one before in place.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) >= certificateEvery {
		c.looked = time.Now()
		if stamps, err := c.stat(); err != nil {
			c.failed(err)
		} else if stamps != c.stamps {
			if err := c.read(stamps); err != nil {
				c.failed(err)
			}
		}
	}
	return c.now, nil
}

// load reads the files for the first time.
func (c *certificate) load() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	stamps, err := c.stat()
	if err != nil {
		return err
	}
	return c.read(stamps)
}

// read reads both files. Those that are being replaced may not fit each other: they are
// read again at the next look, since their stamps are kept only with what fits.
func (c *certificate) read(stamps [2]fileStamp) error {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("the certificate %s with the key %s: %w", c.certFile, c.keyFile, err)
	}
	c.now, c.stamps = &pair, stamps
	return nil
}

func (c *certificate) stat() (stamps [2]fileStamp, err error) {
	for i, path := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(path)
		if err != nil {
			return stamps, fmt.Errorf("the certificate: %w", err)
		}
		stamps[i] = fileStamp{info.ModTime(), info.Size()}
	}
	return stamps, nil
}
