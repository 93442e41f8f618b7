package exporters

import (
	"fmt"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
)

// calendarCard is a calendar and what it says now.
type calendarCard struct {
	Name, Word, Mood string
	Lead             string // what that means for a release
	Change           string // what stands before Next: Clear from
	Next             zoned
	Causes, Warns    []causeNote
	Problems         []note
	Failing          string // sources that cannot be read at the moment
}

// causeNote is a cause and its end.
type causeNote struct {
	Text string
	End  zoned
}

func (s Sources) calendarCards(now time.Time) []calendarCard {
	var cards []calendarCard
	all := s.Calendars()
	for _, name := range s.calendarNames() {
		cards = append(cards, s.calendarCard(all[name], now))
	}
	return cards
}

func (s Sources) calendarCard(c *calendar.Calendar, now time.Time) calendarCard {
	state := ViewCalendar(c, now, now).clipped()
	at := func(t *time.Time) zoned {
		if t == nil {
			return zoned{moment{time.Time{}, now}, c.Zone()}
		}
		return zoned{moment{*t, now}, c.Zone()}
	}
	card := calendarCard{Name: c.Name(), Word: state.State.String(), Next: at(state.Next)}
	card.Mood, card.Lead, card.Change = calendarMood(state.State)
	for _, cause := range state.Causes {
		card.Causes = append(card.Causes, causeNote{CauseText(cause), at(cause.End)})
	}
	for _, warn := range state.Warns {
		card.Warns = append(card.Warns, causeNote{CauseText(warn), at(warn.End)})
	}
	for _, p := range state.Problems {
		text := p.Text
		if p.Window != "" {
			text = p.Window + ": " + text
		}
		card.Problems = append(card.Problems, note{text, p.Do, moment{p.Since, now}})
	}
	card.Failing = s.failing(c.Name())
	return card
}

// failing names the sources of a calendar that need a look, in a sentence.
func (s Sources) failing(name string) string {
	var failing, kept []string
	for _, f := range s.sourcesOf(name) {
		if !f.Up {
			failing = append(failing, f.Window)
		}
		if len(f.Kept) > 0 {
			kept = append(kept, f.Window)
		}
	}
	var words []string
	if len(failing) > 0 {
		words = append(words, fmt.Sprintf("Not read at the moment: %s.", strings.Join(failing, ", ")))
	}
	if len(kept) > 0 {
		words = append(words, fmt.Sprintf("Freezes that vanished and wait to be acknowledged: %s.", strings.Join(kept, ", ")))
	}
	return strings.Join(words, " ")
}
