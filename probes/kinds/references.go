package kinds

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"math"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/andon-project/andon/probes"
)

// References are how values were written that hold references such as
// ${env:TOKEN}, by what came of them: the whole values, and what each reference
// alone stands for. That is shown nowhere.
type References map[string]string

// Shown is value as it was written.
func (r References) Shown(value string) string { return cmp.Or(r[value], value) }

// fewest bytes that can be a secret: fewer would turn up in any sentence.
const fewest = 4

// Hide is text with the references in place of what they stand for, also where
// that is quoted, escaped, in lower case or cut off.
func (r References) Hide(text string) string {
	found := map[string]string{} // what there is in text, and what to write instead
	find := func(form, written string) {
		if before := found[form]; before == "" || written < before { // of two, always the same
			found[form] = written
		}
	}
	for value, written := range r {
		for _, form := range []string{value, strings.ToLower(value), url.QueryEscape(value), url.PathEscape(value),
			printable(value, math.MaxInt), strings.Trim(strconv.Quote(value), `"`)} {
			if len(form) < fewest {
				continue
			}
			if strings.Contains(text, form) {
				find(form, written)
			}
			for _, cut := range cuts(text, form) {
				find(cut, written+"…")
			}
		}
	}
	var pairs []string
	for _, form := range slices.SortedFunc(maps.Keys(found), func(a, b string) int { return len(b) - len(a) }) { // one may be a part of another
		pairs = append(pairs, form, found[form])
	}
	return strings.NewReplacer(pairs...).Replace(text) // in one pass: a reference that was put in must not be searched
}

// cuts are beginnings of form, long enough, with which text was cut off.
func cuts(text, form string) (all []string) {
	parts := strings.Split(text, "…")
	for _, part := range parts[:len(parts)-1] {
		for n := min(len(part), len(form)-1); n >= fewest; n-- {
			if strings.HasSuffix(part, form[:n]) {
				all = append(all, form[:n]+"…")
				break
			}
		}
	}
	return all
}

// Quoted is embedded in settings that show what a user has written.
type Quoted struct{ references References }

// SetReferences tells how the values of the settings were written.
func (q *Quoted) SetReferences(r References) { q.references = r }

func (q Quoted) shown(value string) string { return q.references.Shown(value) }

func (q Quoted) shownAll(values []string) (all []string) {
	for _, v := range values {
		all = append(all, q.shown(v))
	}
	return all
}

// discreet is p that shows none of what references stand for.
func (q Quoted) discreet(p probes.Probe) probes.Probe {
	if len(q.references) == 0 {
		return p
	}
	return &discreet{p, q.references}
}

// A discreet is shared by its address: the monitor asks whether two are the same.
type discreet struct {
	probes.Probe
	references References
}

// Check implements probes.Probe.
func (d *discreet) Check(ctx context.Context, t probes.Target) (probes.Facts, error) {
	facts, err := d.Probe.Check(ctx, t)
	facts.Remote = d.remote(facts.Remote)
	return facts, d.hide(err)
}

// remote hides an address, but not for the sake of its port.
func (d *discreet) remote(address string) string {
	if host, port, err := net.SplitHostPort(address); err == nil && d.references[host] != "" {
		return d.references[host] + ":" + port
	}
	return d.references.Shown(address)
}

func (d *discreet) hide(err error) error {
	if err == nil {
		return nil
	}
	switch text := d.references.Hide(err.Error()); {
	case text == err.Error():
		return err
	case errors.Is(err, probes.ErrInconclusive):
		return unable("%s", text)
	default:
		return &failure{reason: probes.Reason(err), text: text}
	}
}

var reference = regexp.MustCompile(`\$\{[^}]*\}`)

// bare is a url as it was written, without user, query and fragment: those may
// be secret. What references stand for may hold any sign.
func bare(written string) string {
	plain := reference.ReplaceAllStringFunc(written, func(r string) string { return strings.Repeat("x", len(r)) })
	end, query := len(plain), ""
	if i := strings.IndexAny(plain, "?#"); i >= 0 {
		if end = i; plain[i] == '?' {
			query = "?…"
		}
	}
	begin := 0
	if i := strings.Index(plain[:end], "://"); i >= 0 {
		begin = i + len("://")
	}
	authority, _, _ := strings.Cut(plain[begin:end], "/")
	host := begin + strings.LastIndexByte(authority, '@') + 1
	return printable(written[:begin]+written[host:end]+query, math.MaxInt)
}
