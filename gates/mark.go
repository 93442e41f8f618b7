package gates

import "strings"

// A Mark stands at the head of a transition's disabled reason and says whose
// hold it is: `(andon INSTANCE GATE INTENT)`.
type Mark struct {
	Instance string `json:"instance"`
	Gate     string `json:"gate"`
	Intent   string `json:"intent"` // the id of the intent in the journal
}

func (m Mark) String() string {
	return "(andon " + m.Instance + " " + m.Gate + " " + m.Intent + ")"
}

// ParseMark finds the mark at the head of a reason. Tokens are compared whole:
// the gate "shop" does not own what "shop-eu" holds.
func ParseMark(reason string) (Mark, bool) {
	head, _, ok := strings.Cut(reason, ")")
	if !ok || !strings.HasPrefix(head, "(andon ") {
		return Mark{}, false
	}
	f := strings.Split(head, " ")
	if len(f) != 4 || f[1] == "" || f[2] == "" || f[3] == "" {
		return Mark{}, false
	}
	return Mark{f[1], f[2], f[3]}, true
}

// ReasonLimit is the length CodePipeline allows for a reason, in characters
// (service model: DisabledReason, 1-300 of [a-zA-Z0-9!@ \(\)\.\*\?\-]).
const ReasonLimit = 300

// CleanReason makes text fit the alphabet of a reason: what is not allowed
// becomes a blank, runs of blanks become one, and it is cut at the limit.
func CleanReason(mark Mark, text string) string {
	var b strings.Builder
	b.WriteString(mark.String())
	blank := true
	for _, r := range text {
		if b.Len() >= ReasonLimit {
			break
		}
		if !allowed(r) {
			r = ' '
		}
		if r == ' ' {
			blank = true
			continue
		}
		if blank {
			if b.Len() >= ReasonLimit-1 {
				break
			}
			b.WriteByte(' ')
			blank = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

func allowed(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return true
	}
	return strings.ContainsRune("!@ ().*?-", r)
}
