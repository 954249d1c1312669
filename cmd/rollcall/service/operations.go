package service

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
)

// Operation is something that callers ask the service to do.
type Operation struct {
	Name string // of the method, as the log and errors have it: "segment.update"
	// Role is what the caller needs. No role: everybody who is known may.
	Role access.Roles
	// Audited says that each time it is done it is in the log, under Name; where it changes
	// something, before that as well. Refusals always are.
	Audited bool
}

// changes reports whether an operation changes what is kept. What members may do shows
// customers, and is logged before it does.
func (op Operation) changes() bool { return op.Audited && op.Role != access.Members }

// The operations. Everything that reveals a customer, and everything that changes
// something, is audited.
var (
	opTokens      = Operation{"token.list", access.Admin, false}
	opAddToken    = Operation{"token.add", access.Admin, true}
	opRevokeToken = Operation{"token.revoke", access.Admin, true}

	opAudit       = Operation{"audit.read", access.Admin, false}
	opVerifyAudit = Operation{"audit.verify", access.Admin, false}

	opConnections      = Operation{"connection.list", access.Admin, false}
	opConnection       = Operation{"connection.get", access.Admin, false}
	opPutConnection    = Operation{"connection.put", access.Admin, true}
	opDeleteConnection = Operation{"connection.delete", access.Admin, true}
	opTestConnection   = Operation{"connection.test", access.Admin, true}
	opTables           = Operation{"connection.tables", access.Admin, false}

	opParents      = Operation{"parent.list", access.Counts, false}
	opParent       = Operation{"parent.get", access.Counts, false}
	opVersions     = Operation{"parent.versions", access.Admin, false}
	opPutParent    = Operation{"parent.put", access.Admin, true}
	opDeleteParent = Operation{"parent.delete", access.Admin, true}
	opRefresh      = Operation{"parent.refresh", access.Admin, true}
	opSourceTables = Operation{"parent.source_tables", access.Admin, false}
	opSuggest      = Operation{"parent.suggest_attribute", access.Admin, false}

	opFields    = Operation{"fields", access.Counts, false}
	opValues    = Operation{"values", access.Counts, false}
	opCheck     = Operation{"check", access.Counts, false}
	opCount     = Operation{"count", access.Counts, false}
	opBreakdown = Operation{"breakdown", access.Counts, false}
	opOverlap   = Operation{"overlap", access.Counts, false}
	opWaterfall = Operation{"waterfall", access.Counts, false}
	opTrend     = Operation{"trend", access.Counts, false}
	opFunnel    = Operation{"funnel", access.Counts, false}
	opDiff      = Operation{"diff", access.Counts, false}
	opSplit     = Operation{"split", access.Counts, false}

	opList     = Operation{"list", access.Members, true}
	opProfile  = Operation{"profile", access.Members, true}
	opWhy      = Operation{"why", access.Members, true}
	opDiffRows = Operation{"diff.rows", access.Members, true}
	opExport   = Operation{"export.request", access.Members, true}
	opDownload = Operation{"export.download", access.Members, true}

	opSegments        = Operation{"segment.list", access.Counts, false}
	opSegment         = Operation{"segment.get", access.Counts, false}
	opSegmentVersions = Operation{"segment.versions", access.Counts, false}
	opCreateSegment   = Operation{"segment.create", access.Segments, true}
	opUpdateSegment   = Operation{"segment.update", access.Segments, true}
	opMoveSegment     = Operation{"segment.move", access.Segments, true}
	opDeleteSegment   = Operation{"segment.delete", access.Segments, true}
	opRestoreSegment  = Operation{"segment.restore", access.Segments, true}

	opJobs      = Operation{"job.list", access.Counts, false}
	opJob       = Operation{"job.get", access.Counts, false}
	opCancelJob = Operation{"job.cancel", access.Members, true} // of others' jobs: admin
)

// Actions of the log that are no operations of callers: what jobs do, and who comes in.
const (
	actionLogin  = "login"
	actionBuild  = "build"
	actionExport = "export"
)

// Operations lists all operations, in the order of the table.
func Operations() []Operation {
	return []Operation{
		opTokens, opAddToken, opRevokeToken, opAudit, opVerifyAudit,
		opConnections, opConnection, opPutConnection, opDeleteConnection, opTestConnection, opTables,
		opParents, opParent, opVersions, opPutParent, opDeleteParent, opRefresh, opSourceTables, opSuggest,
		opFields, opValues, opCheck, opCount, opBreakdown, opOverlap, opWaterfall, opTrend, opFunnel, opDiff, opSplit,
		opList, opProfile, opWhy, opDiffRows, opExport, opDownload,
		opSegments, opSegment, opSegmentVersions, opCreateSegment, opUpdateSegment, opMoveSegment, opDeleteSegment, opRestoreSegment,
		opJobs, opJob, opCancelJob,
	}
}

// allow returns nil where a caller has the role of an operation. Else it logs the
// attempt and returns a *[DeniedError]. That a change begins is logged: where the log takes
// nothing, nothing is changed, and one that the end of the process cuts off is there.
func (s *Service) allow(ctx context.Context, who Caller, op Operation, object string) error {
	switch {
	case op.Role != 0 && !who.Roles.Has(op.Role):
		return s.deny(ctx, who, op, object, "")
	case op.changes():
		return s.log(ctx, who, audit.Event{Action: op.Name, Object: object, Outcome: audit.Begun})
	}
	return nil
}

// deny logs that a caller was refused an operation, and returns the error of it.
func (s *Service) deny(ctx context.Context, who Caller, op Operation, object, why string) error {
	err := s.log(ctx, who, audit.Event{Action: op.Name, Object: object, Outcome: audit.Denied})
	if err != nil {
		return err
	}
	return &DeniedError{Operation: op.Name, Name: who.by(), Role: op.Role, Why: why}
}

// log appends an event of a caller to the audit log. Where that is not possible, the
// operation must not go on.
func (s *Service) log(ctx context.Context, who Caller, event audit.Event) error {
	event.Actor, event.Object = who.actor(), logged(event.Object)
	event.Actor.Name = logged(event.Actor.Name)
	if _, err := s.audit.Append(ctx, event); err != nil {
		return fmt.Errorf("the audit log: %w", err)
	}
	return nil
}

// record logs how an operation that changes something has ended. A change that was made
// is not undone where the log cannot be written, but the caller hears of it.
func (s *Service) record(ctx context.Context, who Caller, op Operation, object string, version uint64, err error) error {
	event := audit.Event{Action: op.Name, Object: object, Version: version, Outcome: audit.Done}
	if err != nil {
		event.Outcome = audit.Failed
	}
	if lerr := s.log(context.WithoutCancel(ctx), who, event); lerr != nil && err == nil {
		return lerr
	}
	return err
}

// logged returns the name of an object as the log takes it: names of requests may be of
// any length and hold anything.
func logged(object string) string {
	const ellipsis = "…"
	object = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(object, string(unicode.ReplacementChar)))
	if len(object) <= audit.MaxTextBytes {
		return object
	}
	return strings.ToValidUTF8(object[:audit.MaxTextBytes-len(ellipsis)], "") + ellipsis
}
