// Package docs is the pages that the program carries with it.
package docs

import _ "embed"

// Rules is rules.md: all that is to say about the language of rules.
//
//go:embed rules.md
var Rules string
