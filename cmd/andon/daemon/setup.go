package daemon

import (
	"context"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/gates"
	"github.com/aws/aws-sdk-go-v2/aws"
)

// A setup is one configuration at work. It is replaced as a whole and never
// changed, so who reads it does not see half of another.
type setup struct {
	cfg       *config.Config
	questions *questions
	gates     []gates.Gate           // as configured
	posts     map[place][]gates.Post // the same, by pipeline
	lines     map[place]*gates.Line
	regions   map[string]aws.Config
	calendars []*calendar.Calendar // in the order of the configuration, before any source was read
}

// newSetup makes ready what cfg asks for, with what stays of the setup before,
// which may be nil. It starts and changes nothing.
func (d *Daemon) newSetup(ctx context.Context, cfg *config.Config, before *setup) (*setup, error) {
	if before == nil {
		before = new(setup)
	}
	s := &setup{cfg: cfg, posts: map[place][]gates.Post{}, lines: map[place]*gates.Line{}, regions: map[string]aws.Config{}, calendars: calendarsOf(cfg, before)}
	var err error
	if s.questions, err = newQuestions(cfg, before.questions, d.world); err != nil {
		return nil, err
	}
	for _, g := range cfg.Gates {
		post, err := d.points.Post(ctx, GateOf(cfg, g))
		if err != nil {
			return nil, err
		}
		at := placeOf(post.Gate)
		s.gates = append(s.gates, post.Gate)
		s.posts[at] = append(s.posts[at], post)
		s.lines[at] = before.lines[at]
		s.regions[at.region] = d.points.Config(at.region)
	}
	return s, nil
}

// work lets the keeper take up the calendars of s, and the lines their gates. Lines
// that are new are made; all others have to be paused.
func (d *Daemon) work(ctx context.Context, s *setup) {
	d.outlet.egress.Store(&s.cfg.Egress)
	d.calendars.Replace(s.calendars)
	for at, posts := range s.posts {
		if s.lines[at] == nil {
			l := gates.NewLine(d.monitor.Snapshot, d.calendars.Snapshot)
			l.Limit(d.velocity)
			if me := d.me.Load(); me != nil {
				l.IAm(*me)
			}
			s.lines[at] = l
		}
		s.lines[at].Set(ctx, time.Now(), posts, d.store)
	}
}
