package databricks

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// tokenAhead is how long before its end a token is replaced, so that it does not
// end on its way.
const tokenAhead = time.Minute

// login proves a service principal's identity to the workspace: OAuth, machine to
// machine. The driver's own does so without a limit of time, whatever the context
// says, and not on every host name; hence this one. It is an auth.Authenticator of
// the driver, safe for concurrent use.
type login struct {
	config clientcredentials.Config
	client *http.Client
	redact *redactor
	turn   chan struct{} // holds one element while a goroutine looks at token
	token  *oauth2.Token
}

// newLogin returns the login of the settings' service principal.
func newLogin(s *settings, client *http.Client, redact *redactor) *login {
	return &login{
		config: clientcredentials.Config{
			ClientID: string(s.clientID), ClientSecret: string(s.clientSecret),
			TokenURL: s.origin() + "/oidc/v1/token", Scopes: []string{"all-apis"},
			AuthStyle: oauth2.AuthStyleInHeader, // known, so that a refusal is not asked for twice
		},
		client: client, redact: redact, turn: make(chan struct{}, 1),
	}
}

// Authenticate puts a valid token into a request. It fetches one where there is
// none yet, for as long as the request's call lasts.
func (l *login) Authenticate(r *http.Request) error {
	ctx, cancel := during(r.Context())
	defer cancel()
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-l.turn }()
	if !l.token.Valid() || !l.token.Expiry.IsZero() && time.Until(l.token.Expiry) < tokenAhead {
		token, err := l.config.Token(context.WithValue(ctx, oauth2.HTTPClient, l.client))
		if err != nil {
			return err
		}
		l.redact.add(secret(token.AccessToken))
		l.token = token
	}
	l.token.SetAuthHeader(r)
	return nil
}
