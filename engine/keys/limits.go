package keys

const (
	// NoRow stands for the row of a key that is unknown. No row has this number.
	NoRow = ^uint32(0)

	// maxBucketKeys is the most keys a bucket of the table has on average.
	maxBucketKeys = 8

	// maxChunkKeys is the most keys a chunk of the table has on average. A build
	// reads the key column once for every chunk and takes about 21 bytes a key of
	// one, 84 MiB at most.
	maxChunkKeys = 4 << 20

	// maxBucketBits and maxChunkBits are the most that 2^32 rows call for.
	maxBucketBits = 29
	maxChunkBits  = 10

	// batchKeys is the most keys in a record batch of a run, and batchBytes from
	// how much text on a batch gets no further key. A merge holds one batch a run.
	batchKeys  = 8192
	batchBytes = 1 << 20

	// maxRuns is the most runs that are merged at a time. When there are as many,
	// they are merged into one, so that a merge's memory has a bound.
	maxRuns = 64

	// maxKeyBytes is the longest key, in bytes. A longer one is an error.
	maxKeyBytes = 1 << 30
)
