package codepipeline_test

import (
	"context"
	"slices"
	"time"

	"github.com/andon-project/andon/gates"
)

// calm ends all faults: from here on andon has to do what it is for.
func (s *simulation) calm() {
	s.note("all faults end")
	s.deadman.doom("")
	s.clearFaults()
	s.setStore(storeWell)
	s.mendNetworks()
	for i := range s.moods {
		s.moods[i].Store(shopWell)
	}
	if s.deadman.dead.Load() || s.life == nil {
		s.revive()
	}
	if s.knows {
		s.life.line.IAm(s.server.Actors["ANDON"]) // it would be told some time
	}
	s.restore()
	s.clean()
	for _, g := range append(slices.Clone(s.gates), s.desk.gate) {
		_, err := s.life.line.Withdraw(context.Background(), g.Name, gates.Order{Actor: "mia", Reason: "good night"}, time.Now)
		s.note("mia ends what she ordered at %s: %v", g.Name, err)
	}
}

// recover plays a sickness and a recovery, after all that has happened: L1, L2.
func (s *simulation) recover() {
	proof := s.gates[0].MinHold + 100*time.Second // of health, after an adoption or a failure
	time.Sleep(40*time.Second + proof + 90*time.Second)
	for _, g := range s.gates {
		s.expectOpenOrAsked(g)
	}
	time.Sleep(s.gates[0].PersonEnable + time.Minute) // alice's orders are over
	for _, g := range s.gates {
		s.move("alice", g.Stage, "") // and this is none: nobody wants it closed
	}
	time.Sleep(2 * time.Minute)
	s.note("production falls sick")
	s.moods[1].Store(shopSick)
	time.Sleep(40 * time.Second)
	s.expectClosed("40 s after production fell sick", "L1")
	for _, g := range s.gates {
		s.move("DEPLOY", g.Stage, "")
	}
	time.Sleep(30 * time.Second)
	s.expectClosed("30 s after CloudFormation enabled it", "L1")
	s.note("production is well again")
	s.moods[1].Store(shopWell)
	time.Sleep(proof + 90*time.Second)
	for _, g := range s.gates {
		s.expectOpenOrAsked(g)
	}
	s.thaw()
	s.expectAnswered()
}

func (s *simulation) expectClosed(when, promise string) {
	for _, g := range s.gates {
		if t := s.door.look()[g.Stage].InboundTransitionState; t.Enabled {
			s.violated("%s: %s is not closed %s; andon says %+v", promise, g.Stage, when, s.reportOf(g))
		}
	}
}

// expectOpenOrAsked: with good evidence for long enough, a stage is open, or
// held by somebody else, or a person is asked with good reason. Then alice
// opens.
func (s *simulation) expectOpenOrAsked(g gates.Gate) {
	for range s.limitMax + len(s.gates) { // others may come first
		if !s.slow(g) {
			break
		}
	}
	seen := s.door.look()[g.Stage]
	r := s.reportOf(g)
	if seen.InboundTransitionState.Enabled {
		if !r.Enforced || slices.ContainsFunc(r.Problems, func(p gates.Reason) bool { return p.Code != "wrong-passage" }) {
			s.violated("L4: %s is open and all is well, and andon says %+v", g.Stage, r)
		}
		return
	}
	_, ours := seen.ours(g.Instance, g.Name)
	mayAsk := g.Reopen != gates.AutoReopen || r.Hold != nil && r.Hold.OldRead
	if ours && !(r.Decision.Ask && mayAsk) {
		s.violated("L2: production is well for long, and %s is still closed; andon says %+v", g.Stage, r)
	}
	s.move("alice", g.Stage, "")
	time.Sleep(time.Minute)
	if !s.door.look()[g.Stage].InboundTransitionState.Enabled {
		s.violated("S7: alice enabled %s, and was overruled; andon says %+v", g.Stage, s.reportOf(g))
	}
}

func (s *simulation) reportOf(g gates.Gate) gates.Report {
	for _, r := range s.life.line.Reports() {
		if r.Gate.Name == g.Name {
			return r
		}
	}
	return gates.Report{}
}
