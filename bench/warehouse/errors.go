package warehouse

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/rollcall-db/rollcall/bench/warehouse/duck"
	"github.com/rollcall-db/rollcall/federate/databricks/dbtest"
)

// SQLSTATEs that several errors have.
const (
	stateSyntax   = "42601"
	stateNoTable  = "42P01"
	stateOverflow = "22003"
	stateNoColumn = "42703"
)

// sqlFailure is an error with the class and the state that Databricks gives it.
type sqlFailure struct {
	class, state, text string
}

// Error returns the text as a warehouse tells it.
func (e *sqlFailure) Error() string {
	text := e.text
	if text != "" && !strings.HasSuffix(text, ".") {
		text += "."
	}
	return fmt.Sprintf("[%s] %s SQLSTATE: %s", e.class, text, e.state)
}

// syntaxError is an error at a byte of a statement.
func syntaxError(statement string, at int, text string) error {
	return &sqlFailure{"PARSE_SYNTAX_ERROR", stateSyntax, text + "." + place(statement, at)}
}

// place says where a byte of a statement is, as Spark does: lines count from 1,
// characters from 0.
func place(statement string, at int) string {
	before := statement[:min(at, len(statement))]
	line := strings.Count(before, "\n") + 1
	return fmt.Sprintf(" (line %d, pos %d)", line, len(before)-strings.LastIndexByte(before, '\n')-1)
}

// unsupported is an error of what Databricks has and this warehouse has not.
func unsupported(format string, args ...any) error {
	return &sqlFailure{"UNSUPPORTED_FEATURE.LOCAL_WAREHOUSE", "0A000", "This warehouse is DuckDB: " + fmt.Sprintf(format, args...)}
}

func tableNotFound(parts []string) error {
	return &sqlFailure{"TABLE_OR_VIEW_NOT_FOUND", stateNoTable, fmt.Sprintf("The table or view %s cannot be found. Verify the spelling and correctness of the schema and catalog.\n"+
		"If you did not qualify the name with a schema, verify the current_schema() output, or qualify the name with the correct schema and catalog.\n"+
		"To tolerate the error on drop use DROP VIEW IF EXISTS or DROP TABLE IF EXISTS.", backticked(parts...))}
}

func schemaNotFound(parts ...string) error {
	return &sqlFailure{"SCHEMA_NOT_FOUND", "42704", fmt.Sprintf("The schema %s cannot be found. Verify the spelling and correctness of the schema and catalog.\n"+
		"If you did not qualify the name with a catalog, verify the current_schema() output, or qualify the name with the correct catalog.\n"+
		"To tolerate the error on drop use DROP SCHEMA IF EXISTS.", backticked(parts...))}
}

func catalogNotFound(name string) error {
	return &sqlFailure{"NO_SUCH_CATALOG_EXCEPTION", "42704", fmt.Sprintf("Catalog '%s' was not found. Please verify the catalog name and then retry the query or command again.", name)}
}

// backticked writes a name as Databricks does in messages.
func backticked(parts ...string) string {
	var b strings.Builder
	for i, part := range parts {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString("`" + strings.ReplaceAll(part, "`", "``") + "`")
	}
	return b.String()
}

// told is the error of a statement as the server takes it: what the statement did
// wrong as a *dbtest.SQLError, the end of its context and others as they are.
func told(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var known *sqlFailure
	if errors.As(err, &known) {
		return &dbtest.SQLError{State: known.state, Message: known.Error()}
	}
	var own *duck.Error
	if errors.As(err, &own) {
		known = translated(own)
		return &dbtest.SQLError{State: known.state, Message: known.Error()}
	}
	return err
}

// duckErrors are what DuckDB says, and what Databricks says instead. $1 and $2
// stand for groups of the pattern.
var duckErrors = []struct {
	pattern            *regexp.Regexp
	class, state, text string
}{
	{regexp.MustCompile(`^\[DIVIDE_BY_ZERO\]`), "DIVIDE_BY_ZERO", "22012", "Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead. If necessary set \"ansi_mode\" to \"false\" to bypass this error."},
	{regexp.MustCompile(`(?is)^.*overflow.*$`), "ARITHMETIC_OVERFLOW", stateOverflow, "$0 If necessary set \"ansi_mode\" to \"false\" to bypass this error."},
	{regexp.MustCompile(`(?s)^Type INT128 with value .*`), "ARITHMETIC_OVERFLOW", stateOverflow, "long overflow. If necessary set \"ansi_mode\" to \"false\" to bypass this error."},
	{regexp.MustCompile(`^Type (\S+) with value (.*?) can't be cast .* destination type (\S+)`), "CAST_OVERFLOW", stateOverflow, "The value $2 of the type \"$1\" cannot be cast to \"$3\" due to an overflow. Use `try_cast` to tolerate overflow and return NULL instead."},
	{regexp.MustCompile(`^Could not cast value (.*?) to (DECIMAL\(\S+\))`), "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", stateOverflow, "The $1 rounded half up from $1 cannot be represented as $2. If necessary set \"ansi_mode\" to \"false\" to bypass this error, and return NULL instead."},
	{regexp.MustCompile(`(?s)^(?:Could not convert string|invalid \w+ field format:|\w+ field value out of range:) ['"](.*?)['"](?: to '?([^'\s]+)'?)?`), "CAST_INVALID_INPUT", "22018", "The value '$1' of the type \"STRING\" cannot be cast to \"$2\" because it is malformed. Correct the value as per the syntax, or change its target type. Use `try_cast` to tolerate malformed input and return NULL instead."},
	{regexp.MustCompile(`(?is)^.*out of range.*$`), "NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION", stateOverflow, "$0"},
	{regexp.MustCompile(`(?s)^Referenced column "(.*?)" not found in FROM clause!(?:\nCandidate bindings: (.*?))?(?:\n|$)`), "UNRESOLVED_COLUMN.WITH_SUGGESTION", stateNoColumn, ""},
	{regexp.MustCompile(`(?s)^Referenced column "(.*?)" was not found because the FROM clause is missing`), "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", stateNoColumn, "A column, variable, or function parameter with name `$1` cannot be resolved."},
	{regexp.MustCompile(`(?s)^(?:Referenced table "(.*?)" not found|Table "(.*?)" does not have a column named "(.*?)")`), "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", stateNoColumn, "A column, variable, or function parameter with name `$1$2`.`$3` cannot be resolved."},
	{regexp.MustCompile(`(?s)^Ambiguous reference to column name "(.*?)"`), "AMBIGUOUS_REFERENCE", "42704", "Reference `$1` is ambiguous."},
	{regexp.MustCompile(`(?s)column "(.*?)" must appear in the GROUP BY clause`), "MISSING_AGGREGATION", "42803", "The non-aggregating expression \"$1\" is based on columns which are not participating in the GROUP BY clause."},
	{regexp.MustCompile(`^syntax error at or near "(.*?)"`), "PARSE_SYNTAX_ERROR", stateSyntax, "Syntax error at or near '$1'."},
	{regexp.MustCompile(`^syntax error at end of input`), "PARSE_SYNTAX_ERROR", stateSyntax, "Syntax error at or near end of input."},
	{regexp.MustCompile(`(?s)^(No function matches|Cannot compare|Cannot mix|Could not choose|Cannot combine|.*explicit type casts).*`), "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", "42K09", "Cannot resolve an expression due to data type mismatch: $0"},
}

// duckTypes are types as DuckDB names them in messages.
var duckTypes = strings.NewReplacer("INT8", "TINYINT", "INT16", "SMALLINT", "INT32", "INT", "INT64", "BIGINT", "VARCHAR", "STRING")

// translated says in Databricks' words what DuckDB said.
func translated(e *duck.Error) *sqlFailure {
	if rest, ok := strings.CutPrefix(e.Text, "["); ok { // raised by a statement of ours
		if class, text, found := strings.Cut(rest, "] "); found && class != "DIVIDE_BY_ZERO" {
			return &sqlFailure{class, "XX000", text}
		}
	}
	for _, d := range duckErrors {
		m := d.pattern.FindStringSubmatchIndex(e.Text)
		if m == nil {
			continue
		}
		if d.class == "UNRESOLVED_COLUMN.WITH_SUGGESTION" {
			return unresolved(d.pattern.FindStringSubmatch(e.Text))
		}
		return &sqlFailure{d.class, d.state, duckTypes.Replace(string(d.pattern.ExpandString(nil, d.text, e.Text, m)))}
	}
	return &sqlFailure{"INTERNAL_ERROR", "XX000", e.Full}
}

// unresolved is the error of a column that is not there.
func unresolved(m []string) *sqlFailure {
	text := fmt.Sprintf("A column, variable, or function parameter with name %s cannot be resolved.", backticked(m[1]))
	var near []string
	for _, name := range strings.Split(m[2], ", ") {
		if name = strings.Trim(name, `"`); name != "" {
			near = append(near, backticked(name))
		}
	}
	if len(near) == 0 {
		return &sqlFailure{"UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", stateNoColumn, text}
	}
	text += fmt.Sprintf(" Did you mean one of the following? [%s]", strings.Join(near, ", "))
	return &sqlFailure{"UNRESOLVED_COLUMN.WITH_SUGGESTION", stateNoColumn, text}
}
