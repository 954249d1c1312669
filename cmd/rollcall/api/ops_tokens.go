package api

import (
	"context"
	"net/http"

	"github.com/rollcall-db/rollcall/cmd/rollcall/access"
	"github.com/rollcall-db/rollcall/cmd/rollcall/audit"
	"github.com/rollcall-db/rollcall/cmd/rollcall/registry"
	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// Paged is the part of a list that a query asks for. It and other parts of requests are
// exported since huma looks at exported fields alone.
type Paged struct {
	After string `query:"after" doc:"what the page before gave as next" maxLength:"4096"`
	Limit int    `query:"limit" doc:"entries of a page; 0: 100" minimum:"0" maximum:"1000"`
}

func (l Paged) of() service.Listing { return service.Listing{After: l.After, Limit: l.Limit} }

func (d *door) tokenOperations() {
	handle(d, route{
		method: http.MethodGet, path: "/tokens", id: "listTokens", tag: tagTokens,
		summary: "All tokens, those that ended with them", description: "Needs the role admin. Secrets are not in it: nobody knows them.",
	}, func(ctx context.Context, who service.Caller, _ *struct{}) (*registry.Page[access.Token], error) {
		tokens, err := d.service.Tokens(ctx, who)
		return &registry.Page[access.Token]{Items: tokens}, err
	})
	handle(d, route{
		method: http.MethodPost, path: "/tokens", id: "addToken", tag: tagTokens, status: http.StatusCreated,
		summary:     "Make a token",
		description: "Needs the role admin. The secret is in this answer and nowhere else. From the first token on everybody needs one.",
		body:        service.TokenRequest{Name: "Ana", Roles: []string{"counts", "members"}, Expires: "2031-01-31T00:00:00Z"},
	}, func(ctx context.Context, who service.Caller, in *struct{ Body service.TokenRequest }) (*service.TokenJSON, error) {
		return d.service.AddToken(ctx, who, in.Body)
	})
	handleNothing(d, route{
		method: http.MethodDelete, path: "/tokens/{id}", id: "revokeToken", tag: tagTokens, errors: []int{http.StatusNotFound},
		summary: "Revoke a token", description: "Needs the role admin. Its sessions end with it. One that is revoked stays as it is.",
	}, func(ctx context.Context, who service.Caller, in *struct {
		ID string `path:"id" doc:"of the token" example:"k5vqs2ha" maxLength:"64"`
	}) error {
		return d.service.RevokeToken(ctx, who, in.ID)
	})
}

func (d *door) auditOperations() {
	handle(d, route{
		method: http.MethodGet, path: "/audit", id: "listAudit", tag: tagAudit,
		summary: "Entries of the audit log, oldest first", description: "Needs the role admin. Keys of customers are not in it.",
	}, func(ctx context.Context, who service.Caller, in *struct {
		Paged
		Action string `query:"action" doc:"an action, or the start of some up to a point" example:"segment" maxLength:"256"`
		Parent string `query:"parent" doc:"entries about a parent segment" maxLength:"255"`
		By     string `query:"by" doc:"id of a token, or the name of who acted" maxLength:"255"`
	}) (*service.Page[audit.Entry], error) {
		return d.service.AuditLog(ctx, who, service.AuditRequest{Listing: in.of(), Action: in.Action, Parent: in.Parent, By: in.By})
	})
	handle(d, route{
		method: http.MethodGet, path: "/audit/verify", id: "verifyAudit", tag: tagAudit, asks: true,
		summary: "Check the whole audit log", description: "Needs the role admin. Keep the head in another place: all of the log hangs on it.",
	}, func(ctx context.Context, who service.Caller, _ *struct{}) (*audit.Report, error) {
		return d.service.VerifyAudit(ctx, who)
	})
}
