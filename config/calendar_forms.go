package config

import (
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"github.com/andon-project/andon/calendar"
)

// What stands for more in a calendar, for those who write it by hand:
//
//	days: mon-fri            days: [mon-fri]; so do hours, months, add and except
//	except: 2026-12-24       except: [{from: 2026-12-24, to: 2026-12-24}]
//	except: [12-24..12-26]   except: [{from: 12-24, to: 12-26}]
//	ics: freeze.ics          ics: {file: freeze.ics}; so do url and s3 where it is such an address
//	ssm: Freeze              ssm: {name: Freeze}
//	holidays: JP             holidays: {country: JP}

var (
	calendarPackage = reflect.TypeFor[calendar.Settings]().PkgPath()
	icsType         = reflect.TypeFor[calendar.ICS]()
	ssmType         = reflect.TypeFor[calendar.SSM]()
	holidaysType    = reflect.TypeFor[calendar.HolidayDays]()
	selectorType    = reflect.TypeFor[calendar.Selector]()
	addressPattern  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)
)

// mayBeOne tells whether a field of a calendar may be written as one value instead
// of a list of one.
func mayBeOne(in, field reflect.Type, v any) bool {
	_, list := v.([]any)
	return in.PkgPath() == calendarPackage && field.Kind() == reflect.Slice && !list && v != nil
}

// inFull is a value for a field of type t of a calendar, with all its keys.
func (d *decoder) inFull(v any, t reflect.Type) any {
	s, ok := v.(string)
	if !ok {
		return v
	}
	switch t {
	case icsType:
		return map[string]any{d.sourceKey(s): s}
	case ssmType:
		return map[string]any{"name": s}
	case holidaysType:
		return map[string]any{"country": s}
	case selectorType:
		from, to, both := strings.Cut(s, "..")
		if !both {
			to = from
		}
		return map[string]any{"from": strings.TrimSpace(from), "to": strings.TrimSpace(to)}
	}
	return v
}

// sourceKey tells what an address of a calendar file is, also one that comes by
// a reference.
func (d *decoder) sourceKey(written string) string {
	s, err := d.refs.expand(written)
	switch {
	case err != nil: // told when it is decoded
		return "url"
	case strings.HasPrefix(s, "s3://"):
		return "s3"
	case addressPattern.MatchString(s):
		return "url"
	}
	return "file"
}

// inFolder is the name of a file as the folder of the configuration has it.
func (d *decoder) inFolder(file string) string {
	if file == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(d.refs.dir, file)
}

// keepSecrets keeps the addresses of feeds out of messages, and their paths,
// which is where their secrets are.
func (d *decoder) keepSecrets(c *Calendar) {
	for _, w := range c.Windows {
		for _, s := range append([]calendar.Selector{w.Selector}, w.Except...) {
			if s.ICS == nil {
				continue
			}
			if _, rest, ok := strings.Cut(s.ICS.URL, "://"); ok {
				_, rest, _ = strings.Cut(rest, "/")
				d.refs.keep(s.ICS.URL)
				d.refs.keep(rest)
			}
		}
	}
}
