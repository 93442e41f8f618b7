package gates

import (
	"slices"
	"strings"
	"time"
)

// Seen is what a read showed of a transition and the stage behind it, or of an
// approval action and the stage that it is in.
type Seen struct {
	Begun     time.Time     `json:"begun"` // our clock, when the read began
	Enabled   bool          `json:"enabled"`
	ChangedBy string        `json:"changed_by,omitempty"` // ARN; "" where AWS tells none
	ChangedAt time.Time     `json:"changed_at,omitzero"`  // AWS's clock
	Reason    string        `json:"reason,omitempty"`
	Inside    []Execution   `json:"inside,omitempty"`  // in the stage
	Latest    string        `json:"latest,omitempty"`  // the last that entered it, inside or not
	Left      time.Time     `json:"left,omitzero"`     // when the latest left, if it did
	Waiting   []Execution   `json:"waiting,omitempty"` // before the transition
	Skew      time.Duration `json:"skew,omitempty"`    // AWS's clock minus ours

	// Of an approval action alone.
	Pending  []Approval    `json:"pending,omitempty"`  // what waits for an answer, the oldest first
	Answered []Answered    `json:"answered,omitempty"` // of late
	Timeout  time.Duration `json:"timeout,omitempty"`  // how long one waits
}

// An Execution is one release on its way through the pipeline.
type Execution struct {
	ID       string    `json:"id"`
	Revision string    `json:"revision,omitempty"`
	Action   string    `json:"action,omitempty"` // what runs, for one that is inside
	Since    time.Time `json:"since,omitzero"`   // start of that action
	Rollback bool      `json:"rollback,omitempty"`
}

// age is how long before now the read began, by whichever clock says more: the
// monotonic one stands still while a machine sleeps, the other may be set back.
func (s Seen) age(now time.Time) time.Duration {
	return max(now.Sub(s.Begun), now.Round(0).Sub(s.Begun.Round(0)))
}

// known tells whether a read was made at all.
func (s Seen) known() bool { return !s.Begun.IsZero() }

// suspect tells whether the release that entered last may be the cause of a
// close at t, on AWS's clock: it is inside, or left less than an hour before.
func (s Seen) suspect(t time.Time) bool {
	return len(s.Inside) > 0 || !s.Left.IsZero() && s.Left.After(t.Add(-suspectFor))
}

// A Holder is who stops the line at a transition.
type Holder string

// Who may hold. The zero value says that nothing has been read yet.
const (
	Unread   Holder = ""
	Nobody   Holder = "nobody"     // the transition is enabled
	Ours     Holder = "andon"      // our mark, our principal, our journal
	Adrift   Holder = "adrift"     // our mark and principal, but the journal does not know it
	Stranger Holder = "another"    // another andon's mark
	Dubious  Holder = "unverified" // our mark, but we cannot tell whether we wrote it
	Person   Holder = "person"
)

// holder tells who holds. Who is neither one of us nor another andon is a
// person, also a machine: no hold but our own is ever lifted.
func (g Gate) holder(s Seen, m Memory) Holder {
	if !s.known() {
		return Unread
	}
	if s.Enabled || g.Action != "" { // nobody holds an approval: it waits until it is answered
		return Nobody
	}
	mark, ok := ParseMark(s.Reason)
	switch {
	case !ok:
		return Person
	case mark.Instance != g.Instance || mark.Gate != g.Name:
		return Stranger
	case g.nameless(m):
		return Dubious
	case !g.isUs(s.ChangedBy, m):
		return Person // somebody copied our words
	}
	if _, known := m.Closes[mark.Intent]; known {
		return Ours
	}
	return Adrift
}

// nameless: we do not know who we are in AWS.
func (g Gate) nameless(m Memory) bool { return len(g.Principals)+len(m.Principals) == 0 }

func (g Gate) isUs(arn string, m Memory) bool {
	p := Principal(arn)
	return p != "" && (m.Principals[p] || slices.ContainsFunc(g.Principals, func(s string) bool { return Principal(s) == p }))
}

// isPerson tells whether arn is somebody whose will counts: named, not one of
// us, and not listed as a machine.
func (g Gate) isPerson(arn string, m Memory) bool {
	return arn != "" && !g.isUs(arn, m) && !g.isMachine(arn)
}

// isMachine compares whole parts of the ARN. CloudFormation acts as a session
// named AWSCloudFormation of its service role, so the prefix AWS is optional.
func (g Gate) isMachine(arn string) bool {
	parts := strings.FieldsFunc(arn, func(r rune) bool { return r == '/' || r == ':' })
	return slices.ContainsFunc(g.Machines, func(name string) bool {
		if strings.EqualFold(arn, name) || Principal(arn) == Principal(name) {
			return true
		}
		return slices.ContainsFunc(parts, func(part string) bool {
			return strings.EqualFold(part, name) || strings.EqualFold(part, "AWS"+name)
		})
	})
}

// Principal is who an ARN stands for: an assumed role without its session, and
// a role the same however it is written, because a session name changes at
// every start. Format of lastChangedBy for roles: not documented, so both the
// STS and the IAM form are understood.
func Principal(arn string) string {
	f := strings.SplitN(arn, ":", 6)
	if len(f) != 6 || f[0] != "arn" {
		return arn
	}
	account, resource := f[4], f[5]
	kind, rest, _ := strings.Cut(resource, "/")
	switch {
	case kind == "assumed-role" && f[2] == "sts":
		role, _, _ := strings.Cut(rest, "/")
		return "role " + account + " " + role
	case kind == "role" && f[2] == "iam":
		return "role " + account + " " + rest[strings.LastIndex(rest, "/")+1:]
	}
	return arn
}
