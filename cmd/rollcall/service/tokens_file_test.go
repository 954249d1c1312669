package service

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
)

// TestTokensOfOthers changes the file of tokens as another process does, while the server
// runs and while it does not, and looks for each change once in the log.
func TestTokensOfOthers(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	other, err := access.Open(filepath.Join(dir, "tokens.json"))
	must(t, err)
	first, _, err := other.Add("ada", access.Admin, time.Time{}, demoTime)
	must(t, err)
	s := openStudio(t, dir)
	second, _, err := other.Add("eve", access.Admin, time.Time{}, demoTime)
	must(t, err)
	must(t, other.Revoke(first.ID, demoTime))
	must(t, s.ReloadTokens())
	must(t, s.ReloadTokens())
	own, err := s.AddToken(ctx, admin, TokenRequest{Name: "mia", Roles: []string{"counts"}})
	must(t, err)
	must(t, s.watchTokens(ctx)) // as the next start does
	got := map[string]int{}
	for e, err := range s.log.Read(ctx, audit.Filter{Action: "token", Outcome: audit.Done}) {
		must(t, err)
		got[e.Action+" "+e.Object+" by "+e.Actor.Name]++
	}
	for _, want := range []string{
		"token.add tokens/" + first.ID + " by file of tokens", "token.add tokens/" + second.ID + " by file of tokens",
		"token.revoke tokens/" + first.ID + " by file of tokens", "token.add tokens/" + own.Token.ID + " by ada",
	} {
		if got[want] != 1 {
			t.Errorf("%q is %d times in the log", want, got[want])
		}
	}
	if len(got) != 4 {
		t.Error(got)
	}
}
