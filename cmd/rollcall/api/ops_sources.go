package api

import (
	"context"
	"net/http"

	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

func (d *door) sourceOperations() {
	handle(d, route{
		method: http.MethodGet, path: "/parents/{name}/source-tables", id: "listSourceTables", tag: tagParents, asks: true,
		errors:  []int{http.StatusNotFound, http.StatusConflict, http.StatusBadGateway},
		summary: "Tables of a parent segment's connections", description: "Needs the role admin. With their columns, and what the configuration makes of them.",
	}, func(ctx context.Context, who service.Caller, in *struct {
		ParentPath
		Table string `query:"table" doc:"this table alone" maxLength:"1024"`
	}) (*service.TablesJSON, error) {
		return d.service.SourceTables(ctx, who, in.Parent, service.SourceTablesRequest{Table: in.Table})
	})
	handle(d, route{
		method: http.MethodPost, path: "/parents/{name}/suggest-attribute", id: "suggestAttribute", tag: tagParents, asks: true,
		errors:  []int{http.StatusNotFound, http.StatusConflict, http.StatusBadGateway},
		summary: "How a column would be an attribute", description: "Needs the role admin. Answers the configuration with one more attribute; PUT it to have it.",
		body: service.SuggestRequest{Table: "customers.csv", Column: "email_opt_in"},
	}, func(ctx context.Context, who service.Caller, in *struct {
		ParentPath
		Body service.SuggestRequest
	}) (*service.SuggestionJSON, error) {
		return d.service.SuggestAttribute(ctx, who, in.Parent, in.Body)
	})
}
