package config

import (
	"slices"
	"strings"
)

// suggest ends the message about a name that does not exist: with the one that
// was probably meant, or with those there are.
func suggest(name string, known []string) string {
	if near := nearest(name, known); near != "" {
		return `, did you mean "` + near + `"?`
	}
	if len(known) == 0 {
		return ""
	}
	known = slices.Sorted(slices.Values(known))
	if len(known) > 20 {
		known = append(known[:20:20], "…")
	}
	return "; known here: " + strings.Join(known, ", ")
}

// nearest is the known name that name was probably meant to be, or "".
func nearest(name string, known []string) string {
	best, least := "", 3 // two slips are a typo, three are another word
	for _, k := range known {
		if d := distance(strings.ToLower(name), strings.ToLower(k)); d < least && 2*d < max(len(k), 3) {
			best, least = k, d
		}
	}
	return best
}

// distance is how many characters have to be put in, taken out, replaced or
// swapped with the next to turn a into b (optimal string alignment), or 3 if
// the lengths alone need more than two.
func distance(a, b string) int {
	if len(a) > len(b)+2 || len(b) > len(a)+2 {
		return 3
	}
	var before, last []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
