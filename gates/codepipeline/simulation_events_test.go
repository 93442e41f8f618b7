package codepipeline_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"github.com/andon-project/andon/emulator"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/gates/codepipeline"
	"github.com/andon-project/andon/probes"
	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

// Moods of the shop.
const (
	shopWell int32 = iota
	shopSick
	shopFlaps
	shopSilent // inconclusive
	shopHangs
	shopMoods
)

// shopProbe asks the simulated shop, and keeps the answer for the audit.
type shopProbe struct {
	s     *simulation
	check int
	asks  int // which settings
}

func (p shopProbe) Check(ctx context.Context, _ probes.Target) (probes.Facts, error) {
	begun, cut := time.Now(), p.s.dark.cut.Load() != 0
	err := p.s.shop(ctx, p.check)
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	if !p.current() || err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return probes.Facts{}, err
	}
	p.s.asked[p.check] = true
	if cut = cut || p.s.dark.cut.Load() != 0; cut && err != nil {
		return probes.Facts{}, err // nobody can tell what it says of the shop
	}
	if !errors.Is(err, probes.ErrInconclusive) {
		p.s.runs[p.check] = append(p.s.runs[p.check], outcome{begun, time.Now(), err == nil})
	}
	return probes.Facts{}, err
}

func (s *simulation) shop(ctx context.Context, check int) error {
	sick := errors.New("status is 500, want: status == 200")
	if s.dark.cut.Load() != 0 {
		return errCut
	}
	switch s.moods[check].Load() {
	case shopSick:
		return sick
	case shopFlaps:
		h := fnv.New64a()
		fmt.Fprint(h, s.seed, check, time.Now().Unix()/10)
		if h.Sum64()%5 < 2 {
			return sick
		}
	case shopSilent:
		return fmt.Errorf("%w: the engine does not answer", probes.ErrInconclusive)
	case shopHangs:
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

// event lets one thing happen.
func (s *simulation) event() {
	if s.deadman.dead.Load() || s.life == nil {
		s.revive()
		return
	}
	stage := pick(s, "Staging", stageName)
	switch n := s.random.IntN(100); {
	case n < 3:
		s.decides()
	case n < 26:
		check, mood := s.random.IntN(len(checkNames)), s.random.Int32N(shopMoods)
		if s.chance(60) {
			mood = pick(s, shopWell, shopSick)
		}
		s.note("%s is now in mood %d", checkNames[check], mood)
		s.moods[check].Store(mood)
	case n < 34:
		s.note("a release is pushed")
		s.pushed = s.push(fmt.Sprint("rev-", s.random.Int32()))
	case n < 36:
		s.date()
	case n < 37:
		s.flap()
	case n < 40:
		s.cutOff()
		if s.chance(20) {
			time.Sleep(15*time.Minute + s.pause())
		}
	case n < 43:
		s.mendNetworks()
	case n < 44:
		s.dark.dead.Store(s.random.Int32N(3))
		s.note("witness %d is dead, of two", s.dark.dead.Load())
	case n < 50:
		s.foreign(stage)
	case n < 56:
		s.move(pick(s, "alice", "alice", "DEPLOY"), stage, "")
	case n < 57:
		s.unhold(stage)
	case n < 59:
		s.order(pick(s, stage, stage, releaseStage))
	case n < 61:
		s.letThrough()
	case n < 64:
		s.reload(stage)
	case n < 76:
		s.fault()
	case n < 80:
		s.note("all faults of the wire end")
		s.clearFaults()
	case n < 85:
		mode := s.random.Int32N(storeModes)
		s.setStore(mode)
	case n < 90:
		s.setStore(storeWell)
	case n < 96:
		step := pick(s, "before ", "after ") + pick(s, "intent", "DisableStageTransition", "EnableStageTransition", "PutApprovalResult", "read-back", "outcome", "GetPipelineState", "adopt", "override", "allow", "passage")
		s.note("the process will die %s", step)
		s.deadman.doom(step)
	default:
		s.note("SIGTERM")
		s.stop()
	}
}

// revive starts the next process, perhaps on a fresh disk.
func (s *simulation) revive() {
	s.world.stop()
	if s.chance(25) {
		s.note("the journal is lost")
		mode := s.store.mode.Load()
		s.store, s.lost = new(fickleStore), time.Now()
		s.setStore(mode)
	}
	s.note("the process starts")
	s.start()
}

// foreign lets somebody else disable a transition.
func (s *simulation) foreign(stage string) {
	key := pick(s, "alice", "alice", "DEPLOY", "OTHER", "EU")
	reason := pick(s, "inventory until Monday", "-", "(andon shop-prod production 0123456789) mine", "(andon other production 0123456789) theirs")
	if held := s.door.look()[stage].InboundTransitionState.DisabledReason; held != "" && s.chance(50) && key == "alice" {
		reason = held // pasted
	}
	if key == "EU" {
		reason = "(andon shop-prod " + pick(s, "production-eu", "prod") + " 0123456789) of another gate"
	}
	s.move(key, stage, reason)
}

// move disables a transition, or enables it where there is no reason.
func (s *simulation) move(key, stage, reason string) {
	var err error
	if reason == "" {
		s.note("%s enables %s", key, stage)
		_, err = s.as(key).EnableStageTransition(context.Background(), &sdk.EnableStageTransitionInput{
			PipelineName: aws.String(pipelineName), StageName: &stage, TransitionType: types.StageTransitionTypeInbound})
	} else {
		s.note("%s disables %s: %s", key, stage, reason)
		_, err = s.as(key).DisableStageTransition(context.Background(), &sdk.DisableStageTransitionInput{
			PipelineName: aws.String(pipelineName), StageName: &stage, TransitionType: types.StageTransitionTypeInbound, Reason: &reason})
	}
	if err != nil {
		s.t.Error(err)
	}
}

// unhold is a person's order at the command line, beside the daemon.
func (s *simulation) unhold(stage string) {
	for _, g := range s.gates {
		if g.Stage != stage {
			continue
		}
		g.Principals = []string{s.server.Actors["CLI"]}
		s.door.forget("CLI")
		var calls codepipeline.Calls
		point := codepipeline.NewAccount(s.config("CLI"), &calls).Pipeline(pipelineName).Transition(stage)
		_, err := gates.Unhold(context.Background(), g, point, s.store, gates.Order{Actor: "alice", Reason: "I know"}, time.Now)
		s.note("unhold %s: %v", stage, err)
	}
}

// order is a person's over the API: to open, to close, or neither any more.
func (s *simulation) order(stage string) {
	all := append(slices.Clone(s.gates), s.desk.gate)
	i := slices.IndexFunc(all, func(g gates.Gate) bool { return g.Stage == stage })
	name, o := all[i].Name, gates.Order{State: pick(s, gates.Opened, gates.Closed, gates.Keep), Actor: "mia", Reason: "I know",
		For: time.Minute + time.Duration(s.random.Int64N(int64(20*time.Minute)))}
	var err error
	if o.State == gates.Keep {
		_, err = s.life.line.Withdraw(context.Background(), name, o, time.Now)
	} else {
		_, err = s.life.line.Order(context.Background(), name, o, time.Now)
	}
	s.note("mia orders %s: %s for %v: %v", name, o.State, o.For, err)
}

// fault makes something go wrong for the daemon a bounded number of times.
func (s *simulation) fault() {
	f := emulator.Fault{AccessKey: "ANDON", Count: 1 + s.random.IntN(6), Every: 1 + s.random.IntN(2),
		Kind:      pick(s, emulator.FaultThrottle, emulator.FaultErrorJSON, emulator.FaultErrorHTML, emulator.FaultHang, emulator.FaultDrop, emulator.FaultStale, emulator.FaultDate),
		Operation: pick(s, "GetPipelineState", "DisableStageTransition", "EnableStageTransition", "GetPipelineExecution", "PutApprovalResult", "*")}
	switch f.Kind {
	case emulator.FaultThrottle:
	case emulator.FaultStale:
		f.By = time.Duration(s.random.IntN(4)) * 10 * time.Second
	case emulator.FaultDate:
		f.By, f.Count = pick(s, -3*time.Hour, 3*time.Hour, 10*time.Second, -25*time.Second, 40*time.Second, -40*time.Second), 30
	default:
		f.After = s.chance(50)
	}
	if f.Kind == emulator.FaultThrottle && s.chance(30) {
		f.Count = 40
	}
	s.note("fault %s on %s, %d times, after: %v, by %v", f.Kind, f.Operation, f.Count, f.After, f.By)
	if err := s.server.Inject(f); err != nil {
		s.t.Error(err)
	}
}

// clearFaults waits until nobody hangs: else a request would be let go on whose
// caller is about to leave.
func (s *simulation) clearFaults() {
	for _, c := range s.server.Calls() {
		if c.Status == 0 && time.Since(c.Time) < 5*time.Second {
			time.Sleep(5 * time.Second)
			break
		}
	}
	s.server.ClearFaults()
}

func (s *simulation) chance(percent int) bool { return s.random.IntN(100) < percent }

func pick[T any](s *simulation, of ...T) T { return of[s.random.IntN(len(of))] }

// pause is how long nothing else happens: a moment, a minute or many.
func (s *simulation) pause() time.Duration {
	longest := pick(s, time.Second, 5*time.Second, 20*time.Second, time.Minute, time.Minute, 2*time.Minute, 10*time.Minute)
	return time.Duration(s.random.Int64N(int64(longest)))
}
