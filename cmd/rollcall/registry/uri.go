package registry

import (
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind is a kind of source.
type Kind string

// The kinds.
const (
	Files      Kind = "files"      // a folder: an absolute path, or file:///path
	Databricks Kind = "databricks" // databricks://HOST/HTTP_PATH?catalog=…
	Postgres   Kind = "postgres"   // postgres://USER@HOST:PORT/DATABASE
)

// schemes are what a URI of a kind starts with.
var schemes = map[Kind][]string{
	Files: {"file"}, Databricks: {"databricks"}, Postgres: {"postgres", "postgresql"},
}

// secretWords are parts of the names of options that hold secrets.
var secretWords = []string{"pass", "pwd", "secret", "token", "credential", "private"}

// checkURI checks where a source is, and that no secret is in it. Messages never
// show the URI, which may hold one.
func checkURI(kind Kind, uri string) error {
	known, ok := schemes[kind]
	switch {
	case !ok:
		return invalidf("kind", "%.64q, expected files, databricks or postgres", kind)
	case uri == "":
		return invalidf("URI", "it is empty")
	case len(uri) > MaxURIBytes:
		return invalidf("URI", "it has %d bytes, at most %d are allowed", len(uri), MaxURIBytes)
	case !utf8.ValidString(uri), strings.ContainsFunc(uri, isControl):
		return invalidf("URI", "it has a control character, or is not UTF-8")
	case kind == Files && filepath.IsAbs(uri):
		return checkFolder(uri)
	}
	u, err := url.Parse(uri)
	if err != nil || !slices.Contains(known, u.Scheme) {
		if kind == Files {
			return invalidf("URI", "expected an absolute path, or file:// and one")
		}
		return invalidf("URI", "expected one that starts with %s://", known[0])
	}
	switch _, password := u.User.Password(); {
	case password, u.User != nil && kind != Postgres:
		return invalidf("URI", "it has a secret, or a user, before the host: give secrets apart")
	case u.Fragment != "":
		return invalidf("URI", "it has a part behind #")
	case kind == Files && (u.Host != "" || u.RawQuery != ""):
		return invalidf("URI", "expected file:// and an absolute path, without a host and options")
	case kind == Files:
		return checkFolder(u.Path)
	}
	return checkOptions(u)
}

// checkOptions looks for options that hold secrets.
func checkOptions(u *url.URL) error {
	options, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return invalidf("URI", "its options behind ? cannot be read")
	}
	for name := range options {
		for _, word := range secretWords {
			if strings.Contains(strings.ToLower(name), word) {
				return invalidf("URI", "it has an option with %q in its name: give secrets apart", word)
			}
		}
	}
	return nil
}

// checkFolder checks the path of a source's folder. It is the one that is looked
// at: nothing in it leads elsewhere.
func checkFolder(path string) error {
	if !filepath.IsAbs(path) || slices.Contains(strings.Split(filepath.ToSlash(path), "/"), "..") {
		return invalidf("URI", `expected an absolute path without ".."`)
	}
	return nil
}
