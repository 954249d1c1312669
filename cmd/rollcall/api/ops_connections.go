package api

import (
	"context"
	"net/http"

	"github.com/rollcall-db/rollcall/cmd/rollcall/service"
)

// ConnectionPath is the part of a path that names a connection.
type ConnectionPath struct {
	Name string `path:"name" doc:"of the connection" example:"warehouse" maxLength:"255"`
}

func (d *door) connectionOperations() {
	handle(d, route{
		method: http.MethodGet, path: "/connections", id: "listConnections", tag: tagConnections,
		summary: "Connections by name", description: "Needs the role admin. Of secrets it says where they are, never what they are.",
	}, func(ctx context.Context, who service.Caller, in *ListingOnly) (*service.Page[service.ConnectionJSON], error) {
		return d.service.Connections(ctx, who, in.of())
	})
	handle(d, route{
		method: http.MethodGet, path: "/connections/{name}", id: "getConnection", tag: tagConnections,
		errors: []int{http.StatusNotFound}, summary: "A connection", description: "Needs the role admin.",
	}, func(ctx context.Context, who service.Caller, in *ConnectionPath) (*service.ConnectionJSON, error) {
		return d.service.Connection(ctx, who, in.Name)
	})
	handle(d, route{
		method: http.MethodPut, path: "/connections/{name}", id: "putConnection", tag: tagConnections,
		errors:  []int{http.StatusNotFound, http.StatusConflict},
		summary: "Create or change a connection",
		description: "Needs the role admin. Putting what is there changes nothing. A secret is a value, which is stored and never returned, " +
			"or the name of a variable of the server's environment; one with neither stays as it is.",
		body: service.ConnectionRequest{Kind: "postgres", URI: "postgres://reader@db.example.com:5432/shop", Secrets: map[string]service.SecretRequest{"password": {Env: "SHOP_PASSWORD"}}},
	}, func(ctx context.Context, who service.Caller, in *struct {
		ConnectionPath
		Body service.ConnectionRequest
	}) (*service.ConnectionJSON, error) {
		return d.service.PutConnection(ctx, who, in.Name, in.Body)
	})
	handleNothing(d, route{
		method: http.MethodDelete, path: "/connections/{name}", id: "deleteConnection", tag: tagConnections,
		errors: []int{http.StatusNotFound, http.StatusConflict}, summary: "Remove a connection",
		description: "Needs the role admin. One that a parent segment uses stays.",
	}, func(ctx context.Context, who service.Caller, in *ConnectionPath) error {
		return d.service.DeleteConnection(ctx, who, in.Name)
	})
	d.connectionQuestions()
}

func (d *door) connectionQuestions() {
	handle(d, route{
		method: http.MethodPost, path: "/connections/{name}/test", id: "testConnection", tag: tagConnections, asks: true,
		errors:  []int{http.StatusNotFound, http.StatusBadGateway},
		summary: "Try a connection", description: "Needs the role admin. That it cannot be opened is the answer, not an error.",
	}, func(ctx context.Context, who service.Caller, in *ConnectionPath) (*service.TestJSON, error) {
		return d.service.TestConnection(ctx, who, in.Name)
	})
	handle(d, route{
		method: http.MethodGet, path: "/connections/{name}/tables", id: "listTables", tag: tagConnections, asks: true,
		errors: []int{http.StatusNotFound, http.StatusBadGateway}, summary: "Tables of a connection", description: "Needs the role admin.",
	}, func(ctx context.Context, who service.Caller, in *struct {
		ConnectionPath
		Paged
	}) (*service.TablesJSON, error) {
		return d.service.Tables(ctx, who, in.Name, in.of())
	})
	handle(d, route{
		method: http.MethodGet, path: "/connections/{name}/tables/{table}", id: "getTable", tag: tagConnections, asks: true,
		errors: []int{http.StatusNotFound, http.StatusBadGateway}, summary: "A table with its columns", description: "Needs the role admin.",
	}, func(ctx context.Context, who service.Caller, in *struct {
		ConnectionPath
		Table string `path:"table" doc:"as the list of tables names it" example:"customers.csv" maxLength:"1024"`
	}) (*service.TableJSON, error) {
		return d.service.Table(ctx, who, in.Name, in.Table)
	})
}

// ListingOnly is a request that has nothing but a part of a list.
type ListingOnly struct{ Paged }
