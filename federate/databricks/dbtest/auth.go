package dbtest

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"
)

// tokens are those that the warehouse accepts. They are safe for concurrent use.
type tokens struct {
	ttl     time.Duration
	clients map[string]string

	mu       sync.Mutex
	personal map[string]bool      // false: expired
	oauth    map[string]time.Time // until when
}

func newTokens(o Options) *tokens {
	t := &tokens{ttl: o.TokenTTL, clients: o.Clients, personal: map[string]bool{}, oauth: map[string]time.Time{}}
	for _, token := range o.Tokens {
		t.personal[token] = true
	}
	return t
}

// Kinds of proof, for Call.
const (
	credentialToken = "token"
	credentialOAuth = "oauth"
)

// check tells what a call's token is, or what is wrong with it and the status to
// answer with.
func (t *tokens) check(token string) (credential, wrong string, status int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	valid, personal := t.personal[token]
	until, oauth := t.oauth[token]
	switch {
	case token == "":
		return "", "Credential was not sent or was of an unsupported type for this API.", http.StatusUnauthorized
	case personal && valid:
		return credentialToken, "", 0
	case oauth && time.Now().Before(until):
		return credentialOAuth, "", 0
	case oauth:
		return "", "Access token expired.", http.StatusUnauthorized
	}
	return "", "Invalid access token.", http.StatusForbidden
}

// issue returns a new OAuth token.
func (t *tokens) issue() string {
	token := "oauth-" + newSecret()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.oauth[token] = time.Now().Add(t.ttl)
	return token
}

// expire ends the life of a token.
func (t *tokens) expire(token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.personal[token] {
		t.personal[token] = false
	}
	if _, ok := t.oauth[token]; ok {
		t.oauth[token] = time.Time{}
	}
}

func (t *tokens) expireAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for token := range t.oauth {
		t.oauth[token] = time.Time{}
	}
}

// bearer is the token of a request, empty where there is none.
func bearer(r *http.Request) string {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return ""
	}
	return token
}

// idBytes is the length of random identifiers and secrets.
const idBytes = 16

// newID returns random bytes; crypto/rand does not fail.
func newID() []byte {
	id := make([]byte, idBytes)
	_, _ = rand.Read(id)
	return id
}

func newSecret() string { return hex.EncodeToString(newID()) }

// Paths of the OAuth endpoints.
const (
	tokenPath      = "/oidc/v1/token"
	azureTokenPath = "/oidc/oauth2/v2.0/token"
	tokenMaxBytes  = 1 << 16 // of a request for a token
)

// wellKnown are the documents by which clients find the token endpoint, given the
// scheme and host of the server.
var wellKnown = map[string]func(base string) map[string]any{
	"/.well-known/databricks-config": func(base string) map[string]any {
		return map[string]any{"oidc_endpoint": base + "/oidc", "account_id": "local"}
	},
	"/oidc/.well-known/openid-configuration":       openidConfiguration,
	"/oidc/.well-known/oauth-authorization-server": openidConfiguration,
}

func openidConfiguration(base string) map[string]any {
	return map[string]any{
		"issuer":                                base + "/oidc",
		"token_endpoint":                        base + tokenPath,
		"authorization_endpoint":                base + "/oidc/v1/authorize",
		"grant_types_supported":                 []string{"client_credentials"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
	}
}

func (s *Server) serveDiscovery(w http.ResponseWriter, r *http.Request) {
	h := s.begin(Call{Method: MethodDiscovery, UserAgent: r.UserAgent()})
	if s.refused(w, r, h) {
		return
	}
	s.sendJSON(w, r, h, http.StatusOK, wellKnown[r.URL.Path](baseOf(r)))
}

// baseOf returns scheme and host under which the client reached the server.
func baseOf(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// serveToken gives tokens to clients that know their secret: the grant of client
// credentials.
func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	h := s.begin(Call{Method: MethodToken, UserAgent: r.UserAgent()})
	if s.refused(w, r, h) {
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, tokenMaxBytes)
	if err := r.ParseForm(); err != nil || r.Method != http.MethodPost {
		s.sendJSON(w, r, h, http.StatusBadRequest, map[string]any{"error": "invalid_request"})
		return
	}
	if r.PostForm.Get("grant_type") != "client_credentials" {
		s.sendJSON(w, r, h, http.StatusBadRequest, map[string]any{"error": "unsupported_grant_type"})
		return
	}
	id, secret, ok := r.BasicAuth()
	if !ok {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	want, known := s.tokens.clients[id]
	if !known || secret != want {
		s.sendJSON(w, r, h, http.StatusUnauthorized,
			map[string]any{"error": "invalid_client", "error_description": "Client authentication failed"})
		return
	}
	s.sendJSON(w, r, h, http.StatusOK, map[string]any{
		"access_token": s.tokens.issue(), "token_type": "Bearer",
		"expires_in": int(s.options.TokenTTL / time.Second), "scope": r.PostForm.Get("scope"),
	})
}

func (s *Server) sendJSON(w http.ResponseWriter, r *http.Request, h hit, status int, value map[string]any) {
	body, err := json.Marshal(value)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if status != http.StatusOK { // only the status line goes out before the body
		w.WriteHeader(status)
	}
	s.send(w, r, h, len(body), bytes.NewReader(body))
}

// begin counts a call, tells of it, and returns what goes wrong in it.
func (s *Server) begin(c Call) hit {
	if s.options.Observe != nil {
		s.options.Observe(c)
	}
	return s.faults.call(c.Method)
}
