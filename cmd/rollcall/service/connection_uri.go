package service

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
)

// uriOptions are the options that URIs of requests may have. Those that name files or
// folders of the server (certificates, profiles, spools, sockets) are none of them: no
// request reaches its file system by a connection.
var uriOptions = map[registry.Kind][]string{
	registry.Databricks: {"catalog", "schema", "parts", "parallel", "cloud-fetch", "timeout", "tags", "insecure-http"},
	registry.Postgres:   {"sslmode", "parallel", "connect_timeout", "application_name", "statement_timeout", "search_path", "target_session_attrs"},
}

// secretRoles are the secrets that a kind of source takes.
var secretRoles = map[registry.Kind][]string{
	registry.Databricks: {"token", "client_id", "client_secret"},
	registry.Postgres:   {"password"},
}

// uri returns where a connection is: as the request says, or made of its parts.
func (in *ConnectionRequest) uri() (string, error) {
	made, err := in.madeURI()
	switch {
	case err != nil:
		return "", err
	case in.URI != "" && in.hasParts():
		return "", inputf("uri", "it is there with parts of one (host, path, …): give one of the two")
	case in.URI == "":
		return made, nil
	}
	return in.URI, nil
}

// hasParts reports whether any part of a URI is there.
func (in *ConnectionRequest) hasParts() bool {
	return in.Host != "" || in.Port != 0 || in.Path != "" || in.HTTPPath != "" || in.Catalog != "" || in.Schema != "" ||
		in.Database != "" || in.User != ""
}

// madeURI puts a URI together; every part is escaped, so that none says more than it
// should.
func (in *ConnectionRequest) madeURI() (string, error) {
	if in.URI != "" {
		return "", nil
	}
	if in.Port < 0 || in.Port > 65535 {
		return "", inputf("port", "%d is no port, expected 1 to 65535", in.Port)
	}
	host := in.Host
	if strings.ContainsAny(host, "/?#@\\") {
		return "", inputf("host", "%q is no host: give the name alone", host)
	}
	if in.Port != 0 {
		host = net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(in.Port))
	}
	switch registry.Kind(in.Kind) {
	case registry.Files:
		return in.Path, nil
	case registry.Databricks:
		path := in.Path
		if in.HTTPPath != "" {
			path = in.HTTPPath
		}
		u := url.URL{Scheme: "databricks", Host: host, Path: "/" + strings.TrimLeft(path, "/")}
		u.RawQuery = given(url.Values{"catalog": {in.Catalog}, "schema": {in.Schema}}).Encode()
		return u.String(), nil
	case registry.Postgres:
		u := url.URL{Scheme: "postgres", Host: host, Path: "/" + in.Database}
		if in.User != "" {
			u.User = url.User(in.User)
		}
		return u.String(), nil
	}
	return "", nil // the registry says what is wrong with the kind
}

// given leaves out what is empty.
func given(values url.Values) url.Values {
	maps.DeleteFunc(values, func(_ string, v []string) bool { return v[0] == "" })
	return values
}

// checkConnectionURI refuses what leads elsewhere than to a host or a folder. It does not
// repeat the URI, which may hold a secret.
func checkConnectionURI(k registry.Kind, uri string) error {
	known, ok := uriOptions[k]
	if !ok {
		return nil // folders are looked at where they are opened, too
	}
	u, err := url.Parse(uri)
	if err != nil {
		return inputf("uri", "it cannot be read")
	}
	if u.Hostname() == "" || strings.Contains(u.Host, ",") {
		return inputf("uri", "it has no host, or several: give one")
	}
	options, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return inputf("uri", "its options behind ? cannot be read")
	}
	for _, name := range slices.Sorted(maps.Keys(options)) {
		if !slices.Contains(known, name) {
			return inputf("uri", "the option %.64q is not one that a connection of kind %s may have; known are %s", name, k, strings.Join(known, ", "))
		}
	}
	return nil
}

// secrets returns where the secrets of a request are, and the values that come with it.
func (in *ConnectionRequest) secrets() (map[string]string, map[string]registry.Secret, error) {
	references, values := map[string]string{}, map[string]registry.Secret{}
	known := secretRoles[registry.Kind(in.Kind)]
	for _, role := range slices.Sorted(maps.Keys(in.Secrets)) {
		secret := in.Secrets[role]
		switch {
		case !slices.Contains(known, role):
			return nil, nil, inputf("secrets", "%.64q is none that a connection of kind %.64q has; %s", role, in.Kind, expected(known))
		case secret.Value != nil && secret.Env != "":
			return nil, nil, inputf("secrets."+role, "it has a value and a variable of the environment: give one of them")
		case secret.Env != "":
			references[role] = "env:" + secret.Env
		default:
			references[role] = registry.Stored
			if secret.Value != nil {
				values[role] = *secret.Value
			}
		}
	}
	return references, values, nil
}

// expected lists what is taken.
func expected(names []string) string {
	if len(names) == 0 {
		return "it has none"
	}
	return "expected " + strings.Join(names, ", ")
}

// quotedList names several things.
func quotedList(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(quoted, ", ")
}
