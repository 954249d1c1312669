// Package page holds the studio's page: the files that a browser loads from
// "rollcall serve", embedded so that the binary needs nothing beside it.
//
// The sources are TypeScript, in src. What is embedded is dist, which Vite makes of
// them and which is kept in the repository: Go programs build without Node, and
// "build.sh --check" says whether dist is what the sources make, byte for byte.
//
// The page asks the HTTP API under /api/v1 and nothing else. It has no inline script or
// style and fetches from nowhere, so that it works under the content policy "default-src
// 'self'". The rule that is edited is kept as the object of a segment file; the server
// alone turns that into text and back.
package page
