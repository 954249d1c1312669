package databricks

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// defaultProfile is the profile that is read where none is named.
const defaultProfile = "DEFAULT"

// configFile is the file of profiles in the home directory.
const configFile = ".databrickscfg"

// maxLine is the most bytes of a line of a file of profiles.
const maxLine = 64 << 10

// profile is one section of a file of profiles: values by key.
type profile map[string]string

// readProfile returns what the named profile says; DEFAULT where name is empty. A
// profile that is not there is an error if it is needed, else nil is returned.
func readProfile(name string, needed bool, getenv func(string) string) (*place, error) {
	if name == "" {
		name = defaultProfile
	}
	path, err := profileFile(getenv)
	if err != nil {
		if needed {
			return nil, err
		}
		return nil, nil
	}
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !needed:
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("profile %q: %w", name, err)
	}
	defer func() { _ = f.Close() }() // it was only read
	profiles, err := parseProfiles(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	values, found := profiles[name]
	switch {
	case !found && !needed:
		return nil, nil
	case !found:
		return nil, fmt.Errorf("%s has no profile %q; it has %s", path, name, quoted(profiles))
	}
	return values.place(fmt.Sprintf("profile %q of %s", name, path))
}

// quoted lists the names of profiles.
func quoted(profiles map[string]profile) string {
	var names []string
	for name := range profiles {
		names = append(names, fmt.Sprintf("%q", name))
	}
	if len(names) == 0 {
		return "none"
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// profileFile finds the file of profiles.
func profileFile(getenv func(string) string) (string, error) {
	home := getenv("HOME")
	if home == "" {
		home = getenv("USERPROFILE") // as Windows has it
	}
	path := getenv(envConfigFile)
	switch rest, tilde := strings.CutPrefix(path, "~/"); {
	case path != "" && !tilde:
		return path, nil
	case home == "":
		return "", fmt.Errorf("the home directory, which %s is in, is not known: set %s", configFile, envConfigFile)
	case tilde:
		return filepath.Join(home, rest), nil
	}
	return filepath.Join(home, configFile), nil
}

// parseProfiles reads a file of profiles:
//
//	; a comment, as is #
//	[NAME]
//	key = value
//
// Values reach to the end of their line. The error names the line, and not what is
// in it.
func parseProfiles(r io.Reader) (map[string]profile, error) {
	profiles := map[string]profile{}
	var section profile
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || line[0] == ';' || line[0] == '#' {
			continue
		}
		if rest, ok := strings.CutPrefix(line, "["); ok {
			name, after, closed := strings.Cut(rest, "]")
			name = strings.TrimSpace(name)
			_, twice := profiles[name]
			switch {
			case !closed || name == "" || after != "" && !isComment(after):
				return nil, fmt.Errorf("line %d: expected [NAME]", n)
			case twice:
				return nil, fmt.Errorf("line %d: profile %q is there twice", n, name)
			}
			section = profile{}
			profiles[name] = section
			continue
		}
		key, value, found := strings.Cut(line, "=")
		key = strings.ToLower(strings.TrimSpace(key))
		_, twice := section[key]
		switch {
		case !found || key == "":
			return nil, fmt.Errorf("line %d: expected KEY = VALUE, [NAME] or a comment", n)
		case section == nil:
			return nil, fmt.Errorf("line %d: a value before the first [NAME]", n)
		case twice:
			return nil, fmt.Errorf("line %d: %s is there twice in one profile", n, key)
		}
		section[key] = strings.TrimSpace(value)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading profiles: %w", err)
	}
	return profiles, nil
}

// isComment reports whether all of text is space and a comment.
func isComment(text string) bool {
	text = strings.TrimSpace(text)
	return text == "" || text[0] == ';' || text[0] == '#'
}

// place is what the profile says. Profiles of other kinds of login than ours are
// an error, since their owner means them to be used.
func (p profile) place(from string) (*place, error) {
	at := &place{
		from: from, host: p["host"], path: p["http_path"],
		login: login{newSecret(p["token"]), newSecret(p["client_id"]), newSecret(p["client_secret"])},
		names: loginNames{"token", "client_id", "client_secret"},
	}
	if id := p["warehouse_id"]; at.path == "" && id != "" {
		at.path = warehousePath + id
	}
	switch kind := p["auth_type"]; kind {
	case "":
	case "pat":
		at.login.clientID, at.login.clientSecret = secret{}, secret{}
	case "oauth-m2m":
		at.login.token = secret{}
	default:
		return nil, fmt.Errorf("%s logs in by %q; known are pat (token) and oauth-m2m (client_id, client_secret)", from, kind)
	}
	return at, nil
}
