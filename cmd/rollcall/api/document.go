package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Tags group the operations in the document.
const (
	tagSession     = "session"
	tagTokens      = "tokens"
	tagAudit       = "audit"
	tagConnections = "connections"
	tagParents     = "parent segments"
	tagAsks        = "questions"
	tagSegments    = "segments"
	tagJobs        = "jobs"
)

const description = `Customer audiences: connections to sources, parent segments over them, segments, and questions about who they select.

Errors are application/problem+json. "code" is what programs tell them apart by; "problems" has the places in a rule or a configuration.
In requests, a member that may be absent may be null as well; names that are not described are refused.
Lists come in pages: pass "next" as "after". Times are RFC 3339. Every answer has X-Request-Id, which the server's log has, too.
A path parameter that has a slash in it, as the path of a segment, is percent-encoded as one part: VIP%2FGold.

Beside this interface: GET /healthz (the process answers), GET /readyz (questions can be asked), GET /metrics (for Prometheus), /mcp (for assistants).`

// operations returns the handler of all operations, and the document that describes them.
func (h *Handler) operations() (handler http.Handler, document []byte, err error) {
	defer func() {
		if wrong := recover(); wrong != nil { // huma says so what is wrong with the types of operations
			err = fmt.Errorf("the operations cannot be described: %v", wrong)
		}
	}()
	mux := http.NewServeMux()
	d := &door{Handler: h, api: humago.NewWithPrefix(mux, prefix, h.config())}
	for _, register := range []func(){
		d.sessionOperations, d.tokenOperations, d.auditOperations, d.connectionOperations, d.parentOperations, d.sourceOperations,
		d.askOperations, d.pictureOperations, d.segmentOperations, d.jobOperations,
	} {
		register()
	}
	mux.HandleFunc(prefix+"/", unmatched(mux, prefix+"/"))
	nullable(d.api.OpenAPI().Components.Schemas)
	describeHeaders(d.api.OpenAPI())
	if err := describeExamples(d.api.OpenAPI()); err != nil {
		return nil, nil, fmt.Errorf("the examples: %w", err)
	}
	document, err = json.Marshal(d.api.OpenAPI())
	return mux, document, err
}

// config says how huma describes and checks.
func (h *Handler) config() huma.Config {
	format := huma.Format{Marshal: marshal, Unmarshal: json.Unmarshal}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: "rollcall", Version: h.options.Version, Description: description},
			Servers: []*huma.Server{{URL: prefix}},
			Components: &huma.Components{
				Schemas: newSchemas(),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"bearer":  {Type: "http", Scheme: "bearer", Description: "a token: rc_ and 43 characters"},
					"session": {Type: "apiKey", In: "cookie", Name: sessionCookie, Description: "of POST /session, for the page"},
				},
			},
		},
		Formats:                      map[string]huma.Format{jsonType: format, "json": format},
		DefaultFormat:                jsonType,
		RejectUnknownQueryParameters: true,
	}
}

// marshal writes an object as the command does, in one piece: where it cannot be written
// as JSON, nothing was sent yet.
func marshal(w io.Writer, v any) error {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(buffer.Bytes())
	return err
}

// describeHeaders has the document say which headers errors come with.
func describeHeaders(document *huma.OpenAPI) {
	retry := &huma.Header{Description: "seconds until it makes sense to try again", Schema: &huma.Schema{Type: huma.TypeInteger}}
	scheme := &huma.Header{Description: "how to say who one is", Schema: &huma.Schema{Type: huma.TypeString}}
	for _, o := range allOperations(document) {
		o.Responses["401"].Headers = map[string]*huma.Header{"WWW-Authenticate": scheme}
		for _, status := range []string{"429", "503"} {
			o.Responses[status].Headers = map[string]*huma.Header{"Retry-After": retry}
		}
	}
}
