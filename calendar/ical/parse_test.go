package ical

import (
	"errors"
	"strings"
	"testing"
)

func TestRulesAreReadLeniently(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"FREQ=DAILY":                                             "FREQ=DAILY",
		" rrule:freq=weekly ; byday = mo , fr;":                  "FREQ=WEEKLY;BYDAY=MO,FR",
		"BYDAY=+1MO,-1MO,1MO,SU;INTERVAL=01;FREQ=MONTHLY;":       "FREQ=MONTHLY;BYDAY=SU,-1MO,1MO",
		"FREQ=DAILY;BYSECOND=60,0;X-WHY=because;;WKST=MO":        "FREQ=DAILY;BYSECOND=0,59",
		"FREQ=MONTHLY;BYMONTHDAY=31,-1,31,2":                     "FREQ=MONTHLY;BYMONTHDAY=2,31,-1",
		"FREQ=YEARLY;BYYEARDAY=366,-1,1,1;BYSETPOS=-1,1;WKST=SU": "FREQ=YEARLY;BYYEARDAY=-1,1,366;BYSETPOS=-1,1;WKST=SU",
		"RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=OMIT":                 "FREQ=YEARLY",
		"FREQ=DAILY;UNTIL=20261120":                              "FREQ=DAILY;UNTIL=20261120",
		"FREQ=DAILY;UNTIL=20261120t090060z":                      "FREQ=DAILY;UNTIL=20261120T090059Z",
		"FREQ=DAILY;UNTIL=20261120T090000":                       "FREQ=DAILY;UNTIL=20261120T090000",
		"FREQ=DAILY;COUNT=3;BYHOUR=09":                           "FREQ=DAILY;COUNT=3;BYHOUR=9",
	} {
		r, err := ParseRule(text)
		if err != nil || r.String() != want {
			t.Errorf("%q is %q %v, want %q", text, r, err, want)
		}
	}
}

// A refusal names the part and what to write.
func TestRulesThatAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                             `FREQ is missing`,
		"BYDAY=MO":                                     `FREQ is missing: write FREQ=DAILY`,
		"FREQ=FORTNIGHTLY":                             `"FREQ=FORTNIGHTLY": write one of YEARLY`,
		"FREQ=DAILY;FREQ=WEEKLY":                       `"FREQ=WEEKLY": FREQ stands twice`,
		"FREQ=DAILY;COUNT":                             `"COUNT": write it as NAME=VALUE`,
		"FREQ=DAILY;COUNT=":                            `"COUNT=": write it as NAME=VALUE`,
		"FREQ=DAILY;COUNT=0":                           `"COUNT=0": write a number from 1`,
		"FREQ=DAILY;INTERVAL=0":                        `"INTERVAL=0": write a number from 1`,
		"FREQ=DAILY;INTERVAL=-1":                       `write a number from 1`,
		"FREQ=DAILY;COUNT=3000000000":                  `to 2147483647`,
		"FREQ=DAILY;COUNT=1;UNTIL=20261120":            `COUNT and UNTIL exclude each other`,
		"FREQ=DAILY;UNTIL=20260230":                    `"UNTIL=20260230": no such date or time: write it as 20261120`,
		"FREQ=DAILY;UNTIL=2026-11-20":                  `no such date or time`,
		"FREQ=DAILY;UNTIL=99991231T240000Z":            `no such date or time`,
		"FREQ=DAILY;BYHOUR=24":                         `"24": write numbers from 0 to 23`,
		"FREQ=DAILY;BYHOUR=1,":                         `"": write numbers from 0 to 23`,
		"FREQ=DAILY;BYHOUR=-1":                         `"-1": write numbers from 0 to 23`,
		"FREQ=DAILY;BYMINUTE=60":                       `from 0 to 59`,
		"FREQ=DAILY;BYSECOND=61":                       `from 0 to 60`,
		"FREQ=DAILY;BYMONTH=13":                        `from 1 to 12`,
		"FREQ=DAILY;BYMONTH=5L":                        `"5L": write numbers from 1 to 12`,
		"FREQ=DAILY;BYMONTHDAY=0":                      `from 1 to 31, or from -31 to -1`,
		"FREQ=DAILY;BYMONTHDAY=32":                     `from 1 to 31, or from -31 to -1`,
		"FREQ=YEARLY;BYYEARDAY=367":                    `from 1 to 366, or from -366 to -1`,
		"FREQ=YEARLY;BYWEEKNO=54":                      `from 1 to 53, or from -53 to -1`,
		"FREQ=YEARLY;BYDAY=XX":                         `"XX": write days as MO, the second as 2MO`,
		"FREQ=YEARLY;BYDAY=M":                          `"M": write days as MO`,
		"FREQ=YEARLY;BYDAY=0MO":                        `"0MO": write days as MO`,
		"FREQ=YEARLY;BYDAY=54MO":                       `"54MO": write days as MO`,
		"FREQ=WEEKLY;BYDAY=1MO":                        `BYDAY with a number needs FREQ=MONTHLY or FREQ=YEARLY`,
		"FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO":             `BYDAY with a number and BYWEEKNO exclude each other`,
		"FREQ=WEEKLY;WKST=1MO":                         `write a day of SU`,
		"FREQ=YEARLY;BYEASTER=1":                       `"BYEASTER=1": there is no such part: write FREQ`,
		"RSCALE=CHINESE;FREQ=YEARLY":                   `only the Gregorian calendar`,
		"FREQ=MONTHLY;SKIP=BACKWARD":                   `write BYMONTHDAY=-1`,
		"FREQ=DAILY;" + strings.Repeat("X-A=1;", 4000): `no rule needs more than 8192`,
	} {
		r, err := ParseRule(text)
		if e := (RuleError{}); !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q is %q %v, want an error with %s", text, r, err, want)
		}
	}
}

func TestStamps(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"20261120", "20240229", "00010101T000000", "99991231T235959Z", "20261120T090807"} {
		if c, form, err := parseStamp(s); err != nil || stamp(c, form) != s {
			t.Errorf("%s is read as %s %v", s, c, err)
		}
	}
	for _, s := range []string{
		"", "2026112", "202611201", "20260229", "20261301", "20260100", "00000101", "20261120T", "20261120T0900", "20261120T246000",
		"20261120T236000", "20261120T235961", "20261120 090000", "20261120T090000ZZ", "2026112０", "+2026112", "20261120T09000Z",
	} {
		if c, _, err := parseStamp(s); err == nil {
			t.Errorf("%q is read as %s", s, c)
		}
	}
}
