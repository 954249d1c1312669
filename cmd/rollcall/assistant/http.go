package assistant

import (
	"context"
	"net/http"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// maxBody is the size of a request at most.
const maxBody = 1 << 20

// Handler answers assistants over HTTP, as the streamable transport has it: every POST is a
// question by itself, which ends when its client has gone, and there are no sessions that a
// stranger could take over. who says by the context of each request what is asked, and for whom; a nil
// Backend refuses it. Whoever mounts the handler checks tokens, Host and Origin before.
func Handler(who func(ctx context.Context) (Backend, Options)) http.Handler {
	g := newGate()
	return mcp.NewStreamableHTTPHandler(func(r *http.Request) *mcp.Server {
		backend, options := who(r.Context())
		if backend == nil {
			return nil
		}
		return newServer(r.Context(), g, backend, options)
	}, &mcp.StreamableHTTPOptions{
		Stateless: true, JSONResponse: true, MaxRequestBodyBytes: maxBody, PropagateRequestCancellation: true,
		DisableLocalhostProtection: true, // the studio checks Host itself, and knows the names that are allowed
	})
}
