package databricks

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// The login of a service principal: OAuth, machine to machine.
const (
	tokenPath  = "/oidc/v1/token" // of every workspace, whatever its cloud and its name
	tokenScope = "all-apis"
	// tokenLife is assumed of a token whose life is not told, and freshShare is the
	// share of its life, in percent, after which a token is replaced.
	tokenLife  = time.Hour
	freshShare = 80
)

// prover proves who asks. It is safe for concurrent use.
type prover interface {
	// bearer returns a token that is valid now. It waits for one as long as ctx.
	bearer(ctx context.Context) (string, error)
	// refused is told that the server did not accept a token, and reports whether it
	// is worth trying with another one.
	refused(token string) bool
}

// personal is a personal access token.
type personal struct{ token secret }

func (p personal) bearer(context.Context) (string, error) { return p.token.reveal(), nil }
func (p personal) refused(string) bool                    { return false }

// principal is a service principal, which gets tokens from the workspace for its
// identifier and its secret. The driver's own login does so without a limit of
// time, on the hosts that it knows, and at port 443; hence this one.
type principal struct {
	address  string
	id       secret
	password secret
	post     func(ctx context.Context, req *http.Request) ([]byte, error) // sends a request, more than once if need be
	redact   *Redactor

	turn chan struct{} // holds one element while a goroutine gets a token

	mu    sync.Mutex
	token token
}

// token is what proves who asks for a while.
type token struct {
	text  secret
	fresh time.Time // until then it is not replaced
	ends  time.Time
}

// newPrincipal returns the service principal of a workspace. post sends a request
// and returns the body of its answer, which was a success.
func newPrincipal(c *Config, redact *Redactor, post func(context.Context, *http.Request) ([]byte, error)) *principal {
	return &principal{
		address: c.origin() + tokenPath, id: c.login.clientID, password: c.login.clientSecret,
		post: post, redact: redact, turn: make(chan struct{}, 1),
	}
}

// bearer returns the token that there is, or a new one where it is about to end.
// One goroutine at a time gets a token; others use the old one while it is valid.
func (p *principal) bearer(ctx context.Context) (string, error) {
	now := time.Now()
	have := p.current()
	if now.Before(have.fresh) {
		return have.text.reveal(), nil
	}
	if now.Before(have.ends) {
		select {
		case p.turn <- struct{}{}:
		default:
			return have.text.reveal(), nil // another one is at it
		}
	} else {
		select {
		case p.turn <- struct{}{}:
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
	defer func() { <-p.turn }()
	if have = p.current(); time.Now().Before(have.fresh) {
		return have.text.reveal(), nil // another one got it
	}
	next, err := p.fetch(ctx)
	if err != nil {
		if time.Now().Before(have.ends) && ctx.Err() == nil {
			return have.text.reveal(), nil // it will be asked for again with the next request
		}
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.token = next
	return next.text.reveal(), nil
}

func (p *principal) current() token {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.token
}

// refused forgets the token, if it is still the one in use. Tokens can end before
// their time: where clocks differ, or when a secret is withdrawn.
func (p *principal) refused(text string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.token.text.reveal() == text {
		p.token = token{}
	}
	return true
}

// fetch gets a token from the workspace.
func (p *principal) fetch(ctx context.Context) (token, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {tokenScope}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.address, strings.NewReader(form))
	if err != nil {
		return token{}, &AnswerError{Call: callLogin, Reason: "its address is none", final: true}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.SetBasicAuth(url.QueryEscape(p.id.reveal()), url.QueryEscape(p.password.reveal())) // RFC 6749, section 2.3.1
	asked := time.Now()
	body, err := p.post(ctx, req)
	if err != nil {
		return token{}, err
	}
	return p.read(body, asked)
}

// read reads the answer of a token endpoint to a request that was sent at asked.
func (p *principal) read(body []byte, asked time.Time) (token, error) {
	var answer struct {
		Token   string      `json:"access_token"`
		Kind    string      `json:"token_type"`
		Seconds json.Number `json:"expires_in"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return token{}, &AnswerError{Call: callLogin, Reason: "the answer is no JSON of a token"}
	}
	p.redact.Add(answer.Token)
	if answer.Token == "" || !strings.EqualFold(answer.Kind, "Bearer") {
		return token{}, &AnswerError{Call: callLogin, Reason: "the answer has no bearer token"}
	}
	life := tokenLife
	if seconds, err := answer.Seconds.Int64(); err == nil && seconds > 0 {
		life = time.Duration(seconds) * time.Second
	}
	return token{text: newSecret(answer.Token), fresh: asked.Add(life * freshShare / 100), ends: asked.Add(life)}, nil
}

// oauthReason reads the words of a token endpoint's refusal.
func oauthReason(body []byte) string {
	var answer struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
		Code        string `json:"error_code"`
		Message     string `json:"message"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	if answer.Error == "" {
		answer.Error, answer.Description = answer.Code, answer.Message
	}
	switch {
	case answer.Error == "":
		return answer.Description
	case answer.Description == "":
		return answer.Error
	}
	return answer.Error + ": " + answer.Description
}

// noLogin is the login that the driver is given: the transport proves who asks,
// so that what the driver sends elsewhere bears no token.
type noLogin struct{}

// Authenticate leaves the request as it is.
func (noLogin) Authenticate(*http.Request) error { return nil }
