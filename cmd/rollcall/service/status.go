package service

// Statuses of HTTP that errors stand for: doors other than HTTP tell errors apart by
// them, too.
const (
	statusUnauthorized         = 401
	statusForbidden            = 403
	statusNotFound             = 404
	statusConflict             = 409
	statusPreconditionFailed   = 412
	statusUnprocessable        = 422
	statusPreconditionRequired = 428
	statusInternal             = 500
	statusBadGateway           = 502
	statusUnavailable          = 503

	// StatusClientGone is the status of a request whose client is not there any more. It is
	// for logs; nobody reads an answer.
	StatusClientGone = 499
)

// titles are what statuses are called.
var titles = map[int]string{
	statusUnauthorized: "Unauthorized", statusForbidden: "Forbidden", statusNotFound: "Not Found", statusConflict: "Conflict",
	statusPreconditionFailed: "Precondition Failed", statusUnprocessable: "Unprocessable Entity",
	statusPreconditionRequired: "Precondition Required", StatusClientGone: "Client Closed Request",
	statusInternal: "Internal Server Error", statusBadGateway: "Bad Gateway", statusUnavailable: "Service Unavailable",
}
