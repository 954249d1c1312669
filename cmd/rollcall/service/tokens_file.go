package service

import (
	"context"
	"strings"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
)

// tokensFile is who the log says has changed tokens where another process has: whoever may
// write the file.
const tokensFile = "file of tokens"

const tokenObjects = "tokens/"

// tokenObject is what the log calls a token.
func tokenObject(id string) string { return tokenObjects + id }

// watchTokens has the log know of the tokens that other processes make and revoke, as
// `rollcall token add` does: those from now on, and those of before that it does not know.
func (s *Service) watchTokens(ctx context.Context) error {
	if s.tokens == nil {
		return nil
	}
	known := map[string]bool{}
	for e, err := range s.audit.Read(ctx, audit.Filter{Action: "token", Outcome: audit.Done}) {
		if err != nil {
			return err
		}
		if id, ok := strings.CutPrefix(e.Object, tokenObjects); ok {
			known[e.Action+" "+id] = true
		}
	}
	var made, revoked []access.Token
	for _, token := range s.tokens.List() {
		if !known[opAddToken.Name+" "+token.ID] {
			made = append(made, token)
		}
		if !token.Revoked.IsZero() && !known[opRevokeToken.Name+" "+token.ID] {
			revoked = append(revoked, token)
		}
	}
	later := context.WithoutCancel(ctx)
	s.logTokens(later, made, revoked)
	s.tokens.OnChange(func(made, revoked []access.Token) { s.logTokens(later, made, revoked) })
	return nil
}

// logTokens logs what others have changed. It is done already: where the log takes nothing,
// the server's own log says so, and the next start tries again.
func (s *Service) logTokens(ctx context.Context, made, revoked []access.Token) {
	for _, change := range []struct {
		op     Operation
		tokens []access.Token
	}{{opAddToken, made}, {opRevokeToken, revoked}} {
		for _, token := range change.tokens {
			err := s.log(ctx, Caller{Name: tokensFile}, audit.Event{Action: change.op.Name, Object: tokenObject(token.ID), Outcome: audit.Done})
			if err != nil {
				s.slog.ErrorContext(ctx, "a change of the file of tokens cannot be logged", "token", token.ID, "error", err)
			}
		}
	}
}
