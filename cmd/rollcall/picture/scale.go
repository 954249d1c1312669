package picture

import (
	"math"
	"strconv"
	"strings"
)

// ticks returns round numbers from 0 to highest: steps of 1, 2 or 5 times a power of
// ten, and so few that there are at most `most` above 0. Of whole numbers the steps
// are whole. There is none above 0 where highest is not.
func ticks(highest float64, most int, whole bool) []float64 {
	out := []float64{0}
	if !(highest > 0) || math.IsInf(highest, 0) {
		return out
	}
	step := math.Pow(10, math.Floor(math.Log10(highest/float64(most))))
	for _, times := range []float64{1, 2, 5, 10} {
		if highest/(times*step) <= float64(most) {
			step *= times
			break
		}
	}
	if whole {
		step = max(step, 1)
	}
	for i := 1.0; i*step <= highest; i++ {
		out = append(out, i*step)
	}
	return out
}

// numberText writes a number with a comma between thousands, and with as many digits
// behind the point as tell it from its like.
func numberText(x float64) string {
	text := strconv.FormatFloat(x, 'f', -1, 64)
	if math.Abs(x) >= 1e15 || x != 0 && math.Abs(x) < 1e-4 {
		return strconv.FormatFloat(x, 'g', 6, 64)
	}
	if x != math.Trunc(x) {
		text = strings.TrimRight(strconv.FormatFloat(x, 'f', 4, 64), "0")
	}
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "-", text[1:]
	}
	number, fraction, _ := strings.Cut(text, ".")
	for i := len(number) - 3; i > 0; i -= 3 {
		number = number[:i] + "," + number[i:]
	}
	if fraction = strings.TrimRight(fraction, "."); fraction != "" {
		number += "." + fraction
	}
	return sign + number
}

// drawable returns a value as the length of a bar: 0 for what has none.
func drawable(x float64) float64 {
	if !(x > 0) || math.IsInf(x, 0) {
		return 0
	}
	return x
}
