package sqlgen

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/rollcall-db/rollcall/engine/model"
	"github.com/rollcall-db/rollcall/engine/rule"
)

// Dialect is the SQL of one kind of engine.
type Dialect string

// The dialects. The package comment says of each which column types it takes.
const (
	DuckDB     Dialect = "duckdb"     // DuckDB 1.3 and later
	Postgres   Dialect = "postgres"   // PostgreSQL 14 and later, in a database encoded as UTF-8
	Databricks Dialect = "databricks" // Databricks SQL and Spark SQL 4, in ANSI mode
)

// Dialects lists the dialects that [Generate] takes.
func Dialects() []Dialect { return []Dialect{DuckDB, Postgres, Databricks} }

// Option changes the statement that [Generate] returns.
type Option func(*generator)

// Count makes the statement return one row of one number, how many customers
// are selected, instead of their keys.
func Count() Option { return func(g *generator) { g.count = true } }

// Pinned makes the statement read tables at versions, where the dialect has
// these (VERSION AS OF in Databricks). A table that versions lacks is read as it
// is when the statement runs; connections are not looked at. It is an error to name
// a version that is no whole number, or any in a dialect without versions.
func Pinned(versions map[model.TableRef]string) Option {
	return func(g *generator) { g.versions = versions }
}

// Columns makes the statement return attributes, given by their positions in the
// schema, beside the key, each under its name in the schema, in the order given:
// text as text, and all else as the source holds it.
func Columns(attributes ...int) Option {
	columns := make([]Column, len(attributes))
	for i, at := range attributes {
		columns[i].Attribute = at
	}
	return Returning(columns...)
}

// Held makes [Columns] return the key and all attributes with the types that the
// source has for them, text among them: a uuid, an enum or a varchar(n) as such.
func Held() Option { return func(g *generator) { g.held = true } }

// Ordered puts the customers in ascending order of their keys: text byte by byte.
func Ordered() Option { return func(g *generator) { g.ordered = true } }

// First makes the statement return the first n customers, as [Ordered] has them. n
// must be positive.
func First(n int) Option {
	return func(g *generator) {
		g.ordered, g.limit = true, n
		if n <= 0 {
			g.invalid("the first %d customers, expected a positive number", n)
		}
	}
}

// Generate returns one statement in dialect d that selects the customers of a
// checked rule from the tables of layout, evaluated at asOf. It returns the key
// column of the master table, each customer once, in no particular order. The
// statement depends on no setting of the session that runs it, save that
// Databricks must be in ANSI mode, where an overflow is an error.
//
// What the dialect cannot express exactly is an [*UnsupportedError]; any other
// error says that layout does not fit the rule's schema or that the dialect is
// unknown. Generate changes nothing and is safe for concurrent use.
func Generate(d Dialect, checked *rule.Checked, layout *model.Layout, asOf time.Time, options ...Option) (string, error) {
	g, err := newGenerator(d, checked, layout, asOf, options)
	if err != nil {
		return "", err
	}
	text := g.statement()
	if g.err != nil {
		return "", g.err
	}
	return text, nil
}

// Total returns one statement that counts all customers of a schema: one row of
// one number. Of the options it heeds [Pinned].
func Total(d Dialect, schema *model.Schema, layout *model.Layout, options ...Option) (string, error) {
	everybody := &rule.Checked{Root: &rule.And{}, Schema: schema}
	g, err := newGenerator(d, everybody, layout, time.Time{}, options)
	if err != nil {
		return "", err
	}
	text := g.customers(&scope{}, "count(*) AS customers", nil, "")
	if g.err != nil {
		return "", g.err
	}
	return text, nil
}

// languages holds what each dialect does in its own way.
var languages = map[Dialect]language{DuckDB: duckDB{}, Postgres: postgres{}, Databricks: databricks{}}

// Years of an as_of. Outside them an instant does not fit in 64 bits of
// microseconds.
const (
	minAsOfYear = -290_000
	maxAsOfYear = 290_000
)

// fits reports how a layout does not fit the schema of a rule, as far as that
// is a matter of counts.
func fits(checked *rule.Checked, layout *model.Layout) error {
	switch {
	case checked == nil || checked.Root == nil || checked.Schema == nil:
		return errors.New("no checked rule was given")
	case layout == nil:
		return errors.New("no layout was given: it says where the tables of the parent segment are")
	case len(layout.Attributes) != len(checked.Schema.Attributes):
		return fmt.Errorf("the layout has %d attributes, the schema %d", len(layout.Attributes), len(checked.Schema.Attributes))
	case len(layout.Behaviors) != len(checked.Schema.Behaviors):
		return fmt.Errorf("the layout has %d behaviors, the schema %d", len(layout.Behaviors), len(checked.Schema.Behaviors))
	}
	for i := range layout.Behaviors {
		if b := checked.Schema.Behaviors[i]; len(layout.Behaviors[i].Fields) != len(b.Fields) {
			return fmt.Errorf("behavior %q: the layout has %d fields, the schema %d", b.Name, len(layout.Behaviors[i].Fields), len(b.Fields))
		}
	}
	return nil
}

// CodeUnsupported is the code of an [UnsupportedError].
const CodeUnsupported = "UNSUPPORTED_IN_DIALECT"

// UnsupportedError says what of a rule a dialect cannot express so that it
// selects exactly the same customers.
type UnsupportedError struct {
	Dialect   Dialect
	Code      string // CodeUnsupported
	What      string // what cannot be expressed, and why
	Condition string // the canonical text of the condition; empty where it is not about one
}

// Error returns one line: code, dialect, what and where.
func (e *UnsupportedError) Error() string {
	s := fmt.Sprintf("%s: %s: %s", e.Code, e.Dialect, e.What)
	if e.Condition != "" {
		s += ", in: " + shorten(e.Condition)
	}
	return s
}

// generator makes one statement. A method that meets what the dialect cannot
// express notes it with fail and returns whatever it likes: the statement is
// dropped then.
type generator struct {
	language
	dialect Dialect
	checked *rule.Checked
	layout  *model.Layout
	loc     *time.Location
	asOf    time.Time
	count   bool
	wide    bool     // the key by its name, and columns
	columns []Column // beside the key
	held    bool     // columns, and the key, with the types of the source
	ordered bool     // by key
	placed  bool     // in the order of the pick
	limit   int      // of customers, the first by key; 0: all
	pick    *Pick    // nil: all whom the rule selects
	place   string   // where a customer stands in the pick
	only    string   // a literal: the key of the one customer that is asked about; "" for all

	versions map[model.TableRef]string // of tables without their connection

	condition string // the text of the condition at hand, for errors
	err       error  // the first problem

	names     names
	events    []*eventTable          // in order of first use
	byBody    map[string]*eventTable // by what they select from
	sequences []sequenceTable        // each after those it is made of
	segments  []*segmentTable        // each after those it refers to
	picks     []string               // each after the one it is made of
	bySegm    map[*rule.Segment]*segmentTable
}

// newGenerator returns a generator of statements, if what is given fits together.
func newGenerator(d Dialect, checked *rule.Checked, layout *model.Layout, asOf time.Time, options []Option) (*generator, error) {
	l, err := languageOf(d)
	if err != nil {
		return nil, err
	}
	if err := fits(checked, layout); err != nil {
		return nil, err
	}
	if year := asOf.UTC().Year(); year < minAsOfYear || year > maxAsOfYear {
		return nil, fmt.Errorf("as_of is in the year %d, expected %d to %d", year, minAsOfYear, maxAsOfYear)
	}
	loc := checked.Location
	if loc == nil {
		loc = time.UTC
	}
	g := &generator{
		language: l, dialect: d, checked: checked, layout: layout, loc: loc, asOf: asOf,
		names:  newNames(layout),
		byBody: map[string]*eventTable{}, bySegm: map[*rule.Segment]*segmentTable{},
	}
	for _, option := range options {
		option(g)
	}
	return g, nil
}

// asOfMicros returns as_of floored to microseconds since 1970-01-01 UTC.
func (g *generator) asOfMicros() int64 { return g.asOf.UnixMicro() }

// fail notes that the dialect cannot express something of the condition at hand.
func (g *generator) fail(format string, args ...any) {
	if g.err == nil {
		g.err = &UnsupportedError{
			Dialect: g.dialect, Code: CodeUnsupported,
			What: fmt.Sprintf(format, args...), Condition: g.condition,
		}
	}
}

// invalid notes that what was given does not fit together.
func (g *generator) invalid(format string, args ...any) {
	if g.err == nil {
		g.err = fmt.Errorf(format, args...)
	}
}

// full is the range of all int64 values.
var full = rule.Range[int64]{Lo: math.MinInt64, Hi: math.MaxInt64}
