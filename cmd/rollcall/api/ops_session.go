package api

import (
	"context"
	"net/http"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

const sessionPath = prefix + "/session"

// Session says who asks, and what the server is.
type Session struct {
	Name           string       `json:"name" doc:"of the caller; empty of who is not known"`
	Roles          access.Roles `json:"roles" doc:"what the caller may do; admin has all others"`
	Local          bool         `json:"local" doc:"on the machine itself, where no token is needed"`
	TokensRequired bool         `json:"tokens_required"`
	Server         ServerJSON   `json:"server"`
}

// ServerJSON is what a client may know of the server before it is known itself.
type ServerJSON struct {
	Version string `json:"version"`
	Demo    bool   `json:"demo" doc:"the data is the demonstration's"`
}

// Login asks for a session.
type Login struct {
	Token string `json:"token" doc:"a token, as rollcall token add prints it" minLength:"1" maxLength:"256"`
}

// sessionAnswer is a session with the cookie that stands for it.
type sessionAnswer struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      *Session
}

// noAnswer is an answer that takes the cookie back.
type noAnswer struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

func (d *door) sessionOperations() {
	handle(d, route{
		method: http.MethodGet, path: "/session", id: "getSession", tag: tagSession, public: true,
		summary: "Who asks", description: "Answers who is not known, too: without a name and without roles.",
	}, func(_ context.Context, who service.Caller, _ *struct{}) (*Session, error) { return d.session(who), nil })
	handleWith(d, route{
		method: http.MethodPost, path: "/session", id: "login", tag: tagSession, public: true,
		summary: "Begin a session with a token", description: "For the page: the cookie stands for the token. Programs send the token with each request.",
		body: Login{Token: "rc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
	}, d.login)
	handleWith(d, route{
		method: http.MethodDelete, path: "/session", id: "logout", tag: tagSession, public: true, summary: "End the session",
	}, func(ctx context.Context, _ service.Caller, _ *struct{}) (*noAnswer, error) {
		d.sessions.finish(exchangeOf(ctx).session)
		return &noAnswer{*d.sessions.cookie("", d.secure.Load())}, nil
	})
}

// session returns what a caller is told of itself.
func (h *Handler) session(who service.Caller) *Session {
	return &Session{
		Name: who.Name, Roles: who.Roles, Local: who.Local, TokensRequired: h.tokens.areRequired(),
		Server: ServerJSON{h.options.Version, h.options.Demo},
	}
}

// login begins a session. A session that the client had before ends.
func (d *door) login(ctx context.Context, _ service.Caller, in *struct{ Body Login }) (*sessionAnswer, error) {
	if _, err := d.tokens.find(in.Body.Token); err != nil {
		return nil, d.denied(ctx, in.Body.Token, err)
	}
	who, err := d.service.Authenticate(ctx, in.Body.Token, true)
	if err != nil {
		return nil, err
	}
	d.sessions.finish(exchangeOf(ctx).session)
	return &sessionAnswer{*d.sessions.cookie(d.sessions.begin(who.TokenID), d.secure.Load()), d.session(who)}, nil
}
