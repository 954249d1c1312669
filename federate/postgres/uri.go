package postgres

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// place is where a database is and how it is read.
type place struct {
	config   *pgconn.Config
	uri      string // without a password and options
	parallel int    // connections of one scan
}

// optionName is how options are called; another text may be a piece of a password.
var optionName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*$`)

// errEscape is the cause where a URI cannot be read. It repeats nothing of it: what
// is wrong is often a password with characters of a URI's own.
var errEscape = errors.New("expected postgres://USER@HOST:PORT/DATABASE?OPTION=VALUE; " +
	"characters such as / ? # @ % in a user, a password or a name are written %2F %3F %23 %40 %25")

// parseURI reads a URI and, for what it leaves out, libpq's environment.
func parseURI(uri string) (*place, error) {
	u, err := url.Parse(uri)
	switch {
	case err != nil, !strings.Contains(uri, "://"), u.Fragment != "", strings.Contains(u.EscapedPath(), "@"):
		return nil, fmt.Errorf("the URI of a PostgreSQL database cannot be read: %w", errEscape)
	case u.Scheme != "postgres" && u.Scheme != "postgresql":
		return nil, fmt.Errorf("the URI of a PostgreSQL database starts with postgres:// or postgresql://, not %q", u.Scheme+":")
	}
	options, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, fmt.Errorf("the options of the PostgreSQL URI cannot be read: %w", errEscape)
	}
	for name := range options {
		if !optionName.MatchString(name) {
			return nil, fmt.Errorf("an option of the PostgreSQL URI has no name that an option can have: %w", errEscape)
		}
	}
	p := &place{parallel: defaultParallel}
	if options.Has("parallel") {
		p.parallel, err = strconv.Atoi(options.Get("parallel"))
		if err != nil || p.parallel < 1 || p.parallel > maxParallel {
			return nil, fmt.Errorf("option parallel is %q, expected a number from 1 to %d", options.Get("parallel"), maxParallel)
		}
		options.Del("parallel")
	}
	u.RawQuery = options.Encode()
	text := u.String() // "postgres:" where there is neither a user nor a host
	if rest, ok := strings.CutPrefix(text, u.Scheme+":"); ok && !strings.HasPrefix(rest, "//") {
		text = u.Scheme + "://" + rest
	}
	if p.config, err = pgconn.ParseConfig(text); err != nil {
		return nil, fmt.Errorf("the settings of the PostgreSQL database cannot be used: %w", parseCause(err))
	}
	p.settings()
	p.uri = nameOf(p.config)
	return p, nil
}

// parseCause returns what is wrong with a configuration without the URI, which
// pgconn repeats.
func parseCause(err error) error {
	text := err.Error()
	if i := strings.LastIndex(text, "`: "); i >= 0 {
		return errors.New(text[i+len("`: "):])
	}
	return errors.New("unknown problem")
}

// settings sets what every session of this package needs.
func (p *place) settings() {
	params := p.config.RuntimeParams
	if params["application_name"] == "" {
		params["application_name"] = "rollcall"
	}
	params["client_encoding"] = "UTF8"
	for name := range params { // also TimeZone, and PGTZ
		if strings.EqualFold(name, "timezone") {
			delete(params, name)
		}
	}
	params["timezone"] = "UTC"
}

// nameOf returns the URI of a database for messages and reports: its user, host and
// name. Of several hosts it is the first.
func nameOf(c *pgconn.Config) string {
	u := url.URL{Scheme: "postgres", Path: "/" + c.Database}
	if c.User != "" {
		u.User = url.User(c.User)
	}
	if strings.HasPrefix(c.Host, "/") { // the folder of a socket
		u.RawQuery = url.Values{"host": {c.Host}}.Encode()
		return u.String()
	}
	u.Host = net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port)))
	return u.String()
}
