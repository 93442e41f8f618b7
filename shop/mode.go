package shop

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Mode is how the shop is broken, as its customers meet it.
type Mode uint8

// Works is the zero value: nothing is broken.
const (
	Works   Mode = iota
	Error        // page and API answer 500
	Hang         // the connection is taken, and no answer comes
	Slow         // the right answer, late
	Garbage      // 200 everywhere, but HTML where JSON belongs and a page without goods
	Reset        // the connection is reset instead of an answer
)

var modeNames = [...]string{"works", "error", "hang", "slow", "garbage", "reset"}

// modes lists the names of the ways to break.
func modes() []string { return modeNames[Error:] }

func (m Mode) String() string {
	if int(m) >= len(modeNames) {
		return fmt.Sprintf("Mode(%d)", uint8(m))
	}
	return modeNames[m]
}

// ParseMode finds a way to break by its name; "" is Error. Works is none.
func ParseMode(name string) (Mode, error) {
	if name == "" {
		return Error, nil
	}
	if i := slices.Index(modes(), name); i >= 0 {
		return Error + Mode(i), nil
	}
	return Works, fmt.Errorf("the shop cannot be broken by mode %q: choose one of %s", name, strings.Join(modes(), ", "))
}

// How late the answers of a slow shop are, unless somebody says so, and at most.
const (
	DefaultDelay = 2 * time.Second
	MaxDelay     = time.Minute
)

func parseDelay(s string) (time.Duration, error) {
	if s == "" {
		return DefaultDelay, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 || d > MaxDelay {
		return 0, fmt.Errorf("the shop cannot be slow by %q: give a delay such as 1500ms or 2s, at most %v", s, MaxDelay)
	}
	return d, nil
}

// State is what the shop is like at a moment.
type State struct {
	Mode     Mode
	Delay    time.Duration // of each answer while Mode is Slow, else 0
	Revision string        // what was deployed last
}

// Broken tells whether customers meet anything but a working shop.
func (s State) Broken() bool { return s.Mode != Works }

// String says in a sentence what customers meet.
func (s State) String() string {
	switch s.Mode {
	case Works:
		return "The shop works."
	case Error:
		return "The shop is broken: its page and its API answer 500."
	case Hang:
		return "The shop is broken: it takes connections and never answers."
	case Slow:
		return fmt.Sprintf("The shop is slow: every answer takes %v longer.", s.Delay)
	case Garbage:
		return "The shop is broken: its API answers 200 with HTML, and its page has no goods."
	case Reset:
		return "The shop is broken: it resets every connection."
	}
	return "The shop is in " + s.Mode.String() + "."
}
