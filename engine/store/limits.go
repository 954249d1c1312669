package store

import "math"

// MaxCustomers is the largest number of customers of a snapshot: rows are
// 32-bit and the value 2^32-1 is kept free. A build with more fails.
const MaxCustomers = math.MaxUint32

// MaxRangeBytes is the longest text that a manifest gives as the least or the
// greatest value of an attribute. An attribute where one of the two is longer has
// neither there; every other one that has a value has both.
const MaxRangeBytes = 200
