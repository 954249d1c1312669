package dbtest

import "time"

// Options say what a [Server] is like. The zero value of every field but Engine
// is a default.
type Options struct {
	Engine     SQLEngine         // runs the statements; needed
	Tokens     []string          // accepted personal access tokens
	Clients    map[string]string // accepted OAuth clients: id and secret
	TokenTTL   time.Duration     // of OAuth tokens; default 1 hour
	DirectWait time.Duration     // how long ExecuteStatement waits for a result; default 5 s, below 0: not at all

	CloudFetch   bool          // answer with links to files where the client takes them
	RowsPerLink  int           // default 50,000
	LinksPerPage int           // default 4
	LinkTTL      time.Duration // default 15 minutes
	PadRows      int           // rows that each file has beyond what its link declares

	PageBytes   int           // of Arrow data in an inline page, about; default 16 MiB
	SessionIdle time.Duration // after which the server closes a session; default 8 hours

	Faults  []Fault    // as Inject has them, from the start
	Observe func(Call) // is told of each call before it is carried out, side by side; may be nil
}

// Call is a call of a client that proved who it is, or of one of the methods
// [MethodFile], [MethodToken] and [MethodDiscovery].
type Call struct {
	Method     string
	Statement  string            // of ExecuteStatement
	Conf       map[string]string // of OpenSession: the session's parameters; of ExecuteStatement: the overlay
	Arrow      bool              // of ExecuteStatement: the client reads Arrow
	UserAgent  string
	Credential string // kind of proof: "token", "oauth" or none
}

// Defaults of Options.
const (
	defaultTokenTTL     = time.Hour
	defaultDirectWait   = 5 * time.Second
	defaultRowsPerLink  = 50_000
	defaultLinksPerPage = 4
	defaultLinkTTL      = 15 * time.Minute
	defaultPageBytes    = 16 << 20
	defaultSessionIdle  = 8 * time.Hour
)

// withDefaults returns the options with defaults in place of zero values.
func (o Options) withDefaults() Options {
	orDuration := func(d *time.Duration, or time.Duration) {
		if *d == 0 {
			*d = or
		}
	}
	orInt := func(n *int, or int) {
		if *n <= 0 {
			*n = or
		}
	}
	orDuration(&o.TokenTTL, defaultTokenTTL)
	orDuration(&o.DirectWait, defaultDirectWait)
	orDuration(&o.LinkTTL, defaultLinkTTL)
	orDuration(&o.SessionIdle, defaultSessionIdle)
	orInt(&o.RowsPerLink, defaultRowsPerLink)
	orInt(&o.LinksPerPage, defaultLinksPerPage)
	orInt(&o.PageBytes, defaultPageBytes)
	o.PadRows = max(o.PadRows, 0)
	return o
}
