package service

import (
	"context"
	"errors"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
)

// TokensRequired reports whether callers must have a token: there is one in the file. Else
// everybody who reaches the service is [Local], which doors must rule out for all but the
// machine itself.
func (s *Service) TokensRequired() bool { return s.tokens != nil && s.tokens.Len() > 0 }

// Authenticate returns who has a token. One that opens nothing is in the log, and an
// *access.DeniedError that does not say why. login says that a session starts with it,
// which is logged, too.
func (s *Service) Authenticate(ctx context.Context, token string, login bool) (Caller, error) {
	const object = "session"
	if s.tokens == nil {
		return Caller{}, &access.DeniedError{}
	}
	found, err := s.tokens.Find(token, s.now())
	if denied := (*access.DeniedError)(nil); errors.As(err, &denied) {
		who := Caller{Name: "unknown (" + string(denied.Reason()) + ")", TokenID: denied.ID()}
		if lerr := s.log(ctx, who, audit.Event{Action: actionLogin, Object: object, Outcome: audit.Denied}); lerr != nil {
			return Caller{}, lerr
		}
		return Caller{}, err
	}
	if err != nil {
		return Caller{}, err
	}
	who := Caller{Name: found.Name, TokenID: found.ID, Roles: found.Roles}
	if login {
		err = s.log(ctx, who, audit.Event{Action: actionLogin, Object: object, Outcome: audit.Done})
	}
	return who, err
}

// ReloadTokens reads the file of tokens again, for what other processes have changed.
func (s *Service) ReloadTokens() error {
	if s.tokens == nil {
		return nil
	}
	return s.tokens.Reload()
}

// Tokens lists all tokens, those that ended with them. Their secrets nobody knows.
func (s *Service) Tokens(ctx context.Context, who Caller) ([]access.Token, error) {
	if err := s.allow(ctx, who, opTokens, "tokens"); err != nil {
		return nil, err
	}
	if s.tokens == nil {
		return []access.Token{}, nil
	}
	return append([]access.Token{}, s.tokens.List()...), nil
}

// AddToken makes a token. Its secret is in the answer, and nowhere else.
func (s *Service) AddToken(ctx context.Context, who Caller, in TokenRequest) (*TokenJSON, error) {
	if err := s.allow(ctx, who, opAddToken, "tokens"); err != nil {
		return nil, err
	}
	out, err := s.addToken(&in)
	object := "tokens"
	if out != nil {
		object = tokenObject(out.Token.ID)
	}
	if err := s.record(ctx, who, opAddToken, object, 0, err); err != nil {
		return nil, err
	}
	return out, nil
}

func (s *Service) addToken(in *TokenRequest) (*TokenJSON, error) {
	if s.tokens == nil {
		return nil, &ConfigurationError{"NO_TOKENS", errors.New("this server has no file of tokens")}
	}
	roles, err := access.ParseRoles(in.Roles...)
	if err != nil {
		return nil, &InputError{"roles", err}
	}
	if roles == 0 {
		return nil, inputf("roles", "there is none, expected one or more of counts, members, segments, admin")
	}
	var expires time.Time
	if in.Expires != "" {
		if expires, err = time.Parse(time.RFC3339, in.Expires); err != nil {
			return nil, inputf("expires", "%.64q is no time, expected one such as 2027-01-31T00:00:00Z", in.Expires)
		}
	}
	token, secret, err := s.tokens.Add(in.Name, roles, expires, s.now())
	if err != nil {
		return nil, tokenError(err)
	}
	return &TokenJSON{Token: token, Secret: secret.Reveal()}, nil
}

// tokenError tells what is wrong with the request from what is wrong with the file.
func tokenError(err error) error {
	if isA[*access.FileError](err) {
		return err
	}
	return &InputError{"token", err}
}

// RevokeToken ends a token from now on.
func (s *Service) RevokeToken(ctx context.Context, who Caller, id string) error {
	object := tokenObject(id)
	if err := s.allow(ctx, who, opRevokeToken, object); err != nil {
		return err
	}
	err := error(&access.UnknownTokenError{ID: id})
	if s.tokens != nil {
		err = s.tokens.Revoke(id, s.now())
	}
	return s.record(ctx, who, opRevokeToken, object, 0, err)
}
