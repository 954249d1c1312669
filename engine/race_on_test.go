//go:build race

package engine_test

// raceEnabled says that the race detector is on: pools drop what they are given at
// random then, so that nothing is free of allocations.
const raceEnabled = true
