package api

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// errScheme is an Authorization header that is none of this server's.
var errScheme = errors.New(`the Authorization header is not "Bearer" and a token`)

// authenticate finds out who sends a request, refuses who must be known and is not, and
// holds everybody to a rate. Logging in and asking who one is are for all.
func (h *Handler) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := exchangeOf(r.Context())
		x.address = address(r)
		text, wrong := h.identify(r, x)
		if wait, ok := h.rates.take(rateKey(x)); !ok {
			tooMany(wait).write(w, r)
			return
		}
		if wrong != nil && (r.URL.Path != sessionPath || r.Header.Get("Authorization") != "") {
			h.denied(r.Context(), text, wrong).write(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// identify finds the caller of a request: by its token; by its session; or, where no
// tokens are needed, as the local one. With an error comes the text that is no token.
func (h *Handler) identify(r *http.Request, x *exchange) (text string, err error) {
	required := h.tokens.areRequired()
	if given := r.Header.Values("Authorization"); len(given) > 0 {
		scheme, text, _ := strings.Cut(given[0], " ")
		if len(given) > 1 || !strings.EqualFold(scheme, "Bearer") {
			return "", errScheme
		}
		token, err := h.tokens.find(text)
		if err == nil {
			x.knows(callerOf(token))
		}
		return text, err
	}
	if h.identifySession(r, x) {
		return "", nil
	}
	if !required && isLocal(r, x) {
		x.knows(service.Local())
		return "", nil
	}
	return "", errNoToken
}

// passedOn are the headers by which proxies say that they pass a request on. Many can be set
// up to say nothing: then only a token keeps their clients out.
var passedOn = []string{
	"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Server", "X-Original-Host", "X-Real-Ip",
	"True-Client-Ip", "Cf-Connecting-Ip", "X-Client-Ip",
}

// isLocal reports whether a request comes from the machine itself. One that a proxy there
// passes on does not, where the proxy says so.
func isLocal(r *http.Request, x *exchange) bool {
	for _, name := range passedOn {
		if _, there := r.Header[name]; there {
			return false
		}
	}
	ip, err := netip.ParseAddr(x.address)
	return err == nil && ip.IsLoopback()
}

// errNoToken is a request without a token where one is needed.
var errNoToken = errors.New("a token is needed")

// identifySession finds the caller by the session of the page, which ends with its token.
func (h *Handler) identifySession(r *http.Request, x *exchange) bool {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return false
	}
	id, hash, ok := h.sessions.use(cookie.Value)
	if !ok {
		return false
	}
	token, valid := h.tokens.valid(id)
	if !valid {
		h.sessions.finish(hash)
		return false
	}
	x.session = hash
	x.knows(callerOf(token))
	return true
}

func (x *exchange) knows(caller service.Caller) { x.caller, x.known = caller, true }

// callerOf returns the caller that a token stands for.
func callerOf(token access.Token) service.Caller {
	return service.Caller{Name: token.Name, TokenID: token.ID, Roles: token.Roles}
}

// denied returns the answer to who is not known, and has it in the audit log. Wrong tokens
// of an address are counted: beyond what mistakes explain they are not logged any more, so
// that nobody fills the log with them. Who has a token is never held up by who has none.
func (h *Handler) denied(ctx context.Context, text string, why error) *Problem {
	if wait, ok := h.attempts.take(exchangeOf(ctx).address); !ok {
		return tooMany(wait)
	}
	_, err := h.service.Authenticate(ctx, text, false)
	if denied := (*access.DeniedError)(nil); err != nil && h.tokens.set != nil && !errors.As(err, &denied) {
		h.fault(ctx, err)
		return problemOf(err)
	}
	detail := "the token is none, or is not valid any more"
	if errors.Is(why, errNoToken) || errors.Is(why, errScheme) {
		detail = why.Error()
	}
	return newProblem(http.StatusUnauthorized, codeUnauthorized, detail, `send "Authorization: Bearer" and a token; an administrator makes one`)
}

// tooMany is the answer to a caller that sends more than it may.
func tooMany(wait time.Duration) *Problem {
	after := seconds(wait)
	p := newProblem(http.StatusTooManyRequests, codeRate, "the caller sends more requests than it may", fmt.Sprintf("try again in %d s", after))
	p.retry = after
	return p
}

// rateKey is what a caller's requests are counted under: its token, or where it has none
// its address.
func rateKey(x *exchange) string {
	if x.caller.TokenID != "" {
		return x.caller.TokenID
	}
	return x.address
}

// address returns where a request comes from, for counting: an IPv4 address, or the half
// of an IPv6 one that a subscriber has as a whole.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if ip = ip.Unmap().WithZone(""); ip.Is6() && !ip.IsLoopback() {
		const subscriber = 64
		network, _ := ip.Prefix(subscriber)
		return network.String()
	}
	return ip.String()
}
