package databricks

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"

	federated "github.com/rollcall-db/rollcall/federate/databricks"
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

// settings is what the environment says.
type settings struct {
	config *federated.Config // with the catalog and the schema that tables are made in
	volume string            // a folder, without a slash at its end
	keep   bool
}

// read reads the settings from an environment. The error names every variable
// that is missing, or what is wrong with one that is not; it holds no secret.
func read(getenv func(string) string) (*settings, error) {
	if absent := missing(getenv); len(absent) > 0 {
		return nil, fmt.Errorf("%w: set %s", ErrNotConfigured, strings.Join(absent, ", "))
	}
	options, err := schemaOptions(getenv(envSchema))
	if err != nil {
		return nil, fmt.Errorf("%s %w", envSchema, err)
	}
	if getenv(envPlaintext) == "1" {
		options.Set("insecure-http", "true")
	}
	s := &settings{keep: getenv(envKeep) == "1"}
	if s.config, err = federated.ParseURI(federated.Scheme+"://?"+options.Encode(), getenv); err != nil {
		return nil, err
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

// schemaOptions reads catalog.schema.
func schemaOptions(text string) (url.Values, error) {
	catalog, schema, found := strings.Cut(strings.TrimSpace(text), ".")
	if !found || !plainName(catalog) || !plainName(schema) {
		return nil, errors.New("is not of the form catalog.schema, two names of letters, digits, _ and -")
	}
	return url.Values{"catalog": {catalog}, "schema": {schema}}, nil
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
