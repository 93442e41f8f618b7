package gates

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/journal"
	"github.com/andon-project/andon/probes"
)

// ordering is a line with a gate that may act and one that observes, on a
// transition that is enabled.
func ordering(t *testing.T) (*Line, *journal.Memory) {
	t.Helper()
	store := new(journal.Memory)
	p := &scripted{do: func(context.Context, Action) error { return nil }}
	p.read = func() (Seen, error) { return Seen{Begun: friday, Enabled: true}, nil }
	l := NewLine(func() probes.Snapshot { return well(friday, nil) }, nil)
	g := Gate{Name: "production", Instance: "shop", Pipeline: "shop", Stage: "Production", May: []Verb{Open}, Checks: []string{"shop"}, Principals: []string{ourARN}}
	l.Add(g, p, store)
	g.Name, g.Stage, g.May = "staging", "Staging", nil
	l.Add(g, p, store)
	return l, store
}

func atFriday() time.Time { return friday }

func TestRefusedOrders(t *testing.T) {
	t.Parallel()
	good := Order{State: Closed, Actor: "mia", Reason: "stocktaking", For: time.Hour}
	for _, c := range []struct {
		name   string
		gate   string
		change func(*Order)
		code   string
		says   string
	}{
		{"a good one", "production", nil, "", ""},
		{"the shortest", "production", func(o *Order) { o.For = time.Minute }, "", ""},
		{"the longest", "production", func(o *Order) { o.For = 168 * time.Hour }, "", ""},
		{"no time is an hour", "production", func(o *Order) { o.For = 0 }, "", ""},
		{"200 characters", "production", func(o *Order) { o.Reason = strings.Repeat("日", 200) }, "", ""},
		{"too short", "production", func(o *Order) { o.For = time.Minute - 1 }, "invalid", "from 1m to 168h"},
		{"too long", "production", func(o *Order) { o.For = 168*time.Hour + 1 }, "invalid", "from 1m to 168h"},
		{"in the past", "production", func(o *Order) { o.For = -time.Hour }, "invalid", "from 1m to 168h"},
		{"neither open nor closed", "production", func(o *Order) { o.State = Keep }, "invalid", "open or closed"},
		{"by nobody", "production", func(o *Order) { o.Actor = " " }, "invalid", "nobody is named"},
		{"for nothing", "production", func(o *Order) { o.Reason = " \t" }, "invalid", "needs a reason"},
		{"201 characters", "production", func(o *Order) { o.Reason = strings.Repeat("x", 201) }, "invalid", "has 201 characters"},
		{"two lines", "production", func(o *Order) { o.Reason = "a\nb" }, "invalid", "line breaks"},
		{"a terminal's code", "production", func(o *Order) { o.Reason = "a\x1b[2J" }, "invalid", "control characters"},
		{"turned around", "production", func(o *Order) { o.Reason = "a\u202eb" }, "invalid", "control characters"},
		{"not UTF-8", "production", func(o *Order) { o.Reason = "a\xff" }, "invalid", "not UTF-8"},
		{"no such gate", "prod", nil, "no-gate", `no gate "prod"`},
		{"a gate that observes", "staging", nil, "observing", "observes"},
	} {
		l, store := ordering(t)
		o := good
		if c.change != nil {
			c.change(&o)
		}
		out, err := l.Order(t.Context(), c.gate, o, atFriday)
		var refused *OrderError
		if c.code == "" {
			if err != nil || out.Order.Wants() != o.State || out.Order.Expires.Before(friday.Add(time.Minute)) {
				t.Errorf("%s: %v %+v", c.name, err, out)
			}
			continue
		}
		if !errors.As(err, &refused) || refused.Code != c.code || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %s: %s", c.name, err, c.code, c.says)
		}
		if streams, _ := store.Streams(t.Context()); len(streams) > 0 {
			t.Errorf("%s: it was written all the same", c.name)
		}
	}
}

func TestWithdrawing(t *testing.T) {
	t.Parallel()
	l, _ := ordering(t)
	end := Order{Actor: "bob", Reason: "done"}
	refused := func(o Order, at time.Time) string {
		_, err := l.Withdraw(t.Context(), "production", o, func() time.Time { return at })
		var r *OrderError
		errors.As(err, &r)
		return r.Code
	}
	if got := refused(end, friday); got != "no-order" {
		t.Errorf("before there is one: %s", got)
	}
	if _, err := l.Order(t.Context(), "production", Order{State: Opened, Actor: "mia", Reason: "x", For: time.Hour}, atFriday); err != nil {
		t.Fatal(err)
	}
	if got := refused(Order{Actor: "bob"}, friday); got != "invalid" {
		t.Errorf("without a reason: %s", got)
	}
	if got := refused(end, friday.Add(time.Hour)); got != "no-order" {
		t.Errorf("when its time is over: %s", got)
	}
	out, err := l.Withdraw(t.Context(), "production", end, atFriday)
	if err != nil || out.Order != nil || out.Before == nil || out.Before.Actor != "mia" {
		t.Errorf("%+v %v", out, err)
	}
	if got := refused(end, friday); got != "no-order" {
		t.Errorf("twice: %s", got)
	}
}

// An order does not wait for ever for a line that is busy.
func TestOrderAtABusyLine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, _ := ordering(t)
		resume, err := l.Pause(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer resume()
		_, err = l.Order(t.Context(), "production", Order{State: Opened, Actor: "mia", Reason: "x"}, atFriday)
		var refused *OrderError
		if !errors.As(err, &refused) || refused.Code != "busy" {
			t.Errorf("%v", err)
		}
	})
}

// Of many who order at once, while the line ticks and somebody writes to the
// journal beside it, each knows whose order theirs replaced.
func TestManyOrderAtOnce(t *testing.T) {
	t.Parallel()
	l, store := ordering(t)
	ctx := t.Context()
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			o := Order{State: []State{Opened, Closed}[i%2], Actor: fmt.Sprint("writer-", i), Reason: "I know"}
			if _, err := l.Order(ctx, "production", o, time.Now); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() { l.Tick(ctx, time.Now) })
	}
	all.Go(func() {
		for range 20 {
			beside, _, err := journal.Open(ctx, store, "gate/production")
			if err == nil {
				_, err = beside.Append(ctx, friday, "note", nil)
			}
			if err != nil && !errors.Is(err, journal.ErrConflict) {
				t.Error(err)
			}
		}
	})
	all.Wait()
	records, err := store.Read(ctx, "gate/production", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	n, last := 0, ""
	for _, r := range records {
		if r.Kind != kindOverride {
			continue
		}
		var o Override
		if err := json.Unmarshal(r.Body, &o); err != nil {
			t.Fatal(err)
		}
		if n++; n > 1 && (o.Replaces == nil || o.Replaces.ID != last) {
			t.Errorf("record %d replaces %+v, want %s", r.Seq, o.Replaces, last)
		}
		last = o.ID
	}
	if m := l.members[0].notes.past; n != 20 || m.Override == nil || m.Override.ID != last {
		t.Errorf("%d orders in the journal, in force is %+v; want the last, %s", n, m.Override, last)
	}
}

// hangingUp is a journal whose client goes away while it writes.
type hangingUp struct {
	*journal.Memory
	hangUp func()
}

func (h hangingUp) Append(ctx context.Context, r journal.Record) error {
	err := h.Memory.Append(ctx, r)
	h.hangUp()
	return errors.Join(err, ctx.Err())
}

func TestOrderOfOneWhoHangsUp(t *testing.T) {
	t.Parallel()
	ctx, hangUp := context.WithCancel(t.Context())
	l, store := ordering(t)
	l.members[0].notes.store = hangingUp{store, hangUp}
	out, err := l.Order(ctx, "production", Order{State: Opened, Actor: "mia", Reason: "x"}, atFriday)
	if err != nil || out.Order == nil || len(l.ordered) != 1 {
		t.Errorf("%v %+v, and the line was woken %d times; want an order that counts at once", err, out, len(l.ordered))
	}
}
