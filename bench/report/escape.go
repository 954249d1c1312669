package report

import "strings"

// code writes text as a code span of Markdown, whatever it holds; line ends
// become spaces. The tables escape vertical bars, and are the only place that
// code spans are put in.
func code(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" {
		return ""
	}
	fence := strings.Repeat("`", longestRun(text, '`')+1)
	// A space next to the fence is dropped where there is one on both sides.
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		return fence + " " + text + " " + fence
	}
	return fence + text + fence
}

// maxRule is how many characters of a rule are shown at most: of those with lists of a
// thousand values the rest says no more.
const maxRule = 400

// ruleCode is code for a rule, of which it says how much is left out.
func ruleCode(rule string) string {
	letters := []rune(strings.Join(strings.Fields(rule), " "))
	if len(letters) <= maxRule {
		return code(rule)
	}
	return code(string(letters[:maxRule])) + " and " + Groups(int64(len(letters)-maxRule)) + " more characters"
}

// longestRun returns how many times b stands in a row in text, at most.
func longestRun(text string, b byte) int {
	longest, run := 0, 0
	for i := range len(text) {
		if text[i] != b {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

var plainEscapes = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`,
	"<", "&lt;", ">", "&gt;", "&", "&amp;", "~", `\~`, "\n", " ", "\r", " ",
)

// plain writes text so that Markdown shows it as it is, on one line. Vertical
// bars are left to the tables.
func plain(text string) string { return plainEscapes.Replace(strings.TrimSpace(text)) }
