package databricks

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path"
	"strconv"
	"strings"
)

// ErrNotConfigured is returned by Open where the environment names no warehouse,
// or names one only in part.
var ErrNotConfigured = errors.New("no Databricks warehouse is configured")

// The environment variables of the package.
const (
	envHost         = "DATABRICKS_HOST"
	envPath         = "DATABRICKS_HTTP_PATH"
	envToken        = "DATABRICKS_TOKEN"
	envClientID     = "DATABRICKS_CLIENT_ID"
	envClientSecret = "DATABRICKS_CLIENT_SECRET"
	envSchema       = "ROLLCALL_BENCH_DATABRICKS_SCHEMA"
	envVolume       = "ROLLCALL_BENCH_DATABRICKS_VOLUME"
	envKeep         = "ROLLCALL_BENCH_DATABRICKS_KEEP"
	envPlaintext    = "ROLLCALL_BENCH_DATABRICKS_PLAINTEXT"
)

// secret is text that is never printed.
type secret string

func (secret) String() string   { return "[redacted]" }
func (secret) GoString() string { return "[redacted]" }

// settings is what the environment says.
type settings struct {
	scheme, host string // of the workspace; host without port, an IPv6 address in brackets
	port         int
	path         string // of the warehouse, with a slash at its front

	token        secret // "": the service principal logs in
	clientID     secret
	clientSecret secret

	catalog, schema string
	volume          string // a folder, without a slash at its end
	keep            bool
}

// Format prints what is not secret, whatever the verb. It is here because fmt does
// not ask the fields that are.
func (s settings) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "warehouse %s of %s", s.path, s.origin()) // f keeps the error
}

// origin is what the address of every request to the workspace begins with.
func (s *settings) origin() string { return fmt.Sprintf("%s://%s:%d", s.scheme, s.host, s.port) }

// read reads the settings from an environment. The error names every variable
// that is missing, or what is wrong with one that is not; it holds no value.
func read(getenv func(string) string) (*settings, error) {
	if absent := missing(getenv); len(absent) > 0 {
		return nil, fmt.Errorf("%w: set %s", ErrNotConfigured, strings.Join(absent, ", "))
	}
	s := &settings{
		path:         "/" + strings.TrimPrefix(strings.TrimSpace(getenv(envPath)), "/"),
		token:        secret(strings.TrimSpace(getenv(envToken))),
		clientID:     secret(strings.TrimSpace(getenv(envClientID))),
		clientSecret: secret(strings.TrimSpace(getenv(envClientSecret))),
		keep:         getenv(envKeep) == "1",
	}
	if err := s.setHost(strings.TrimSpace(getenv(envHost)), getenv(envPlaintext) == "1"); err != nil {
		return nil, fmt.Errorf("%s %w", envHost, err)
	}
	if err := s.setSchema(getenv(envSchema)); err != nil {
		return nil, fmt.Errorf("%s %w", envSchema, err)
	}
	if err := s.setVolume(getenv(envVolume)); err != nil {
		return nil, fmt.Errorf("%s %w", envVolume, err)
	}
	return s, nil
}

// missing names what must be set and is not.
func missing(getenv func(string) string) []string {
	var absent []string
	need := func(names ...string) {
		for _, name := range names {
			if strings.TrimSpace(getenv(name)) == "" {
				absent = append(absent, name)
			}
		}
	}
	set := func(name string) bool { return strings.TrimSpace(getenv(name)) != "" }
	need(envHost, envPath)
	switch {
	case set(envToken):
	case set(envClientID) || set(envClientSecret):
		need(envClientID, envClientSecret)
	default:
		absent = append(absent, fmt.Sprintf("%s (or %s and %s)", envToken, envClientID, envClientSecret))
	}
	need(envSchema, envVolume)
	return absent
}

// setHost reads the workspace: a host name, with or without https:// and a port.
// http:// is for a loopback address, and only where it is allowed.
func (s *settings) setHost(text string, plaintext bool) error {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("is not a host name") // the parser's error would tell the value
	}
	s.scheme, s.host, s.port = u.Scheme, u.Hostname(), 443
	switch {
	case u.Scheme == "https":
	case u.Scheme != "http":
		return errors.New("has a scheme that is neither https nor http")
	case !plaintext:
		return fmt.Errorf("asks for plain HTTP, which %s=1 allows to a loopback address", envPlaintext)
	case !loopback(s.host):
		return errors.New("asks for plain HTTP to an address that is not loopback")
	default:
		s.port = 80
	}
	if u.Port() != "" {
		if s.port, err = strconv.Atoi(u.Port()); err != nil || s.port < 1 || s.port > 65535 {
			return errors.New("has a port that is not between 1 and 65535")
		}
	}
	if strings.Contains(s.host, ":") {
		s.host = "[" + s.host + "]"
	}
	return nil
}

// loopback reports whether a host is an address of this machine that nothing
// outside of it can reach. Names are none: where they lead is not for us to say.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// setSchema reads catalog.schema.
func (s *settings) setSchema(text string) error {
	catalog, schema, found := strings.Cut(strings.TrimSpace(text), ".")
	if !found || !plainName(catalog) || !plainName(schema) {
		return errors.New("is not of the form catalog.schema, two names of letters, digits, _ and -")
	}
	s.catalog, s.schema = catalog, schema
	return nil
}

// setVolume reads /Volumes/catalog/schema/volume, with or without folders in it.
func (s *settings) setVolume(text string) error {
	volume := strings.TrimSuffix(strings.TrimSpace(text), "/")
	parts := strings.Split(volume, "/")
	if path.Clean(volume) != volume || len(parts) < 5 || parts[0] != "" || parts[1] != "Volumes" {
		return errors.New("is not of the form /Volumes/catalog/schema/volume")
	}
	s.volume = volume
	return nil
}

// plainName reports whether a name can be written without a thought. Others are
// allowed in Databricks; here, what stands for a name is often a mistake.
func plainName(name string) bool {
	for _, r := range name {
		if r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return name != ""
}
