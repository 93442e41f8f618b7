package main

import (
	"fmt"
	"os"
	"strings"
	"time"
	"unicode"
)

// plain makes text from outside fit for a terminal: valid UTF-8 on one line,
// without control characters, which a terminal obeys, and without those that
// turn the direction of what follows.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return ' '
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, text)
}

// plainJSON makes JSON fit for a terminal without changing what it says.
func plainJSON(text []byte) []byte {
	var b strings.Builder
	for _, r := range string(text) {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			fmt.Fprintf(&b, `\u%04x`, r) // JSON has such characters in strings only
			continue
		}
		b.WriteRune(r)
	}
	return []byte(b.String())
}

// printJSON writes JSON as it is, for programs and so that hashes still agree;
// only for a terminal is it made harmless.
func (p *program) printJSON(text []byte) error {
	if f, ok := p.Stdout.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			text = plainJSON(text)
		}
	}
	_, err := p.Stdout.Write(text)
	return err
}

// stamp is a time for people, who compare it with others: always in UTC.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
