package export

const (
	// maxColumns is what a Parquet writer can number. More are refused.
	maxColumns = 1 << 15
	// bufferBytes collects small writes before they reach the output.
	bufferBytes = 256 << 10
	// maxRowGroupRows ends a row group of Parquet, where Options do not say otherwise.
	maxRowGroupRows = 1 << 20
	// maxRowGroupBytes ends a row group of Parquet as well, after the slice in which
	// its values, before encoding, have so many bytes: a row group is held in memory,
	// compressed, until it is complete.
	maxRowGroupBytes = 128 << 20
	// maxSteps is how many slices of rows and ends of row groups of Parquet are under
	// way at most. Columns that take long for a slice take less for another.
	maxSteps = 5
	// maxStepBytes is how many bytes, before encoding, these slices have at most where
	// they are several: of wide rows fewer are under way, since each keeps its batch.
	maxStepBytes = 128 << 20
	// parquetSliceRows is how many rows of a batch go into every column of Parquet
	// before the limits of the row group and the context are looked at again.
	parquetSliceRows = 65536
	// sliceRows is how many rows of CSV go between two looks at the context.
	sliceRows = 8192
	// pageBytes ends a page of Parquet, as its values are without a dictionary and
	// before compression.
	pageBytes = 1 << 20
	// maxDictionaryBytes is where a column of Parquet stops using a dictionary, until
	// the next row group. It may be passed by one page.
	maxDictionaryBytes = 1 << 20
	// sampleValues is by how many values of a row group of Parquet a dictionary is
	// judged, and maxSampleDistinct how many of them may differ. At fifteen of
	// sixteen a column has some 32,000 values: 15 bits for the 64 of a number.
	sampleValues, maxSampleDistinct = 4096, 3840
)
