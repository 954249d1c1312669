package bitmaptest

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

// Seed returns the seed of a random test: ROLLCALL_SEED, by which a run repeats
// another one, else one of the clock. Who uses it prints it. It panics where the
// variable is no whole number.
func Seed() uint64 {
	text := os.Getenv("ROLLCALL_SEED")
	if text == "" {
		return uint64(time.Now().UnixNano())
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		panic(fmt.Sprintf("ROLLCALL_SEED is %q, expected a whole number", text))
	}
	return seed
}
