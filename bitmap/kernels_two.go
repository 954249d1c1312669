package bitmap

import "math/bits"

// Loops of two steps, named after them: setAndOr is (x & a) | b.

func (w *Words) setAndAnd(x, a, b *Words) bool {
	seen := uint64(0)
	for i := 0; i < len(w); i += 2 {
		w0, w1 := (x[i]&a[i])&b[i], (x[i+1]&a[i+1])&b[i+1]
		w[i], w[i+1] = w0, w1
		seen |= w0 | w1
	}
	return seen != 0
}

func countAndAnd(x, a, b *Words) int {
	n, m := 0, 0
	for i := 0; i < len(x); i += 2 {
		n += bits.OnesCount64((x[i] & a[i]) & b[i])
		m += bits.OnesCount64((x[i+1] & a[i+1]) & b[i+1])
	}
	return n + m
}

func (w *Words) setAndAndNot(x, a, b *Words) bool {
	seen := uint64(0)
	for i := 0; i < len(w); i += 2 {
		w0, w1 := (x[i]&a[i])&^b[i], (x[i+1]&a[i+1])&^b[i+1]
		w[i], w[i+1] = w0, w1
		seen |= w0 | w1
	}
	return seen != 0
}

func countAndAndNot(x, a, b *Words) int {
	n, m := 0, 0
	for i := 0; i < len(x); i += 2 {
		n += bits.OnesCount64((x[i] & a[i]) &^ b[i])
		m += bits.OnesCount64((x[i+1] & a[i+1]) &^ b[i+1])
	}
	return n + m
}

func (w *Words) setAndOr(x, a, b *Words) bool {
	seen := uint64(0)
	for i := 0; i < len(w); i += 2 {
		w0, w1 := (x[i]&a[i])|b[i], (x[i+1]&a[i+1])|b[i+1]
		w[i], w[i+1] = w0, w1
		seen |= w0 | w1
	}
	return seen != 0
}

func countAndOr(x, a, b *Words) int {
	n, m := 0, 0
	for i := 0; i < len(x); i += 2 {
		n += bits.OnesCount64((x[i] & a[i]) | b[i])
		m += bits.OnesCount64((x[i+1] & a[i+1]) | b[i+1])
	}
	return n + m
}

func (w *Words) setAndNotAnd(x, a, b *Words) bool {
	seen := uint64(0)
	for i := 0; i < len(w); i += 2 {
		w0, w1 := (x[i]&^a[i])&b[i], (x[i+1]&^a[i+1])&b[i+1]
		w[i], w[i+1] = w0, w1
		seen |= w0 | w1
	}
	return seen != 0
}

func countAndNotAnd(x, a, b *Words) int {
	n, m := 0, 0
	for i := 0; i < len(x); i += 2 {
		n += bits.OnesCount64((x[i] &^ a[i]) & b[i])
		m += bits.OnesCount64((x[i+1] &^ a[i+1]) & b[i+1])
	}
	return n + m
}

func (w *Words) setAndNotAndNot(x, a, b *Words) bool {
	seen := uint64(0)
	for i := 0; i < len(w); i += 2 {
		w0, w1 := (x[i]&^a[i])&^b[i], (x[i+1]&^a[i+1])&^b[i+1]
		w[i], w[i+1] = w0, w1
		seen |= w0 | w1
	}
	return seen != 0
}

func countAndNotAndNot(x, a, b *Words) int {
	n, m := 0, 0
	for i := 0; i < len(x); i += 2 {
		n += bits.OnesCount64((x[i] &^ a[i]) &^ b[i])
		m += bits.OnesCount64((x[i+1] &^ a[i+1]) &^ b[i+1])
	}
	return n + m
}

func (w *Words) setAndNotOr(x, a, b *Words) bool {
	seen := uint64(0)
	for i := 0; i < len(w); i += 2 {
		w0, w1 := (x[i]&^a[i])|b[i], (x[i+1]&^a[i+1])|b[i+1]
		w[i], w[i+1] = w0, w1
		seen |= w0 | w1
	}
	return seen != 0
}

func countAndNotOr(x, a, b *Words) int {
	n, m := 0, 0
	for i := 0; i < len(x); i += 2 {
		n += bits.OnesCount64((x[i] &^ a[i]) | b[i])
		m += bits.OnesCount64((x[i+1] &^ a[i+1]) | b[i+1])
	}
	return n + m
}

func (w *Words) setOrAnd(x, a, b *Words) bool {
	seen := uint64(0)
	for i := 0; i < len(w); i += 2 {
		w0, w1 := (x[i]|a[i])&b[i], (x[i+1]|a[i+1])&b[i+1]
		w[i], w[i+1] = w0, w1
		seen |= w0 | w1
	}
	return seen != 0
}

func countOrAnd(x, a, b *Words) int {
	n, m := 0, 0
	for i := 0; i < len(x); i += 2 {
		n += bits.OnesCount64((x[i] | a[i]) & b[i])
		m += bits.OnesCount64((x[i+1] | a[i+1]) & b[i+1])
	}
	return n + m
}

func (w *Words) setOrAndNot(x, a, b *Words) bool {
	seen := uint64(0)
	for i := 0; i < len(w); i += 2 {
		w0, w1 := (x[i]|a[i])&^b[i], (x[i+1]|a[i+1])&^b[i+1]
		w[i], w[i+1] = w0, w1
		seen |= w0 | w1
	}
	return seen != 0
}

func countOrAndNot(x, a, b *Words) int {
	n, m := 0, 0
	for i := 0; i < len(x); i += 2 {
		n += bits.OnesCount64((x[i] | a[i]) &^ b[i])
		m += bits.OnesCount64((x[i+1] | a[i+1]) &^ b[i+1])
	}
	return n + m
}

func (w *Words) setOrOr(x, a, b *Words) bool {
	seen := uint64(0)
	for i := 0; i < len(w); i += 2 {
		w0, w1 := (x[i]|a[i])|b[i], (x[i+1]|a[i+1])|b[i+1]
		w[i], w[i+1] = w0, w1
		seen |= w0 | w1
	}
	return seen != 0
}

func countOrOr(x, a, b *Words) int {
	n, m := 0, 0
	for i := 0; i < len(x); i += 2 {
		n += bits.OnesCount64((x[i] | a[i]) | b[i])
		m += bits.OnesCount64((x[i+1] | a[i+1]) | b[i+1])
	}
	return n + m
}
