package rule

// Limits on a rule in text. Beyond one of them [Parse] or [Check] returns an
// error; nothing is cut off silently.
const (
	// MaxBytes is the greatest size of a rule's text, in bytes.
	MaxBytes = 1 << 20
	// MaxDepth is the greatest number of "(" and "not" open around any condition,
	// and of segments that refer to each other in a row, with those around the
	// conditions in them.
	MaxDepth = 500
	// MaxSteps is the greatest number of steps of a sequence.
	MaxSteps = 32
	// MaxErrors is the greatest number of problems, and of warnings, reported
	// about one rule: the first in the text. Further ones are left out.
	MaxErrors = 20
	// MaxPatternSteps is the greatest number of instructions that the different
	// regular expressions of a rule may have together: a look at one character may
	// take time in proportion to it.
	MaxPatternSteps = 20_000
	// MaxAverageDigits is the greatest number of digits of a number that an
	// average is compared with.
	MaxAverageDigits = 1000
)

// Limits on how a problem is shown. They shorten text for the reader; the
// offsets of an Error are always those of the rule as given.
const (
	maxQuoteRunes  = 40  // of the user's text repeated within a message
	maxLineRunes   = 100 // of a source line shown by Error.Detail
	maxLeadRunes   = 60  // of them, before the span, where a line is cut
	maxListedNames = 8   // of names listed in a hint
	maxNearBytes   = 256 // of an unknown name; no nearest name is looked for beyond
)
