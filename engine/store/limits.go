package store

import "math"

// MaxCustomers is the largest number of customers of a snapshot: rows are
// 32-bit and the value 2^32-1 is kept free. A build with more fails.
const MaxCustomers = math.MaxUint32
