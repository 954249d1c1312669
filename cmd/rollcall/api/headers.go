package api

import "net/http"

// pagePolicy is the Content-Security-Policy of the page: its own files, no inline
// script or style, pictures that it makes itself, and nobody's frame.
const pagePolicy = "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// Policies of what is no page. A picture is text that a browser may be led to open by
// itself; its attributes are styles.
const (
	dataPolicy    = "default-src 'none'; frame-ancestors 'none'; sandbox"
	picturePolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
)

// setHeaders sets what every answer has.
func setHeaders(header http.Header, id string) {
	header.Set("X-Request-Id", id)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Content-Security-Policy", pagePolicy)
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("X-Frame-Options", "DENY")
	header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
}

// uncached says that an answer is data: it is stored nowhere, and nothing in it runs.
func uncached(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Security-Policy", dataPolicy)
		next.ServeHTTP(w, r)
	})
}
