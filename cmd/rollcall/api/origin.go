package api

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// hosts checks for whom a request is. A page of another site can make its own name point
// at this machine, and is then of the same origin to the browser; the name in Host tells.
// An address in Host is no name and cannot be pointed anywhere: loopback's are right, and
// the one that the connection came to.
func (h *Handler) hosts(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !h.isOurs(r) {
			h.refuse(w, r, http.StatusForbidden, "WRONG_HOST", "the name in the request's Host header is none of this server's",
				"use the address that it listens on, or have the operator add the name with --host")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isOurs reports whether the Host of a request is a name of this server.
func (h *Handler) isOurs(r *http.Request) bool {
	name := hostName(r.Host)
	if name == "localhost" || slices.Contains(h.names, name) {
		return true
	}
	asked, err := netip.ParseAddr(name)
	if err != nil {
		return false
	}
	if asked.Unmap().IsLoopback() {
		return true
	}
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	at, err := netip.ParseAddrPort(local.String())
	return err == nil && at.Addr().Unmap().WithZone("") == asked.Unmap()
}

// hostName returns the name of a Host header: without port and brackets, in lower case,
// without the point that ends a full name.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	} else {
		host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	}
	return strings.TrimSuffix(strings.ToLower(host), ".")
}

// origins refuses what the pages of other sites send. Of what changes something the
// standard library's check decides; data is not given to another site's page either,
// whatever it hopes to learn from how long that takes. Browsers alone say where a request
// comes from: programs are not concerned.
func (h *Handler) origins(next http.Handler) http.Handler {
	check := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := check.Check(r)
		if site := r.Header.Get("Sec-Fetch-Site"); err == nil && isData(r.URL.Path) && site != "" && site != "same-origin" && site != "none" {
			err = fmt.Errorf("another site's page has sent the request")
		}
		if err != nil {
			h.refuse(w, r, http.StatusForbidden, "CROSS_ORIGIN", err.Error(), "programs send no Origin and no Sec-Fetch-Site")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isData reports whether a path is the interface of programs, not a file of the page.
func isData(path string) bool {
	return strings.HasPrefix(path, prefix+"/") || path == "/mcp" || path == "/metrics"
}
