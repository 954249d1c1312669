package databricks

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Secrets that no message may hold.
var testSecrets = []string{"dapi-env", "dapi-file", "s3cret-env", "s3cret-file", "dapi-uri"}

// testProfiles is a file of profiles.
const testProfiles = `; made by hand
[DEFAULT]
host = https://default.cloud.databricks.com/
token = dapi-file-default

# of the team
[team] ; one line
HOST  = https://team.azuredatabricks.net
client_id = client-file
client_secret = s3cret-file=with=signs
http_path = sql/1.0/warehouses/team

[bare]
warehouse_id = 0123
token = dapi-file-bare

[cli]
host = https://cli.cloud.databricks.com
auth_type = databricks-cli

[both]
host = https://both.cloud.databricks.com
token = dapi-file-both
client_id = client-both
client_secret = s3cret-file-both
auth_type = oauth-m2m

[half]
host = https://half.cloud.databricks.com
client_id = client-half
`

// parse reads a URI in an environment, with testProfiles in the home directory.
func parse(t *testing.T, uri string, env map[string]string) (*Config, error) {
	t.Helper()
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, configFile), []byte(testProfiles), 0o600); err != nil {
		t.Fatal(err)
	}
	return ParseURI(uri, func(name string) string {
		if name == "HOME" {
			return home
		}
		return env[name]
	})
}

func TestParseURI(t *testing.T) {
	const host = "dbc-1.cloud.databricks.com"
	pat := map[string]string{envToken: "dapi-env"}
	whole := func(change func(c *Config)) Config {
		c := Config{Host: host, Port: 443, HTTPPath: "/sql/1.0/warehouses/a", CloudFetch: true, login: login{token: newSecret("dapi-env")}}
		if change != nil {
			change(&c)
		}
		return c
	}
	for _, test := range []struct {
		uri  string
		env  map[string]string
		want Config
		text string // of the Config
	}{
		{"databricks://" + host + "/sql/1.0/warehouses/a", pat, whole(nil), "databricks://dbc-1.cloud.databricks.com/sql/1.0/warehouses/a"},
		{"databricks://" + host + ":8443/sql/1.0/warehouses/a/", pat, whole(func(c *Config) { c.Port = 8443 }), "databricks://dbc-1.cloud.databricks.com:8443/sql/1.0/warehouses/a"},
		{
			"databricks://" + host + "/sql/1.0/warehouses/a?catalog=main&schema=a%20b&parts=8&parallel=4&spool=/tmp/s&cloud-fetch=false&timeout=30m&tags=team:crm,run:7:8&telemetry=true&ca=/ca.pem", pat,
			whole(func(c *Config) {
				c.Catalog, c.Schema, c.Parts, c.Parallel, c.Spool, c.CloudFetch, c.Timeout = "main", "a b", 8, 4, "/tmp/s", false, 30*time.Minute
				c.Tags, c.Telemetry, c.CAFile = map[string]string{"team": "crm", "run": "7:8"}, true, "/ca.pem"
			}), "databricks://dbc-1.cloud.databricks.com/sql/1.0/warehouses/a?catalog=main&schema=a+b",
		},
		{
			"databricks://127.0.0.1:8080/sql/1.0/warehouses/a?insecure-http=true", pat,
			whole(func(c *Config) { c.Host, c.Port, c.Plain = "127.0.0.1", 8080, true }), "databricks://127.0.0.1:8080/sql/1.0/warehouses/a?insecure-http=true",
		},
		{
			"databricks://[::1]/sql/1.0/warehouses/a?insecure-http=true", pat,
			whole(func(c *Config) { c.Host, c.Port, c.Plain = "::1", 80, true }), "databricks://[::1]/sql/1.0/warehouses/a?insecure-http=true",
		},
		{
			"databricks://", map[string]string{envToken: "dapi-env", envHost: "https://" + host + "/", envPath: "sql/1.0/warehouses/a"},
			whole(nil), "databricks://dbc-1.cloud.databricks.com/sql/1.0/warehouses/a",
		},
		{
			"databricks://?insecure-http=true", map[string]string{envToken: "dapi-env", envHost: "http://127.0.0.1:81", envWarehouse: "a"},
			whole(func(c *Config) { c.Host, c.Port, c.Plain = "127.0.0.1", 81, true }), "databricks://127.0.0.1:81/sql/1.0/warehouses/a?insecure-http=true",
		},
		{
			"databricks://" + host + "/sql/1.0/warehouses/a", map[string]string{envClientID: "client-env", envClientSecret: " s3cret-env\n"},
			whole(func(c *Config) {
				c.login = login{clientID: newSecret("client-env"), clientSecret: newSecret("s3cret-env")}
			}), "databricks://dbc-1.cloud.databricks.com/sql/1.0/warehouses/a",
		},
		{ // a profile that the URI names comes before the environment
			"databricks://?profile=team", map[string]string{envToken: "dapi-env", envHost: host, envPath: "/other"},
			whole(func(c *Config) {
				c.Host, c.HTTPPath = "team.azuredatabricks.net", "/sql/1.0/warehouses/team"
				c.login = login{clientID: newSecret("client-file"), clientSecret: newSecret("s3cret-file=with=signs")}
			}), "databricks://team.azuredatabricks.net/sql/1.0/warehouses/team",
		},
		{ // one that the environment names comes after it
			"databricks://", map[string]string{envToken: "dapi-env", envHost: host, envConfigProfile: "bare"},
			whole(func(c *Config) { c.HTTPPath = "/sql/1.0/warehouses/0123" }), "databricks://dbc-1.cloud.databricks.com/sql/1.0/warehouses/0123",
		},
		{ // DEFAULT is the last
			"databricks://default.cloud.databricks.com/sql/1.0/warehouses/a", nil,
			whole(func(c *Config) {
				c.Host, c.login.token = "default.cloud.databricks.com", newSecret("dapi-file-default")
			}), "databricks://default.cloud.databricks.com/sql/1.0/warehouses/a",
		},
		{
			"databricks:///?profile=both", map[string]string{envPath: "/sql/1.0/warehouses/a"},
			whole(func(c *Config) {
				c.Host, c.login = "both.cloud.databricks.com", login{clientID: newSecret("client-both"), clientSecret: newSecret("s3cret-file-both")}
			}), "databricks://both.cloud.databricks.com/sql/1.0/warehouses/a",
		},
	} {
		c, err := parse(t, test.uri, test.env)
		if err != nil {
			t.Errorf("%s: %v", test.uri, err)
			continue
		}
		if diff := cmp.Diff(&test.want, c, cmp.AllowUnexported(Config{}, login{}, secret{}), cmpopts.IgnoreFields(Config{}, "limits")); diff != "" {
			t.Errorf("%s: %s", test.uri, diff)
		}
		if c.limits != defaultLimits {
			t.Errorf("%s: limits are %v", test.uri, c.limits)
		}
		for _, text := range []string{c.String(), fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c), fmt.Sprintf("%s %d", c, c)[:len(test.text)]} {
			if text != test.text {
				t.Errorf("%s: printed as %s, want %s", test.uri, text, test.text)
			}
		}
		if again, err := parse(t, c.String(), map[string]string{envToken: "dapi-env"}); err != nil || again.String() != test.text {
			t.Errorf("%s read again is %v: %v", test.text, again, err)
		}
	}
}

func TestParseURIErrors(t *testing.T) {
	const good = "databricks://h.example/sql/1.0/warehouses/a"
	pat := map[string]string{envToken: "dapi-env"}
	for _, test := range []struct {
		uri string
		env map[string]string
		err string
	}{
		{"databricks://h.example:x/", pat, "databricks URI: it is no URI of the form databricks://HOST[:PORT]/HTTP_PATH?OPTION=VALUE"},
		{"postgres://h.example/", pat, "databricks URI: it does not begin with databricks://"},
		{"databricks:h.example", pat, "databricks URI: it does not begin with databricks://"},
		{"databricks://token:dapi-uri@h.example/a", pat, "databricks URI: it has a user or a token: secrets belong into DATABRICKS_TOKEN or a profile, where no list of processes shows them"},
		{good + "?token=dapi-uri", pat, `databricks URI: option "token" is a secret: it belongs into the environment or a profile, where no list of processes shows it`},
		{good + "?catalog=a&accessToken=dapi-uri", pat, `databricks URI: option "accessToken" is a secret: it belongs into the environment or a profile, where no list of processes shows it`},
		{good + "#x", pat, "databricks URI: it has a #, which means nothing here"},
		{"databricks:///sql/1.0/warehouses/a", pat, "databricks URI: it has a path without a host; expected databricks://HOST/HTTP_PATH, or neither"},
		{good + "?catalogue=x", pat, `databricks URI: unknown option "catalogue"; known are ca, catalog, cloud-fetch, insecure-http, parallel, parts, profile, schema, spool, spool-limit, tags, telemetry, timeout`},
		{good + "?catalog=x&catalog=y", pat, `databricks URI: option "catalog" is given 2 times`},
		{good + "?catalog=x;schema=y", pat, `databricks URI: its options are not of the form OPTION=VALUE&OPTION=VALUE`},
		{good + "?catalog=", pat, `databricks URI: option "catalog" is empty or has a control character`},
		{good + "?parts=0", pat, `databricks URI: option "parts" is "0", expected a whole number from 1 to 4096`},
		{good + "?parallel=many", pat, `databricks URI: option "parallel" is "many", expected a whole number from 1 to 64`},
		{good + "?telemetry=yes", pat, `databricks URI: option "telemetry" is "yes", expected true or false`},
		{good + "?timeout=30", pat, `databricks URI: option "timeout" is "30", expected a duration from 1s to 48h, as 90s, 30m or 2h`},
		{good + "?timeout=48h1s", pat, `databricks URI: option "timeout" is "48h1s", expected a duration from 1s to 48h, as 90s, 30m or 2h`},
		{good + "?tags=a:b,a:c", pat, `databricks URI: option "tags" is "a:b,a:c", expected KEY:VALUE,KEY:VALUE with keys that differ`},
		{good + "?tags=a", pat, `databricks URI: option "tags" is "a", expected KEY:VALUE,KEY:VALUE with keys that differ`},

		{good + "?insecure-http=true", pat, "databricks: the host of the URI is h.example: plain HTTP is for loopback addresses, such as 127.0.0.1, only"},
		{"databricks://localhost/a?insecure-http=true", pat, "databricks: the host of the URI is localhost: plain HTTP is for loopback addresses, such as 127.0.0.1, only"},
		{"databricks://192.168.0.1/a?insecure-http=true", pat, "databricks: the host of the URI is 192.168.0.1: plain HTTP is for loopback addresses, such as 127.0.0.1, only"},
		{"databricks://", map[string]string{envHost: "http://127.0.0.1:81", envPath: "/a", envToken: "dapi-env"}, "databricks: the host of the environment is http://127.0.0.1:81, plain HTTP, which the option insecure-http=true allows to a loopback address"},
		{"databricks://", map[string]string{envHost: "https://h.example/?o=1", envPath: "/a", envToken: "dapi-env"}, "databricks: the host of the environment is no host name, with or without https:// and a port"},
		{"databricks://", map[string]string{envHost: "h.example:99999", envPath: "/a", envToken: "dapi-env"}, "databricks: the host of the environment has port 99999, expected one from 1 to 65535"},
		{"databricks://", map[string]string{envHost: "h.example", envPath: "https://h.example/a", envToken: "dapi-env"}, `databricks: the HTTP path of the environment is "https://h.example/a", expected one like /sql/1.0/warehouses/0123456789abcdef`},

		{"databricks://", map[string]string{envConfigFile: "/nowhere"}, "databricks: no warehouse is configured: missing the host (in the URI, DATABRICKS_HOST, or a profile), the warehouse's HTTP path (in the URI, DATABRICKS_HTTP_PATH, or a profile), the login (DATABRICKS_TOKEN, or DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET, or a profile)"},
		{good, map[string]string{envConfigFile: "/nowhere"}, "databricks: no warehouse is configured: missing the login (DATABRICKS_TOKEN, or DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET, or a profile)"},
		{good, map[string]string{envClientID: "client-env"}, "databricks: the environment has DATABRICKS_CLIENT_ID, but no DATABRICKS_CLIENT_SECRET"},
		{good, map[string]string{envClientSecret: "s3cret-env"}, "databricks: the environment has DATABRICKS_CLIENT_SECRET, but no DATABRICKS_CLIENT_ID"},
		{good, map[string]string{envToken: "dapi-env", envClientID: "client-env"}, "databricks: the environment has a token (DATABRICKS_TOKEN) and a service principal (DATABRICKS_CLIENT_ID): leave one of them out"},
		{good, map[string]string{envToken: "dapi-env", envHost: "other.example"}, "databricks: the login of the environment is for other.example, and is not sent to h.example, which is the host of the URI; name a profile of that host"},

		{good, map[string]string{envHost: "h.example"}, `databricks: the login of profile "DEFAULT" of HOME/.databrickscfg is for default.cloud.databricks.com, and is not sent to h.example, which is the host of the URI; name a profile of that host`},
		{good + "?profile=none", pat, `databricks: HOME/.databrickscfg has no profile "none"; it has "DEFAULT", "bare", "both", "cli", "half", "team"`},
		{good + "?profile=cli", pat, `databricks: profile "cli" of HOME/.databrickscfg logs in by "databricks-cli"; known are pat (token) and oauth-m2m (client_id, client_secret)`},
		{"databricks://?profile=half", pat, `databricks: profile "half" of HOME/.databrickscfg has client_id, but no client_secret`},
		{good, map[string]string{envConfigProfile: "none"}, `databricks: HOME/.databrickscfg has no profile "none"; it has "DEFAULT", "bare", "both", "cli", "half", "team"`},
		{good, map[string]string{envConfigProfile: "team", envConfigFile: "/nowhere"}, `databricks: profile "team": open /nowhere: no such file or directory`},
	} {
		_, err := parse(t, test.uri, test.env)
		if err == nil {
			t.Errorf("%s: no error, want %s", test.uri, test.err)
			continue
		}
		text := err.Error()
		if i := strings.Index(text, "/"+configFile); i > 0 { // the test's home directory
			text = text[:strings.LastIndex(text[:i], " ")+1] + "HOME" + text[i:]
		}
		if text != test.err {
			t.Errorf("%s:\n got %s\nwant %s", test.uri, text, test.err)
		}
		for _, s := range testSecrets {
			if strings.Contains(text, s) {
				t.Errorf("%s: the error holds %s: %s", test.uri, s, text)
			}
		}
	}
}

func TestParseProfiles(t *testing.T) {
	for _, test := range []struct{ text, err string }{
		{"", ""},
		{"\ufeff[a]\r\nhost = b\r\n", ""},
		{"[a]\n[a]\n", `line 2: profile "a" is there twice`},
		{"[a]\nhost = b\n\nHost = c", "line 4: host is there twice in one profile"},
		{"host = b", "line 1: a value before the first [NAME]"},
		{"[a]\nhost", "line 2: expected KEY = VALUE, [NAME] or a comment"},
		{"[a]\n = b", "line 2: expected KEY = VALUE, [NAME] or a comment"},
		{"[a", "line 1: expected [NAME]"},
		{"[]", "line 1: expected [NAME]"},
		{"[a] b", "line 1: expected [NAME]"},
		{"[a]\ntoken = " + strings.Repeat("x", maxLine), "reading profiles: bufio.Scanner: token too long"},
	} {
		_, err := parseProfiles(strings.NewReader(test.text))
		text := ""
		if err != nil {
			text = err.Error()
		}
		if text != test.err {
			t.Errorf("%.20q: error %q, want %q", test.text, text, test.err)
		}
	}
}

func FuzzParseProfiles(f *testing.F) {
	f.Add(testProfiles)
	f.Fuzz(func(_ *testing.T, text string) {
		_, _ = parseProfiles(strings.NewReader(text)) // it does not panic
	})
}

func FuzzParseURI(f *testing.F) {
	f.Add("databricks://h.example:1/a?catalog=b&timeout=1s")
	f.Fuzz(func(t *testing.T, uri string) {
		env := func(name string) string {
			return map[string]string{envToken: "dapi-env", envConfigFile: "/nowhere"}[name]
		}
		c, err := ParseURI(uri, env)
		if err != nil {
			return
		}
		again, err := ParseURI(c.String(), env)
		if err != nil || again.String() != c.String() {
			t.Fatalf("%q is %s, which is %v: %v", uri, c, again, err)
		}
	})
}
