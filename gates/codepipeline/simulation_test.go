package codepipeline_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/gates/codepipeline"
	"github.com/andon-project/andon/probes"
)

// Evenings at random: production falls sick and well, people and machines push
// releases and move the transitions, the wire, the journal and the process
// fail. What reaches AWS is audited as it arrives; at the end all faults stop,
// and andon has to do what it is for. ANDON_SEED says which evening is played, as
// a failure names it, and with ANDON_SEEDS how many from there on.
func TestSimulation(t *testing.T) {
	t.Parallel()
	evenings := uint64(16)
	if _, one := os.LookupEnv("ANDON_SEED"); one {
		evenings = 1
	}
	first := setting(t, "ANDON_SEED", 1)
	for i := range setting(t, "ANDON_SEEDS", evenings) {
		t.Run(fmt.Sprint("seed ", first+i), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { simulate(t, first+i) })
		})
	}
}

func setting(t *testing.T, name string, otherwise uint64) uint64 {
	text, ok := os.LookupEnv(name)
	if !ok {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

func simulate(t *testing.T, seed uint64) {
	s := newSimulation(t, seed)
	defer s.world.end()
	time.Sleep(2 * time.Hour)
	s.start()
	for range 70 {
		s.event()
		time.Sleep(s.pause())
		if s.failed() {
			break
		}
	}
	if !s.failed() {
		s.calm()
		s.recover()
	}
	s.stop()
	if s.failed() {
		t.Errorf("seed %d (ANDON_SEED=%d go test ./gates/codepipeline -run TestSimulation)\n%s", seed, seed, strings.Join(s.timeline(), "\n"))
	}
}

// A simulation is one evening.
type simulation struct {
	*world
	door     *door
	random   *rand.Rand
	seed     uint64
	begun    time.Time
	gates    []gates.Gate
	store    *fickleStore
	deadman  *deadman
	knows    bool           // andon is told who it is in AWS, not configured
	moods    []atomic.Int32 // of the shop, by check
	halted   atomic.Int64   // when the process was told to stop, Unix nanoseconds; 0: it was not
	lost     time.Time      // when the journal was lost last
	ill      atomic.Int64   // when the journal last changed its mode, Unix nanoseconds
	started  atomic.Int64   // when the process was, Unix nanoseconds
	returned atomic.Int64   // when a gate did last, Unix nanoseconds
	dark     darkness
	pushed   string // the last execution
	desk     *desk

	limitMax int // of opens, in limitPer
	limitPer time.Duration

	mu     sync.Mutex
	told   []string
	wrong  int
	runs   [][]outcome        // conclusive runs of this process, by check
	asked  []bool             // which checks have had a run, whatever came of it
	asks   []int              // how often the settings of a check have changed
	away   map[string]bool    // stages whose gate is not configured
	lifted map[string]lifting // by stage
	blamed map[string]bool    // intents of closes that were sent while a release was suspect
	opens  []time.Time        // of what andon enabled
	diary  diary
}

type outcome struct {
	begun, ended time.Time
	pass         bool
}

// lifting is a person's enable of what andon held.
type lifting struct {
	changed  float64 // AWS's time
	at       time.Time
	ill      bool // the journal was
	fleeting bool // the journal does not know what they lifted: who was shown it has to remember
}

var checkNames = []string{"storefront", "api"}

func newSimulation(t *testing.T, seed uint64) *simulation {
	s := &simulation{seed: seed, random: rand.New(rand.NewPCG(seed, 7)), begun: time.Now(), store: new(fickleStore),
		moods: make([]atomic.Int32, len(checkNames)), lifted: map[string]lifting{}, blamed: map[string]bool{}, asks: make([]int, len(checkNames)), away: map[string]bool{}}
	s.world = newWorldBehind(t, func(h http.Handler) http.Handler {
		s.door = newDoor(h)
		s.door.audit, s.door.heard = s.audit, s.heard
		return s.door
	}, "Staging", stageName)
	s.server.Actors["CLI"] = "arn:aws:sts::123456789012:assumed-role/andon/alice"
	s.server.Actors["EU"] = "arn:aws:sts::123456789012:assumed-role/andon/task-eu"
	s.server.Actors["OTHER"] = "arn:aws:sts::123456789012:assumed-role/other-andon/task-1"
	g := s.world.gate
	g.MinHold = pick(s, 0, time.Minute, 5*time.Minute)
	g.PersonEnable = pick(s, 5*time.Minute, 15*time.Minute)
	g.Reopen = pick(s, gates.AskIfSuspect, gates.AutoReopen, gates.AskReopen, gates.AutoReopen)
	if s.knows = s.chance(30); s.knows {
		g.Principals = nil
	}
	g.Checks = checkNames
	g.OnBlind = pick(s, gates.KeepBlind, gates.CloseBlind)
	s.limitMax, s.limitPer = pick(s, 1, 2, 10), pick(s, time.Minute, 10*time.Minute)
	g.Fits = pick(s, 0, 2*time.Minute)
	staging := g
	staging.Name, staging.Stage, staging.Checks = "staging", "Staging", []string{"api"}
	g.Calendar, staging.Calendar = pick(s, "", "blackdays"), pick(s, "", "blackdays")
	s.gates = []gates.Gate{g, staging}
	s.publish()
	s.desk = newDesk(s)
	return s
}

// start brings the daemon up, as the program wires it.
func (s *simulation) start() {
	ctx, cancel := context.WithCancel(context.Background())
	s.deadman = &deadman{}
	store := mortalStore{s.store, s.deadman}
	s.mu.Lock()
	s.runs, s.asked = make([][]outcome, len(checkNames)), make([]bool, len(checkNames))
	s.mu.Unlock()
	s.door.forget("ANDON")
	s.halted.Store(0)
	s.started.Store(time.Now().UnixNano())

	verdicts := gates.NewVerdicts(store, s.gates[0].Instance)
	if err := verdicts.Load(ctx); err != nil {
		s.note("the verdicts of before cannot be read: %v", err)
	}
	monitor := probes.NewMonitor(s.checks(), verdicts.Prior)
	cfg := s.config("ANDON")
	cfg.HTTPClient = &http.Client{Transport: &mortalTransport{next: cfg.HTTPClient.(*http.Client).Transport, deadman: s.deadman}}
	pipeline := codepipeline.NewAccount(cfg, &s.calls).Pipeline(pipelineName)
	l := &life{line: gates.NewLine(monitor.Snapshot, s.calendars), track: pipeline, cancel: cancel}
	l.line.Limit(gates.NewVelocity(s.limitMax, s.limitPer, time.Now()))
	l.reload = reloader(monitor, l.line, pipeline, store)
	for _, g := range s.configured() {
		l.line.Add(g, pointOf(pipeline, g), store)
	}
	changed, _ := monitor.Changed()
	noted, _ := monitor.Changed()
	l.done.Go(func() { monitor.Run(ctx) })
	l.done.Go(func() { l.line.Run(ctx, changed, nil) })
	l.done.Go(func() { keepVerdicts(ctx, verdicts, monitor, noted) })
	if s.knows {
		time.AfterFunc(s.pause(), func() { l.line.IAm(s.server.Actors["ANDON"]) })
	}
	s.life = l
}

func keepVerdicts(ctx context.Context, v *gates.Verdicts, m *probes.Monitor, changed <-chan struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-time.After(10 * time.Second):
		}
		_ = v.Record(ctx, time.Now(), m.Snapshot()) // tried again at the next change
	}
}

// L5: a process that is told to stop is gone within 10 s.
func (s *simulation) stop() {
	if s.life == nil {
		return
	}
	told := time.Now()
	s.halted.Store(told.UnixNano())
	s.world.stop()
	if took := time.Since(told); took > 10*time.Second {
		s.violated("L5: it took %v to stop", took)
	}
}
