package ical

import (
	"bufio"
	"os"
	"strings"
	"testing"
	"time"
)

// A collection of rules on which other programs agree, or do not. Its licences do not
// let it be here: ANDON_RRULE_CASES names the file.
func TestRulesOfOthers(t *testing.T) {
	t.Parallel()
	name := os.Getenv("ANDON_RRULE_CASES")
	if name == "" {
		t.Skip("ANDON_RRULE_CASES does not name the collection of rules")
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	agreed, tried := map[string]int{}, map[string]int{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		c := strings.Split(lines.Text(), "\t")
		if strings.HasPrefix(c[0], "#") {
			continue
		}
		id, rule, start, tzid, want, complete, synchronized, status := c[0], c[2], c[3], c[5], c[6], c[7] == "1", c[8] == "1", c[10]
		got := expandCase(t, rule, start, tzid, synchronized, strings.Count(want, ",")+2)
		if !complete {
			got = got[:min(len(got), strings.Count(want, ",")+1)]
		}
		tried[status]++
		if g := strings.Join(got, ","); g == want {
			agreed[status]++
		} else if status == "consensus" {
			t.Errorf("%s: %s from %s\n got %s\nwant %s", id, rule, start, g, want)
		} else {
			t.Logf("%s: %s from %s\n got %s\nwant %s\n%s %s", id, rule, start, g, want, c[9], c[11])
		}
	}
	if err := lines.Err(); err != nil || tried["consensus"] == 0 {
		t.Fatal("the collection cannot be read", err)
	}
	t.Logf("agreed %v of %v", agreed, tried)
}

func expandCase(t *testing.T, rule, start, tzid string, synchronized bool, most int) (got []string) {
	r, err := ParseRule(rule)
	if err != nil {
		return []string{err.Error()}
	}
	c, form, err := parseStamp(start)
	if err != nil {
		t.Fatal(err)
	}
	location := time.UTC
	if tzid != "-" {
		if location, err = time.LoadLocation(tzid); err != nil {
			t.Fatal(err)
		}
	}
	s := Series{Start: c, Date: form == dateStamp, Zone: Location(location), Rule: r}
	for at, err := range s.All(time.Unix(-1<<40, 0), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), nil) {
		if err != nil {
			return append(got, err.Error())
		}
		shown := CivilOf(at, s.Zone)
		if shown == c && !synchronized {
			continue
		}
		if got = append(got, stamp(shown, form)); len(got) == most {
			break
		}
	}
	return got
}
