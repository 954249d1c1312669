// Package rule is the rule language, in text and in the two shapes of files: it
// reads a rule, checks it against a schema, writes it in any of the three, and
// says with position what is wrong with it.
//
//	text ──Parse──────┐
//	                  ├──▶ Rule ──Check(schema, segments)──▶ Checked ──▶ executions
//	file ──ParseFile──┘
//
// [Parse] knows the grammar and no names: a name alone, with a window or with a
// between is one neutral node. [Check] makes it a test of an attribute or of a
// behavior, and decides whatever two executions could read differently: types,
// literals, time zone, negation. Executions work from [Checked] alone.
//
// The package evaluates nothing, reads no files and knows no as_of: windows stay
// as written until package window gives them bounds.
//
// What follows is the language reference.
//
// # Examples
//
//	loyalty_tier = 'Gold' and purchase in last 30 days
//	email_open count > 3 this month
//	country in ('US', 'CA') and not (email contains '+test' or email is null)
//	purchase count = 0 in last 365 days and purchase between '2023-01-01' and '2023-12-31'
//	purchase where category = 'Electronics' and amount > 100 count >= 2 in last 180 days
//	purchase where (category = 'Electronics' or channel is null) sum(amount) > 500 in last 90 days
//	purchase count distinct category >= 3 in last 12 months
//	page_view count distinct days >= 5 in last 14 days
//	first purchase in last 30 days
//	page_view then cart_event then not purchase within 2 hours
//	interests at least 2 in ('golf', 'tennis', 'ski')
//	segment 'Loyalty/VIP' and not segment 'Suppression list'
//
// # Grammar
//
//	rule    = and {"or" and}
//	and     = unary {"and" unary}
//	unary   = "not" unary | "(" rule ")" | test
//	test    = "segment" STRING
//	        | ("first" | "last") NAME [where] window
//	        | NAME {where | agg acmp | window}   a behavior; each at most once, in any order
//	        | step "then" later {"then" later}   a sequence of 2 to 32 steps
//	        | NAME [quant] [op]                  an attribute; alone it is a boolean one and means = true
//	step    = NAME {where | window}              each at most once, in any order
//	later   = ["not"] NAME {where | window | "within" N UNIT}
//	where   = "where" ( "(" rule of fields ")" | NAME op {"and" NAME op} )
//	agg     = "count" ["distinct" (NAME | "days")] | ("sum" | "avg" | "min" | "max") "(" NAME ")"
//	acmp    = ("=" | "!=" | "<>" | "<" | "<=" | ">" | ">=") literal
//	        | ["not"] "between" literal "and" literal
//	op      = acmp | window | "is" ["not"] "null"
//	        | ["not"] "in" "(" literal {"," literal} ")"
//	        | ["not"] "matches" STRING
//	        | ["not"] ("contains" | "starts with" | "ends with") (STRING | "(" STRING {"," STRING} ")")
//	quant   = "any" | "all" | ("at least" | "at most" | "exactly") INTEGER
//	window  = "in last" N ["full"] UNIT | "in next" N ["full"] UNIT
//	        | "this" UNIT | "today" | "yesterday"
//	        | "between" time "and" time | "since" time | "before" time | "after" time
//	        | N "to" M UNIT "ago" | "more than" N UNIT "ago" | "for" N UNIT "from" M UNIT "ago" | "ever"
//	literal = STRING | NUMBER | "true" | "false"
//	time    = 'YYYY-MM-DD' | 'YYYY-MM-DD[T ]HH:MM[:SS[.ffffff]][Z|±HH:MM]'
//	UNIT    = second | minute | hour | day | week | month | quarter | year, singular or plural
//
// "not" binds closest, then "and", then "or". A test takes as many words as it
// can: the "and" of a between is its own, and a sequence is one test. A where
// without brackets takes every "and NAME op" that follows, up to an aggregate, a
// window, "then", "within", ")" or the end; a name in it that is no field, or is an
// attribute or a behavior, too, is an error that asks for brackets.
//
// # Words
//
// A name is a letter or _, then letters, digits and _, in any script. Any other
// name, and one equal to a keyword, is written in double quotes, a double quote
// in it doubled. Names are case-sensitive; keywords and units are not. The
// keywords are
//
//	after ago all and any at avg before between contains count days distinct
//	ends ever exactly false first for from full in is last least matches max
//	min more most next not null or segment since starts sum than this to today
//	true where with yesterday
//
// Units other than days are not keywords: day = 3 tests an attribute called day.
// Nor are "then" and "within", which mean something behind a complete step alone.
//
// A string stands in single quotes, a single quote in it doubled; any other
// character, a line break and NUL included, stands for itself. A number is exact:
// digits, optionally with a minus sign in front and a point and digits behind,
// no exponent. A comment goes from -- to the end of the line. Text is valid UTF-8
// of at most [MaxBytes]; "(" and "not" nest at most [MaxDepth] deep.
//
// # Meaning
//
// Every condition is true or false for every customer, never unknown. A test is
// false where the attribute is NULL, and a negation is the exact complement: so
// !=, not in, not between, not contains and not (…) select customers whose value
// is NULL too. "is null" tells them apart; "= null" is an error.
//
// Numbers compare by exact value. Against an attribute held as float64 a literal
// is rounded once to the nearest float64. A literal that the attribute's type
// cannot hold is folded: visits > 2.5 is visits >= 3 for whole numbers, and a
// number beyond all values of the type, the infinities of float64 included,
// makes the test always true or always false. between includes both ends.
//
// Strings compare byte by byte, case-sensitively. With a list, contains, starts
// with and ends with look for any of its members. matches searches an RE2
// expression anywhere in the string.
//
// Booleans have =, != and in, with true and false.
//
// A date stands for its whole local day in the parent segment's time zone:
// against a timestamp attribute = D is from the first instant of D to just before
// the next day, <= D is before the next day, > D from the next day. Against a
// date attribute a literal with a time compares with the first instant of the
// attribute's local day.
//
// Windows test behaviors and attributes of type date (by its first instant) and
// timestamp; on these, between is a window: a date as its end is included with
// the whole day. Package window gives the bounds of every form.
//
// Of a list each element is tested, by the operator with its negation: any (also
// when no quantifier stands), all, at least N, at most N or exactly N elements
// must pass. A NULL element passes nothing, an empty list passes all, and a NULL
// list is false whatever the quantifier. "is null" tests the list itself and
// takes no quantifier; windows do not go with lists.
//
// A behavior is tested by an aggregate of a customer's events; without one it
// means count >= 1. The events are those in the window that pass the where, all of
// it in one event, as far as they lie before as_of: later ones are seen by "in
// next" alone. Without a window all events are in, undated ones included. Fields
// are tested as attributes are; the event's time is a field, called by its column
// or "timestamp", and a window that all events must lie in by the where, as in
// where (timestamp in last 3 days and amount > 5), is the test's window if it has
// no other.
//
// A customer without events has the counts and the sum 0; avg, min, max, first
// and last are NULL, so that no test of them holds but a negated one. NULL fields
// are skipped. Sums are exact; averages are compared as sum(F) OP x·count(F) and
// so never rounded. sum and avg take numbers, min and max also dates and
// timestamps, count distinct all but lists; count distinct days counts local days.
// "first" and "last" test the time of the earliest and the latest of the events.
//
// A sequence asks for an event of each step, at a later instant than that of the
// step before. "within" bounds the time elapsed since then, its end included; its
// units have a fixed length: second, minute, hour, day (24 hours) and week. "not"
// asks that there be no event of the step behind that of the step before: until that
// of the step after it, where there is one, and for the time of its own "within",
// where it has one. Neither of the two events counts against it, nor does another at
// their instants. Events are seen as in the test of a behavior, each step by its own
// window; those without a time are in no sequence.
//
// A segment is another rule of the library, by its folder and name; a bare name
// will do where it is unique. It is evaluated on the same snapshot at the same
// as_of, and may not refer to itself.
//
// # Canonical text
//
// [Rule.String] prints one spelling: lower-case keywords, != for <>, where,
// aggregate, window and within in this order, nested and/or of one kind merged, no
// brackets without effect but those of a sequence behind "not", units singular after
// 1, numbers without needless zeros, names quoted only where they must be. Strings
// and times stay as written.
//
// # Where to read first
//
// checked.go for what executions get; parse.go, syntax.go and print.go for the
// text; check.go and ranges.go for the meaning; errors.go and errors_check.go for
// every message.
package rule
