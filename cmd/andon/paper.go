package main

import (
	"cmp"
	"os"
	"strconv"
	"strings"
	"unicode"
)

// A paper is what a drawing is printed on.
type paper struct {
	columns int
	colour  bool
}

// Columns that a drawing is made for where nobody says how many there are, and the
// least.
const (
	usualColumns = 80
	leastColumns = 28
)

// paper is what standard output is: as wide as the terminal, or as COLUMNS says.
// Colours are for terminals only, and for nobody who sets NO_COLOR (no-color.org).
func (p *program) paper() paper {
	asked, _ := strconv.Atoi(p.getenv("COLUMNS"))
	sheet := paper{columns: asked}
	if f, ok := p.Stdout.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			sheet.columns = cmp.Or(terminalWidth(f), asked)
			sheet.colour = p.getenv("NO_COLOR") == "" && p.getenv("TERM") != "dumb"
		}
	}
	sheet.columns = max(cmp.Or(sheet.columns, usualColumns), leastColumns)
	return sheet
}

// paint writes text in the colours of an escape sequence (ECMA-48, SGR).
func (s paper) paint(colours, text string) string {
	if !s.colour || colours == "" {
		return text
	}
	return "\x1b[" + colours + "m" + text + "\x1b[0m"
}

// wrap breaks text between words, so that lines which begin with an indent fit. The
// indent is of every line but the first, of which some columns are taken. What is glued
// stays together.
func (s paper) wrap(text string, taken, indent int) string {
	var b strings.Builder
	column := taken
	for i, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' }) {
		width := columnsOf(word)
		switch {
		case i > 0 && column+1+width > s.columns:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		case i > 0:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(strings.ReplaceAll(word, glue, " "))
		column += width
	}
	return b.String()
}

// glue is a blank at which no line is broken.
const glue = "\u00a0"

func glued(text string) string { return strings.ReplaceAll(text, " ", glue) }

// columnsOf is how much room a text takes: characters of East Asia take two columns
// each, marks that stand above others none.
func columnsOf(text string) int {
	n := 0
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul),
			r >= 0x3000 && r <= 0x303f, r >= 0xff01 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6, r >= 0x1f300 && r <= 0x1faff:
			n += 2
		default:
			n++
		}
	}
	return n
}
