package workload

import (
	"fmt"
	"strconv"

	"github.com/apache/arrow-go/v18/parquet"
)

// texts turns words into values of a Parquet column.
func texts(words ...string) []parquet.ByteArray {
	values := make([]parquet.ByteArray, len(words))
	for i, w := range words {
		values[i] = parquet.ByteArray(w)
	}
	return values
}

// tiers are the values of loyalty_tier; NULL is drawn behind them.
var (
	tiers       = texts("Gold", "Silver", "Bronze")
	tierWeights = []uint64{8, 17, 35, 40}
)

// countries are codes of ISO 3166, the most frequent first.
var countries = texts(
	"US", "JP", "DE", "GB", "FR", "IN", "BR", "CA", "IT", "ES",
	"KR", "AU", "MX", "NL", "PL", "SE", "TR", "CH", "BE", "AT",
	"ID", "NO", "DK", "FI", "PT", "IE", "SG", "NZ", "CZ", "ZA")

// countryWeights add up to 1,000.
var countryWeights = []uint64{
	250, 110, 85, 75, 60, 52, 45, 40, 35, 30,
	27, 24, 21, 19, 17, 15, 13, 11, 10, 9,
	8, 7, 7, 6, 5, 5, 4, 4, 3, 3}

// optInWeights are of true, false and NULL.
var optInWeights = []uint64{60, 35, 5}

// categories are of products, the most frequent first.
var categories = texts(
	"Electronics", "Clothing", "Home", "Grocery", "Beauty", "Toys", "Sports", "Books", "Garden", "Shoes",
	"Health", "Pets", "Office", "Music", "Automotive", "Jewelry", "Baby", "Games", "Tools", "Travel")

const (
	// productsPerCategory is the number of products of each category: those of the
	// first are 1 to 500, those of the second 501 to 1,000, and so on.
	productsPerCategory = 500

	urlCount = 1000
)

// urls returns the pages that are viewed, as paths of a shop, the most frequent
// first. They have at most 12 bytes, which DuckDB keeps within a row: longer ones
// would double what its tables take in memory, and say nothing about counting.
func urls() []parquet.ByteArray {
	sections := []string{"home", "search", "item", "offer", "me", "help", "blog", "store"}
	words := make([]string, urlCount)
	for i := range words {
		words[i] = fmt.Sprintf("/%s/%04d", sections[i%len(sections)], i)
	}
	return texts(words...)
}

// trait writes the value of a trait, counted from 0, behind the buffer b, as
// trait_1_00042.
func trait(b []byte, name string, value uint64) []byte {
	b = append(append(b, name...), '_')
	for bound := uint64(10_000); bound > max(value, 1); bound /= 10 {
		b = append(b, '0')
	}
	return strconv.AppendUint(b, value, 10)
}
