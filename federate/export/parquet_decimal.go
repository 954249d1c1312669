package export

import (
	"bytes"
	"encoding/binary"

	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/parquet-go/parquet-go"
)

// Most digits of a decimal on INT32 and on INT64, as the format defines them.
const (
	maxInt32Digits = 9
	maxInt64Digits = 18
)

// decimalNode returns the node of decimals on the smallest type that holds them.
func decimalNode(precision, scale int) parquet.Node {
	switch {
	case precision <= maxInt32Digits:
		return parquet.Decimal(scale, precision, parquet.Int32Type)
	case precision <= maxInt64Digits:
		return parquet.Decimal(scale, precision, parquet.Int64Type)
	}
	return parquet.Decimal(scale, precision, parquet.FixedLenByteArrayType(decimalBytes(precision)))
}

// decimalBytes returns how many bytes every number of so many digits fits into,
// in two's complement.
func decimalBytes(precision int) int {
	limit := decimal128.GetScaleMultiplier(precision).BigInt() // 10^precision
	return limit.BitLen()/8 + 1
}

// appendDecimal appends the low size bytes of d, big-endian.
func appendDecimal(dst []byte, d decimal128.Num, size int) []byte {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(d.HighBits()))
	binary.BigEndian.PutUint64(b[8:], d.LowBits())
	return append(dst, b[len(b)-size:]...)
}

// compareDecimals orders two's complement numbers of the same size.
func compareDecimals(a, b []byte) int {
	if negative := a[0] >= 0x80; negative != (b[0] >= 0x80) {
		if negative {
			return -1
		}
		return 1
	}
	return bytes.Compare(a, b)
}
