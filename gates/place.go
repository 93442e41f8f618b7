package gates

import "slices"

// A Place is where a gate stands, and the instance whose name is in its marks.
type Place struct {
	Instance string `json:"instance,omitempty"`
	Pipeline string `json:"pipeline"`
	Stage    string `json:"stage"`
	Action   string `json:"action,omitempty"` // of an approval; "" is the transition into the stage
	Region   string `json:"region,omitempty"`
}

// Place is where g stands.
func (g Gate) Place() Place { return Place{g.Instance, g.Pipeline, g.Stage, g.Action, g.Region} }

// Is tells whether p and q may be one place. What a record does not tell,
// because it is older than that word, speaks against none.
func (p Place) Is(q Place) bool {
	same := func(a, b string) bool { return a == b || a == "" || b == "" }
	told := p.Stage != "" && q.Stage != "" // then it is also told at what sort of point
	return same(p.Instance, q.Instance) && same(p.Pipeline, q.Pipeline) && same(p.Stage, q.Stage) && same(p.Region, q.Region) &&
		(p.Action == q.Action || !told)
}

// Left is a hold at a place where its gate stands no more.
type Left struct {
	Place
	Hold    *Hold
	Pending *Intent
}

// move is the record of a gate that was put somewhere else.
type move struct {
	From Place `json:"from"`
	To   Place `json:"to"`
}

// leaves tells whether what m knows of now belongs to another place than p.
func (m Memory) leaves(p Place) bool {
	back := slices.ContainsFunc(m.Left, func(l Left) bool { return l.Is(p) })
	return !m.Where.Is(p) && (back || m.Pending != nil || m.Override != nil || m.closing())
}

// at tells m where its gate stands. If that is elsewhere than before, it begins
// anew there: a hold stays where it is, and is taken up again if the gate comes
// back; orders and hysteresis were about the other place.
func (m *Memory) at(p Place) {
	before := m.Where
	if p.Pipeline != "" {
		m.Where = p
	}
	if before.Is(p) {
		return
	}
	var left []Left // a new list: the one before is still somebody's snapshot
	if m.Stands != nil || m.Pending != nil {
		left = append(left, Left{before, m.Stands, m.Pending})
	}
	m.lifted()
	m.Pending, m.Override, m.Ended = nil, nil, nil
	m.Passage, m.Rulings, m.Lapse = nil, nil, nil
	if p.Pipeline != before.Pipeline || p.Region != before.Region {
		m.Allows = nil // they are for all gates of a pipeline
	}
	for _, l := range m.Left {
		if !l.Is(p) {
			left = append(left, l)
			continue
		}
		m.holds(l.Hold)
		m.Pending = l.Pending
		if l.Hold != nil {
			m.Closing = l.Hold.Began
		}
	}
	m.Left = left
}

// cameOutElsewhere folds the outcome of an intent in that was left pending:
// whoever gave a hold back was overtaken by the gate at its new place.
func (m *Memory) cameOutElsewhere(o Outcome) {
	var left []Left
	for _, l := range m.Left {
		if i := l.Pending; i != nil && i.ID == o.Intent {
			l.Pending = nil
			if o.Result == Done {
				l.Hold = nil
				if h, ok := m.Closes[i.ID]; ok && i.Verb == Close {
					l.Hold = &h
				}
			}
		}
		if l.Hold != nil || l.Pending != nil {
			left = append(left, l)
		}
	}
	m.Left = left
}

func (p Place) String() string {
	s := "stage " + p.Stage + " of pipeline " + p.Pipeline
	if p.Action != "" {
		s = "approval " + p.Stage + "/" + p.Action + " of pipeline " + p.Pipeline
	}
	if p.Region != "" {
		s += " in " + p.Region
	}
	return s
}
