package sqlgen

import (
	"errors"
	"fmt"

	"github.com/rollcall-db/rollcall/engine/model"
)

// Identifier returns a name as a quoted identifier of dialect d, whatever is in
// it. The error is an [*UnsupportedError] where the dialect has no such name, and
// another one where the name is empty or the dialect unknown.
func Identifier(d Dialect, name string) (string, error) {
	language, err := languageOf(d)
	if err != nil {
		return "", err
	}
	if name == "" {
		return "", errors.New("an empty name, expected that of a table or a column")
	}
	sql, problem := language.ident(name)
	if problem != "" {
		return "", &UnsupportedError{Dialect: d, Code: CodeUnsupported, What: fmt.Sprintf("the name %q: %s", shorten(name), problem)}
	}
	return sql, nil
}

// Literal returns text as a string literal of dialect d, whatever is in it. The
// error is an [*UnsupportedError] where the dialect has no such text, and another
// one where the dialect is unknown.
func Literal(d Dialect, text string) (string, error) {
	language, err := languageOf(d)
	if err != nil {
		return "", err
	}
	sql, problem := language.text(text)
	if problem != "" {
		return "", &UnsupportedError{Dialect: d, Code: CodeUnsupported, What: fmt.Sprintf("the text %q: %s", shorten(text), problem)}
	}
	return sql, nil
}

// Table returns the name of a table, qualified as ref is, for dialect d. The
// connection is none of SQL's. Errors are those of [Identifier].
func Table(d Dialect, ref model.TableRef) (string, error) {
	sql, err := Identifier(d, ref.Table)
	for _, qualifier := range []string{ref.Schema, ref.Catalog} {
		if err != nil {
			return "", err
		}
		if qualifier != "" {
			var outer string
			outer, err = Identifier(d, qualifier)
			sql = outer + "." + sql
		}
	}
	if err != nil {
		return "", err
	}
	return sql, nil
}

// languageOf returns what a dialect does in its own way.
func languageOf(d Dialect) (language, error) {
	language, ok := languages[d]
	if !ok {
		return nil, fmt.Errorf("unknown SQL dialect %q: expected one of %v", d, Dialects())
	}
	return language, nil
}
