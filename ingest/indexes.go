package ingest

// Indexes are the thresholds of the structures that a snapshot gets beside its
// values and events, to answer rules from. None of them changes an answer. The zero
// value is the default.
type Indexes struct {
	// Ranks is for how many of a customer's most recent events the day is indexed,
	// of behaviors that do not say themselves, at most model.MaxRanks. 0:
	// DefaultRanks; negative: none.
	Ranks int
	// DistinctRanks is for how many of a customer's most recent distinct values of a
	// field the day is indexed, at most model.MaxRanks. 0: DefaultDistinctRanks;
	// negative: none.
	DistinctRanks int
	// RankedValues is the largest number of distinct values of a field that gets
	// distinct ranks. 0: DefaultRankedValues; negative: no field gets any.
	RankedValues int
	// LevelRows is how many rows, read one by one, a bitmap of several days has to
	// spare those who ask for these days, for a timeline to have it. 0:
	// DefaultLevelRows; 1: all groups of two or more days have one; negative: none.
	LevelRows int
	// OrderedValues is from how many distinct values on an attribute gets an ordered
	// index. 0: DefaultOrderedValues; negative: none gets one.
	OrderedValues int
	// GramValues is from how many distinct values on an attribute of strings gets a
	// gram index; one stored without a dictionary counts as one of as many values as
	// rows. 0: DefaultGramValues; negative: none gets one.
	GramValues int
	// PostingValues is the largest number of distinct values, NULL among them, that a
	// field has in a block of customers whose events get postings by it. 0:
	// DefaultPostingValues; negative: there are none; more than 65,536 are taken for
	// 65,536.
	PostingValues int
	// PostingEvents is the least number of events of a block that gets postings. 0:
	// DefaultPostingEvents; negative: any number.
	PostingEvents int
	// PostingBytes is how many bytes the postings of a block take for each of its
	// events at most: they are made of the first fields that fit. 0:
	// DefaultPostingBytes; negative: there are none.
	PostingBytes int
}

// Where nobody says.
const (
	DefaultRanks         = 4
	DefaultDistinctRanks = 3
	DefaultRankedValues  = 256
	DefaultLevelRows     = 1 << 16
	DefaultOrderedValues = 64
	DefaultGramValues    = 1 << 15
	DefaultPostingValues = 256
	DefaultPostingEvents = 1 << 13
	DefaultPostingBytes  = 5
)

// limit returns a threshold, standard where it is 0, and 0 where it is negative.
func limit(threshold, standard int) int {
	if threshold == 0 {
		return standard
	}
	return max(threshold, 0)
}
