package main

import (
	"context"

	"github.com/rollcall-db/rollcall/federate/databricks"
	"github.com/rollcall-db/rollcall/federate/postgres"
	"github.com/rollcall-db/rollcall/federate/source"
)

// openers are the kinds of sources by the scheme of their URIs.
var openers = map[string]opener{
	"file":            openFolder,
	databricks.Scheme: openDatabricks,
	"postgres":        openPostgres,
	"postgresql":      openPostgres,
}

func openDatabricks(ctx context.Context, uri string) (source.Source, error) {
	s, err := databricks.Open(ctx, uri)
	if err != nil {
		return nil, err // a nil *databricks.Source in a Source would not be nil
	}
	return s, nil
}

func openPostgres(ctx context.Context, uri string) (source.Source, error) {
	s, err := postgres.Open(ctx, uri)
	if err != nil {
		return nil, err
	}
	return s, nil
}
