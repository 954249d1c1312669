package databricks

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Scheme is that of the URIs of warehouses.
const Scheme = "databricks"

// Config says where a warehouse is, how to prove who asks, and how to read it.
// [ParseURI] makes one. It is safe for concurrent use as long as it is not changed.
type Config struct {
	Host     string // of the workspace, without port; an IPv6 address without brackets
	Port     int    // 443 unless told otherwise
	HTTPPath string // of the warehouse, as /sql/1.0/warehouses/0123456789abcdef
	Plain    bool   // plain HTTP; Host is a loopback address then

	Catalog string // that names without one are looked for in; "": the warehouse's own default
	Schema  string // that names without one are looked for in; "": none

	Parts      int               // that a pull is cut into; 0: the source decides
	Parallel   int               // parts that are pulled side by side; 0: the source decides
	Spool      string            // folder that parts lie in until they are read; "": one in the system's folder of temporary files
	SpoolLimit int64             // bytes of parts that were read already and stay there until the pull ends; 0: the source decides
	CloudFetch bool              // large results come as files of the cloud's storage
	Timeout    time.Duration     // after which the warehouse ends a statement; 0: its own default
	Tags       map[string]string // of every statement, for the warehouse's history of queries
	Telemetry  bool              // the driver may tell Databricks how it is used
	CAFile     string            // PEM file of certificates that are trusted beside the system's; "": none

	login  login
	limits limits
}

// login is what one proves oneself with: a token, or a service principal's
// identifier and secret.
type login struct {
	token        secret
	clientID     secret
	clientSecret secret
}

// Limits of options.
const (
	maxParts    = 4096
	maxParallel = 64
	minTimeout  = time.Second
	maxTimeout  = 172_800 * time.Second // the longest that a warehouse takes
	maxPort     = 65535
)

// Ports that a host without one is asked at.
const (
	portTLS   = 443
	portPlain = 80
)

// String is the URI of the warehouse, with the catalog and the schema. It holds no
// secret, and reads as the same warehouse again.
func (c *Config) String() string {
	address, _, _ := strings.Cut(c.HTTPPath, "?")
	u := url.URL{Scheme: Scheme, Host: c.hostPort(), Path: address}
	q := url.Values{}
	for name, value := range map[string]string{"catalog": c.Catalog, "schema": c.Schema} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if c.Plain {
		q.Set("insecure-http", "true")
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// Format prints what String returns, whatever the verb, because fmt does not ask
// the fields that are secret.
func (c *Config) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(c.String())) } // f keeps the error

// hostPort is the host as a URI has it: with the port where it is not the usual
// one.
func (c *Config) hostPort() string {
	if c.Plain && c.Port == portPlain || !c.Plain && c.Port == portTLS {
		if strings.Contains(c.Host, ":") {
			return "[" + c.Host + "]"
		}
		return c.Host
	}
	return net.JoinHostPort(c.Host, strconv.Itoa(c.Port))
}

// scheme is that of requests.
func (c *Config) scheme() string {
	if c.Plain {
		return "http"
	}
	return "https"
}

// origin is what the address of every request to the workspace begins with.
func (c *Config) origin() string {
	return c.scheme() + "://" + net.JoinHostPort(c.Host, strconv.Itoa(c.Port))
}

// ParseURI reads a URI of the form
//
//	databricks://HOST[:PORT]/HTTP_PATH?OPTION=VALUE&…
//
// with these options:
//
//	catalog=NAME           that names of tables without one are looked for in
//	schema=NAME            the same
//	profile=NAME           of ~/.databrickscfg, or of the file DATABRICKS_CONFIG_FILE
//	parts=N                that a table is pulled in
//	parallel=N             parts that are pulled side by side
//	spool=FOLDER           that parts lie in until they are read
//	spool-limit=SIZE       of parts there that were read already, as 500MB or 20GB
//	cloud-fetch=false      results come through the warehouse, not from the cloud's storage
//	timeout=DURATION       after which the warehouse ends a statement, as 30m
//	tags=KEY:VALUE,…       of every statement, for the warehouse's history of queries
//	telemetry=true         the driver may tell Databricks how it is used
//	ca=FILE                PEM file of certificates that are trusted beside the system's
//	insecure-http=true     plain HTTP, to a loopback address only
//
// What it leaves out (host, path and login) is taken from the profile that it
// names, then from the environment variables DATABRICKS_HOST,
// DATABRICKS_HTTP_PATH, DATABRICKS_WAREHOUSE_ID, DATABRICKS_TOKEN,
// DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET, then from the profile that
// DATABRICKS_CONFIG_PROFILE names, or DEFAULT. A login comes from one of these as
// a whole, and only where that is not for another host.
//
// It sends nothing. The error says what is missing or wrong, and holds no secret.
func ParseURI(uri string, getenv func(string) string) (*Config, error) {
	c := &Config{Port: portTLS, CloudFetch: true, limits: defaultLimits}
	o, err := c.parse(uri)
	if err != nil {
		return nil, fmt.Errorf("databricks URI: %w", err)
	}
	if err := c.resolve(o, getenv); err != nil {
		return nil, fmt.Errorf("databricks: %w", err)
	}
	return c, nil
}

// options are those of a URI that are no fields of a Config.
type options struct {
	place
	profile string
	plain   bool // plain HTTP is allowed
}

// secretOptions are names under which people write secrets into URIs.
var secretOptions = []string{"token", "accesstoken", "access-token", "access_token", "client-secret", "client_secret", "clientsecret", "password", "secret"}

// parse reads all that the URI says itself.
func (c *Config) parse(uri string) (options, error) {
	o := options{place: place{from: "the URI"}}
	u, err := url.Parse(uri)
	switch {
	case err != nil:
		return o, errors.New("it is no URI of the form databricks://HOST[:PORT]/HTTP_PATH?OPTION=VALUE") // the parser's error would tell what is in it
	case u.Scheme != Scheme || u.Opaque != "":
		return o, errors.New("it does not begin with databricks://")
	case u.User != nil:
		return o, errors.New("it has a user or a token: secrets belong into DATABRICKS_TOKEN or a profile, where no list of processes shows them")
	case u.Fragment != "":
		return o, errors.New("it has a #, which means nothing here")
	case u.Host == "" && strings.Trim(u.Path, "/") != "":
		return o, errors.New("it has a path without a host; expected databricks://HOST/HTTP_PATH, or neither")
	}
	o.host = u.Host
	if path := strings.TrimRight(u.Path, "/"); path != "" {
		o.path = path
	}
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return o, errors.New("its options are not of the form OPTION=VALUE&OPTION=VALUE")
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if slices.Contains(secretOptions, strings.ToLower(name)) {
			return o, fmt.Errorf("option %q is a secret: it belongs into the environment or a profile, where no list of processes shows it", name)
		}
		set, ok := uriOptions[name]
		if !ok {
			return o, fmt.Errorf("unknown option %q; known are %s", name, strings.Join(slices.Sorted(maps.Keys(uriOptions)), ", "))
		}
		if len(values[name]) > 1 {
			return o, fmt.Errorf("option %q is given %d times", name, len(values[name]))
		}
		if err := set(c, &o, values[name][0]); err != nil {
			return o, fmt.Errorf("option %q %w", name, err)
		}
	}
	return o, nil
}

// uriOptions read the value of an option. Their errors go on after its name.
var uriOptions = map[string]func(c *Config, o *options, value string) error{
	"catalog":       func(c *Config, _ *options, v string) error { return setName(&c.Catalog, v) },
	"schema":        func(c *Config, _ *options, v string) error { return setName(&c.Schema, v) },
	"profile":       func(_ *Config, o *options, v string) error { return setName(&o.profile, v) },
	"spool":         func(c *Config, _ *options, v string) error { return setName(&c.Spool, v) },
	"spool-limit":   func(c *Config, _ *options, v string) error { return setSize(&c.SpoolLimit, v) },
	"ca":            func(c *Config, _ *options, v string) error { return setName(&c.CAFile, v) },
	"parts":         func(c *Config, _ *options, v string) error { return setNumber(&c.Parts, v, maxParts) },
	"parallel":      func(c *Config, _ *options, v string) error { return setNumber(&c.Parallel, v, maxParallel) },
	"cloud-fetch":   func(c *Config, _ *options, v string) error { return setBool(&c.CloudFetch, v) },
	"telemetry":     func(c *Config, _ *options, v string) error { return setBool(&c.Telemetry, v) },
	"insecure-http": func(_ *Config, o *options, v string) error { return setBool(&o.plain, v) },
	"timeout":       func(c *Config, _ *options, v string) error { return setTimeout(&c.Timeout, v) },
	"tags":          func(c *Config, _ *options, v string) error { return setTags(&c.Tags, v) },
}

// setName reads text that is not empty.
func setName(to *string, value string) error {
	if strings.TrimSpace(value) == "" || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' }) {
		return errors.New("is empty or has a control character")
	}
	*to = value
	return nil
}

// setNumber reads a whole number from 1 to most.
func setNumber(to *int, value string, most int) error {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > most {
		return fmt.Errorf("is %q, expected a whole number from 1 to %d", value, most)
	}
	*to = n
	return nil
}

// sizeUnits are those of sizes.
var sizeUnits = map[string]int64{"MB": 1e6, "GB": 1e9, "TB": 1e12}

// setSize reads a whole number of a unit.
func setSize(to *int64, value string) error {
	digits := strings.TrimRight(value, "MGTB")
	n, err := strconv.ParseInt(digits, 10, 64)
	unit := sizeUnits[value[len(digits):]]
	if err != nil || unit == 0 || n < 1 || n > math.MaxInt64/unit {
		return fmt.Errorf("is %q, expected a size as 500MB, 20GB or 1TB", value)
	}
	*to = n * unit
	return nil
}

// setBool reads true or false.
func setBool(to *bool, value string) error {
	switch value {
	case "true":
		*to = true
	case "false":
		*to = false
	default:
		return fmt.Errorf("is %q, expected true or false", value)
	}
	return nil
}

// setTimeout reads a duration that a warehouse takes.
func setTimeout(to *time.Duration, value string) error {
	d, err := time.ParseDuration(value)
	if err != nil || d < minTimeout || d > maxTimeout {
		return fmt.Errorf("is %q, expected a duration from 1s to 48h, as 90s, 30m or 2h", value)
	}
	*to = d
	return nil
}

// setTags reads KEY:VALUE pairs, with commas between them.
func setTags(to *map[string]string, value string) error {
	tags := map[string]string{}
	for tag := range strings.SplitSeq(value, ",") {
		key, text, found := strings.Cut(tag, ":")
		if _, twice := tags[key]; !found || strings.TrimSpace(key) == "" || twice {
			return fmt.Errorf("is %q, expected KEY:VALUE,KEY:VALUE with keys that differ", value)
		}
		tags[key] = text
	}
	*to = tags
	return nil
}
