package service

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
)

// TestFolderless has the folder taken out of errors, and nothing that looks like it.
func TestFolderless(t *testing.T) {
	for _, c := range []struct{ dir, text, want string }{
		{"/srv/studio", "open /srv/studio/exports/4.csv: no space", "open exports/4.csv: no space"},
		{"/srv/studio/", `read "/srv/studio/a" and '/srv/studio/b'`, `read "a" and 'b'`},
		{"/srv/studio", "/srv/studio/a: damaged", "a: damaged"},
		{"/srv/studio", "/mnt/srv/studio/a and /srv/studios/b", "/mnt/srv/studio/a and /srv/studios/b"},
		{"data", "data/a is not in metadata/b", "a is not in metadata/b"},
		{"d.t", "open dot/a", "open dot/a"},
	} {
		failed := errors.New(c.text)
		_, err := folderless(c.dir, func(context.Context, registry.Job, func(registry.Progress)) (json.RawMessage, error) {
			return nil, failed
		})(t.Context(), registry.Job{}, nil)
		if err.Error() != c.want || !errors.Is(err, failed) {
			t.Errorf("%q in %s: %q, want %q", c.text, c.dir, err, c.want)
		}
	}
}
