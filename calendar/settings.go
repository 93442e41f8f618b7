package calendar

import "time"

// Settings are a calendar as it is configured: windows that are ORed. Blocking
// always wins, so their order means nothing.
type Settings struct {
	Name     string   `koanf:"name"`     // letters, digits, dots, hyphens, underscores; at most 40
	Timezone string   `koanf:"timezone"` // an IANA or Windows name; required
	Windows  []Window `koanf:"windows"`  // at least one
}

// An Effect is what a window does.
type Effect string

// Block is the default.
const (
	Block Effect = "block"
	Warn  Effect = "warn"
)

// A Window is times in which no release may start. One key says when (from and to,
// outside, holidays, rrule, cron, ics, ssm, or days and hours); days, hours and
// months may narrow any of them.
type Window struct {
	Name     string `koanf:"name"`   // unique in its calendar; by default its place, window-1; ics and ssm need one
	Reason   string `koanf:"reason"` // for people; by default the name, or the summary of the event
	Owner    string `koanf:"owner"`  // whom to ask
	Effect   Effect `koanf:"effect"`
	Timezone string `koanf:"timezone"` // by default the calendar's

	Selector
	Except []Selector `koanf:"except"` // holes in this window
}

// A Selector says when. What is given together is ANDed.
type Selector struct {
	From   string   `koanf:"from"`   // a date, a date and time, or MM-DD every year
	To     string   `koanf:"to"`     // the same; a date is inclusive, a time is not
	Days   []string `koanf:"days"`   // mon-fri, sat; ranges wrap; a night belongs to the day it starts
	Hours  []string `koanf:"hours"`  // 22:00-06:00; half-open, 24:00 may end one
	Months []string `koanf:"months"` // nov-dec, 12

	Outside  *Outside     `koanf:"outside"`  // everything but these days and hours
	Holidays *HolidayDays `koanf:"holidays"` // of a country
	RRule    string       `koanf:"rrule"`    // RFC 5545: FREQ=MONTHLY;BYDAY=-1FR
	Start    string       `koanf:"start"`    // DTSTART of rrule: 2026-01-30, or 2026-01-30T18:00
	Cron     string       `koanf:"cron"`     // starts: minute, hour, day, month, weekday
	For      Length       `koanf:"for"`      // how long each start of rrule or cron lasts
	ICS      *ICS         `koanf:"ics"`      // events of a calendar file or feed
	SSM      *SSM         `koanf:"ssm"`      // events of a Change Calendar of AWS Systems Manager
}

// Outside is everything but business hours.
type Outside struct {
	Days  []string `koanf:"days"`
	Hours []string `koanf:"hours"`
}

// HolidayDays are the holidays of a country as a window: whole days, and what lies
// before and after them.
type HolidayDays struct {
	Country string   `koanf:"country"` // see Countries; empty: what is added alone
	Add     []string `koanf:"add"`     // 2027-05-06, or 2027-05-06 with its name behind it
	Except  []string `koanf:"except"`  // 2027-05-06
	Before  Length   `koanf:"before"`
	After   Length   `koanf:"after"`
}

// ICS is a calendar in a file or behind an address. One of File, URL and S3 is given.
type ICS struct {
	File       string        `koanf:"file"`
	URL        string        `koanf:"url"`         // https:// or webcal://; a secret, never shown
	S3         string        `koanf:"s3"`          // s3://bucket/key
	Region     string        `koanf:"region"`      // of the bucket; empty: the region andon runs with
	Every      time.Duration `koanf:"every"`       // how often it is read
	StaleAfter time.Duration `koanf:"stale_after"` // how long the last good copy is believed
	SkipFree   bool          `koanf:"skip_free"`   // pass over events that are shown as free
}

// SSM is a Change Calendar: its document is evaluated here, and AWS is asked too.
// docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-change-calendar.html
type SSM struct {
	Name       string        `koanf:"name"` // of the document, or its ARN
	Region     string        `koanf:"region"`
	Every      time.Duration `koanf:"every"`
	StaleAfter time.Duration `koanf:"stale_after"`
}
