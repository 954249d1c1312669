package databricks

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// ErrNotConfigured is returned by ParseURI where nothing says which warehouse is
// meant, or how to log in to it.
var ErrNotConfigured = errors.New("no warehouse is configured")

// The environment variables, as all tools of Databricks know them.
const (
	envHost          = "DATABRICKS_HOST"
	envPath          = "DATABRICKS_HTTP_PATH"
	envWarehouse     = "DATABRICKS_WAREHOUSE_ID"
	envToken         = "DATABRICKS_TOKEN"
	envClientID      = "DATABRICKS_CLIENT_ID"
	envClientSecret  = "DATABRICKS_CLIENT_SECRET"
	envConfigProfile = "DATABRICKS_CONFIG_PROFILE"
	envConfigFile    = "DATABRICKS_CONFIG_FILE"
)

// warehousePath is the HTTP path of a warehouse, before its identifier.
const warehousePath = "/sql/1.0/warehouses/"

// place is what one place, such as the environment, says of a warehouse. What it
// does not say is empty.
type place struct {
	from  string // the place, for messages
	host  string // with or without scheme and port
	path  string
	login login
	names loginNames
}

// loginNames are what a place calls the parts of a login, for messages.
type loginNames struct{ token, clientID, clientSecret string }

// environment is what environment variables say.
func environment(getenv func(string) string) place {
	get := func(name string) string { return strings.TrimSpace(getenv(name)) }
	p := place{
		from: "the environment", host: get(envHost), path: get(envPath),
		login: login{newSecret(get(envToken)), newSecret(get(envClientID)), newSecret(get(envClientSecret))},
		names: loginNames{envToken, envClientID, envClientSecret},
	}
	if id := get(envWarehouse); p.path == "" && id != "" {
		p.path = warehousePath + id
	}
	return p
}

// hasLogin reports whether the place says anything of a login. The error tells
// where it says half of one, or two.
func (p *place) hasLogin() (bool, error) {
	token, id, password := p.login.token.known(), p.login.clientID.known(), p.login.clientSecret.known()
	switch {
	case token && (id || password):
		return false, fmt.Errorf("%s has a token (%s) and a service principal (%s): leave one of them out", p.from, p.names.token, p.names.clientID)
	case id && !password:
		return false, fmt.Errorf("%s has %s, but no %s", p.from, p.names.clientID, p.names.clientSecret)
	case password && !id:
		return false, fmt.Errorf("%s has %s, but no %s", p.from, p.names.clientSecret, p.names.clientID)
	}
	return token || id, nil
}

// resolve fills in host, path and login from the places that there are, the URI
// first. A file of profiles is only read where it is named, or something is missing.
func (c *Config) resolve(o options, getenv func(string) string) error {
	places := []place{o.place}
	if o.profile != "" {
		p, err := readProfile(o.profile, true, getenv)
		if err != nil {
			return err
		}
		places = append(places, *p)
	}
	places = append(places, environment(getenv))
	done, err := c.take(places, o.plain)
	if err != nil {
		return err
	}
	if !done && o.profile == "" {
		name := strings.TrimSpace(getenv(envConfigProfile))
		p, err := readProfile(name, name != "", getenv)
		if err != nil {
			return err
		}
		if p != nil {
			places = append(places, *p)
			if done, err = c.take(places, o.plain); err != nil {
				return err
			}
		}
	}
	if !done {
		return c.missing()
	}
	return nil
}

// take sets host, path and login to what the first of the places that says it
// says, and reports whether all are set.
func (c *Config) take(places []place, plain bool) (bool, error) {
	var hostFrom, loginFrom *place
	for i := range places {
		p := &places[i]
		if hostFrom == nil && p.host != "" {
			if err := c.setHost(p.host, plain, i == 0); err != nil {
				return false, fmt.Errorf("the host of %s %w", p.from, err)
			}
			hostFrom = p
		}
		if c.HTTPPath == "" && p.path != "" {
			if strings.ContainsFunc(p.path, func(r rune) bool { return r <= ' ' }) || strings.Contains(p.path, "://") {
				return false, fmt.Errorf("the HTTP path of %s is %q, expected one like %s0123456789abcdef", p.from, p.path, warehousePath)
			}
			c.HTTPPath = "/" + strings.TrimLeft(p.path, "/")
		}
		if loginFrom != nil {
			continue
		}
		has, err := p.hasLogin()
		if err != nil {
			return false, err
		}
		if has {
			c.login, loginFrom = p.login, p
		}
	}
	if hostFrom != nil && loginFrom != nil && loginFrom.host != "" {
		if err := c.sameHost(loginFrom, hostFrom); err != nil {
			return false, err
		}
	}
	return hostFrom != nil && loginFrom != nil && c.HTTPPath != "", nil
}

// sameHost refuses a login that belongs to another host than the one that it
// would be sent to.
func (c *Config) sameHost(loginFrom, hostFrom *place) error {
	other := &Config{}
	if err := other.readHost(loginFrom.host, c.Plain); err != nil {
		return fmt.Errorf("the host of %s %w", loginFrom.from, err)
	}
	if strings.EqualFold(other.Host, c.Host) && other.Port == c.Port {
		return nil
	}
	return fmt.Errorf("the login of %s is for %s, and is not sent to %s, which is the host of %s; name a profile of that host",
		loginFrom.from, other.hostPort(), c.hostPort(), hostFrom.from)
}

// missing says what nothing says, and where it can be said.
func (c *Config) missing() error {
	var absent []string
	if c.Host == "" {
		absent = append(absent, "the host (in the URI, "+envHost+", or a profile)")
	}
	if c.HTTPPath == "" {
		absent = append(absent, "the warehouse's HTTP path (in the URI, "+envPath+", or a profile)")
	}
	if c.login == (login{}) {
		absent = append(absent, "the login ("+envToken+", or "+envClientID+" and "+envClientSecret+", or a profile)")
	}
	return fmt.Errorf("%w: missing %s", ErrNotConfigured, strings.Join(absent, ", "))
}

// setHost sets the host to what a place says. Plain HTTP is for loopback addresses,
// and only where plain allows it; then one without a scheme is asked in it if it is
// that of the URI, where no scheme can be written. The error goes on after "the host of ...".
func (c *Config) setHost(text string, plain, uri bool) error {
	if err := c.readHost(text, plain && uri); err != nil {
		return err
	}
	switch ip := net.ParseIP(c.Host); {
	case !c.Plain:
	case !plain:
		return fmt.Errorf("is %s, plain HTTP, which the option insecure-http=true allows to a loopback address", text)
	case ip == nil || !ip.IsLoopback():
		return fmt.Errorf("is %s: plain HTTP is for loopback addresses, such as 127.0.0.1, only", c.Host)
	}
	return nil
}

// readHost reads the host of a workspace: a name or an address, with or without
// https:// and a port. One without a scheme is asked in plain HTTP if plain is set.
func (c *Config) readHost(text string, plain bool) error {
	bare := !strings.Contains(text, "://")
	if bare {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" ||
		u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("is no host name, with or without https:// and a port") // the parser's error would tell what is there
	}
	c.Host, c.Plain, c.Port = u.Hostname(), u.Scheme == "http" || bare && plain, portTLS
	if c.Plain {
		c.Port = portPlain
	}
	if u.Port() != "" {
		if c.Port, err = strconv.Atoi(u.Port()); err != nil || c.Port < 1 || c.Port > maxPort {
			return fmt.Errorf("has port %s, expected one from 1 to %d", u.Port(), maxPort)
		}
	}
	return nil
}
