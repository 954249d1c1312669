package rule

import "strconv"

// String returns the quantifier as a rule writes it, "" for QuantNone.
func (q Quant) String() string {
	if q.Op < QuantAtLeast {
		return q.Op.words()
	}
	return q.Op.words() + " " + strconv.FormatInt(q.N, 10)
}

// words returns the quantifier without its number.
func (op QuantOp) words() string {
	switch op {
	case QuantAny:
		return "any"
	case QuantAll:
		return "all"
	case QuantAtLeast:
		return "at least"
	case QuantAtMost:
		return "at most"
	case QuantExactly:
		return "exactly"
	}
	return ""
}
