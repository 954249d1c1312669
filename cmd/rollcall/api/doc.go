// Package api is the studio's door for programs and for its page: HTTP over package
// service.
//
// # A request's way
//
// A request passes, in this order: its id and the headers that every answer has; the
// check of its Host; the check that no other site's page has sent it; the time and the
// size that its body may have; who sends it; how many that caller may send; the route;
// what the client accepts; the check against the document; a place among those that ask;
// package service, which looks at the role. Each of these answers for itself, with the
// error object of [Problem], and none is repeated further in.
//
// # The document
//
// Operations are Go types from which huma makes an OpenAPI 3.1 document and the checks of
// requests. Names that the document does not have are refused, in bodies and in queries.
// What it says of answers is checked in tests by another library, since a generator should
// not be its own judge.
//
// # Who asks
//
// A token comes as "Authorization: Bearer", or was given for a session, which the page
// holds as a cookie. A session is in memory, under the hash of its random bytes, ends when
// it was not used, at an age, and with its token. Where no token was ever made, everybody
// on the machine itself is the local caller; see [Listening] for where that may be.
//
// # What is logged
//
// Of each request its route as a pattern, the status, how long it took, the caller's id
// and the request's. No query, no body and no path as it came: they hold names, rules and
// keys of customers. Package audit has who saw what.
package api
