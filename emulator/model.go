package emulator

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// Options says how a Model behaves. The zero value is useful: wall clock,
// us-east-1, an example account, actions of one second.
type Options struct {
	Clock          func() time.Time // what time it is; nil means the wall clock
	Region         string           // for ARNs; default us-east-1
	Account        string           // for ARNs, 12 digits; default 123456789012
	Seed           uint64           // ids and tokens follow from it; 0 is a seed like any other
	ActionDuration time.Duration    // how long an action runs unless SetAction says otherwise; default 1 s
}

// A Model is an account's CodePipeline in memory. It has no goroutines and no
// timers: whoever asks it something makes it first catch up with its clock,
// event by event in the order of their times. So it works in wall time and
// in virtual time alike, and the same seed and the same calls give the same
// history. It is safe for concurrent use.
//
// Comments mark each behaviour: [documented] by AWS, or [assumed], where AWS
// is silent and the choice made here is the one a client should survive.
type Model struct {
	options Options

	mu        sync.Mutex
	now       time.Time // of the event or operation under way; never goes back
	random    *rand.Rand
	serial    int // of the last execution or action run: orders what happened at one instant
	pipelines map[string]*pipeline
	documents map[string]*document // by ARN
	objects   map[objectName]*object
}

// NewModel returns an account without pipelines.
func NewModel(o Options) *Model {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	o.Region = cmp.Or(o.Region, "us-east-1")
	o.Account = cmp.Or(o.Account, "123456789012")
	if o.ActionDuration <= 0 {
		o.ActionDuration = time.Second
	}
	return &Model{
		options:   o,
		random:    rand.New(rand.NewPCG(o.Seed, 0xc0de919e11e)),
		pipelines: make(map[string]*pipeline),
		documents: make(map[string]*document),
		objects:   make(map[objectName]*object),
	}
}

// lock makes the model the caller's own and brings it up to date.
func (m *Model) lock() {
	m.mu.Lock()
	m.advance(m.options.Clock())
}

// pipeline finds a pipeline by its name.
func (m *Model) pipeline(name string) (*pipeline, error) {
	p := m.pipelines[name]
	if p == nil {
		return nil, errorf("PipelineNotFoundException", "Account '%s' does not have a pipeline with name '%s'", m.options.Account, name)
	}
	return p, nil
}

// arn of a pipeline [documented].
func (m *Model) arn(name string) string {
	return fmt.Sprintf("arn:aws:codepipeline:%s:%s:%s", m.options.Region, m.options.Account, name)
}

// number returns a serial number greater than all before it.
func (m *Model) number() int {
	m.serial++
	return m.serial
}

// uuid returns a random lowercase UUID (RFC 9562, version 4): the form of
// execution ids and approval tokens [documented: patterns of the service model].
func (m *Model) uuid() string {
	hi, lo := m.random.Uint64(), m.random.Uint64()
	hi = hi&^0xf000 | 0x4000
	lo = lo&^(3<<62) | 1<<63
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", hi>>32, hi>>16&0xffff, hi&0xffff, lo>>48, lo&(1<<48-1))
}

// commit returns a random revision id that looks like one of git.
func (m *Model) commit() string {
	return fmt.Sprintf("%016x%016x%08x", m.random.Uint64(), m.random.Uint64(), m.random.Uint32())
}
