package model

import "unicode/utf8"

// Nearest returns the name of from that is closest to name: equal ignoring
// case, else within two edits (insert, delete, replace, swap of neighbours) and
// fewer edits than half of name's length. It returns "" where none is. Of
// equally near names the first wins.
func Nearest(name string, from []string) string {
	best, bestDist := "", 3
	for _, f := range from {
		if d := editDistance(fold(name), fold(f)); d < bestDist && 2*d < utf8.RuneCountInString(name) {
			best, bestDist = f, d
		}
	}
	return best
}

// fold lower-cases ASCII letters, which is as far as a typing slip goes.
func fold(s string) []rune {
	r := []rune(s)
	for i, c := range r {
		if 'A' <= c && c <= 'Z' {
			r[i] = c + 'a' - 'A'
		}
	}
	return r
}

// editDistance counts the edits that turn a into b.
// Method: optimal string alignment distance (Damerau 1964, restricted).
func editDistance(a, b []rune) int {
	if d := len(a) - len(b); d > 2 || d < -2 {
		return 3 // more than anybody asks for
	}
	prev2, prev, cur := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}
