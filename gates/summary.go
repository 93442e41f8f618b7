package gates

import (
	"strings"
	"unicode/utf8"
)

// SummaryLimit is the length CodePipeline allows for what is said with an answer to
// an approval, in characters of any kind (service model: ApprovalSummary, 0-512).
const SummaryLimit = 512

// Summary is what stands in AWS for an answer: our mark, what was decided, why, and
// about which release. The reasons give way where there is too little room.
func Summary(m Mark, c Case) string {
	said := map[Reply]string{ApproveReply: "Approved", RejectReply: "Rejected"}[c.Reply]
	head, tail := m.String()+" "+said+": ", ". "+capital(rider(c.Execution))+"."
	var why []string
	for _, r := range c.Decision.Reasons {
		why = append(why, r.Text)
	}
	text := strings.Map(func(r rune) rune {
		if unprintable(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(strings.Join(why, "; "), "?"))
	return head + cut(text, max(3, SummaryLimit-utf8.RuneCountInString(head+tail))) + tail
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
