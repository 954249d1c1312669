package api

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"sync"
	"time"
)

// sessionCookie is the name of the cookie that the page's session has.
const sessionCookie = "rollcall_session"

// Limits of sessions. The oldest makes place: each is of a token, and who has one can
// come again.
const (
	maxSessions      = 10_000
	maxTokenSessions = 32 // of one token
)

// sessionHash is the SHA-256 of the random bytes of a session. The bytes themselves are
// the client's alone.
type sessionHash [sha256.Size]byte

// session is one that a token was given for.
type session struct {
	token string // id
	begun time.Time
	used  time.Time
}

// sessions are those of the page, in memory: they end with the process. They are looked
// up by a hash of 32 random bytes, so that how long it takes tells nothing.
type sessions struct {
	now       func() time.Time
	idle, end time.Duration

	mu  sync.Mutex
	all map[sessionHash]*session
}

func newSessions(limits Limits, now func() time.Time) *sessions {
	return &sessions{now: now, idle: limits.SessionIdle, end: limits.SessionEnd, all: map[sessionHash]*session{}}
}

// begin starts a session of a token and returns its secret.
func (s *sessions) begin(token string) string {
	secret := make([]byte, sha256.Size)
	_, _ = rand.Read(secret) // never fails
	text := base64.RawURLEncoding.EncodeToString(secret)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.makePlace(token)
	now := s.now()
	s.all[sha256.Sum256([]byte(text))] = &session{token: token, begun: now, used: now}
	return text
}

// makePlace drops what has ended, and where there are too many, the one that was not
// used for longest.
func (s *sessions) makePlace(token string) {
	ofToken := 0
	for hash, one := range s.all {
		switch {
		case s.over(one):
			delete(s.all, hash)
		case one.token == token:
			ofToken++
		}
	}
	if ofToken >= maxTokenSessions {
		s.dropOldest(func(one *session) bool { return one.token == token })
	}
	if len(s.all) >= maxSessions {
		s.dropOldest(func(*session) bool { return true })
	}
}

func (s *sessions) dropOldest(of func(*session) bool) {
	var oldest sessionHash
	var found *session
	for hash, one := range s.all {
		if of(one) && (found == nil || one.used.Before(found.used)) {
			oldest, found = hash, one
		}
	}
	if found != nil {
		delete(s.all, oldest)
	}
}

// over reports whether a session has ended by itself.
func (s *sessions) over(one *session) bool {
	now := s.now()
	return now.Sub(one.used) >= s.idle || now.Sub(one.begun) >= s.end
}

// use returns the id of the token of a session, and that it was used now.
func (s *sessions) use(text string) (token string, hash sessionHash, ok bool) {
	hash = sha256.Sum256([]byte(text))
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.all[hash]
	if !ok {
		return "", hash, false
	}
	if s.over(one) {
		delete(s.all, hash)
		return "", hash, false
	}
	one.used = s.now()
	return one.token, hash, true
}

// finish ends a session; one that is not there stays so.
func (s *sessions) finish(hash sessionHash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, hash)
}

// cookie returns the cookie of a session. An empty text takes it from the browser.
func (s *sessions) cookie(text string, secure bool) *http.Cookie {
	c := &http.Cookie{
		Name: sessionCookie, Value: text, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: secure,
		MaxAge: int(s.end / time.Second),
	}
	if text == "" {
		c.MaxAge = -1
	}
	return c
}
