package emulator

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A ChangeCalendar is a document of AWS Systems Manager with events in it, and what
// GetCalendarState says of it. The two are told apart: the emulator does not read
// the events, so that a test which compares a client's reading of the document with
// AWS's answer compares two things.
type ChangeCalendar struct {
	// Name is the document's name, or its ARN if another account shares it with
	// ours: then it is known by its ARN alone [documented].
	Name    string
	Content string
	// Type is ChangeCalendar unless it says otherwise: GetCalendarState refuses
	// other documents.
	Type string
	// Says is what GetCalendarState answers of an instant: the last State whose
	// Since is not after it, and OPEN before the first.
	Says []Said
	// Refuses is the error that GetCalendarState answers with instead, for example
	// UnsupportedCalendarException.
	Refuses string
}

// Said is one line of what GetCalendarState answers.
type Said struct {
	Since time.Time `json:"since"`
	State string    `json:"state"` // OPEN or CLOSED
}

type document struct {
	ChangeCalendar
	version int
	created time.Time
}

const changeCalendar = "ChangeCalendar"

// SetChangeCalendar puts a calendar in place, or changes it: a new Content is a new
// version of the document. It errs if AWS would not know such a thing.
func (m *Model) SetChangeCalendar(c ChangeCalendar) error {
	if c.Name == "" || c.Content == "" {
		return errors.New("a Change Calendar needs a name and a content")
	}
	if c.Type == "" {
		c.Type = changeCalendar
	}
	c.Says = slices.Clone(c.Says)
	for i, s := range c.Says {
		if s.State != "OPEN" && s.State != "CLOSED" {
			return fmt.Errorf("calendar %s is said to be %q: it can be OPEN or CLOSED", c.Name, s.State)
		}
		if i > 0 && !s.Since.After(c.Says[i-1].Since) {
			return fmt.Errorf("calendar %s: what it says of %s comes after what it says of a later time", c.Name, s.Since.Format(time.RFC3339))
		}
	}
	m.lock()
	defer m.mu.Unlock()
	arn := m.documentARN(c.Name)
	d := &document{ChangeCalendar: c, version: 1, created: m.now}
	if before := m.documents[arn]; before != nil {
		d.version, d.created = before.version, before.created
		if before.Content != c.Content {
			d.version, d.created = before.version+1, m.now
		}
	}
	m.documents[arn] = d
	return nil
}

// RemoveChangeCalendar deletes a calendar by the name it was set with, if it is there.
func (m *Model) RemoveChangeCalendar(name string) {
	m.lock()
	defer m.mu.Unlock()
	delete(m.documents, m.documentARN(name))
}

// documentARN completes the name of a document of our own account [documented].
func (m *Model) documentARN(name string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	return fmt.Sprintf("arn:aws:ssm:%s:%s:document/%s", m.options.Region, m.options.Account, name)
}

// documentOperations are what is here of SSM.
func documentOperations() map[string]operation {
	return map[string]operation{
		"GetDocument":      handle((*Model).getDocument),
		"GetCalendarState": handle((*Model).getCalendarState),
	}
}

type getDocumentInput struct {
	Name            string
	VersionName     string
	DocumentVersion string
}

type getDocumentOutput struct {
	Name            string
	CreatedDate     Time
	DocumentVersion string
	Status          string
	Content         string
	DocumentType    string
	DocumentFormat  string
}

// getDocument answers the present version, which is the default one as well, in
// the format TEXT [documented for Change Calendar]; earlier versions are forgotten.
// A document has the name it was asked for by [assumed].
func (m *Model) getDocument(_ Caller, in getDocumentInput) (any, error) {
	d, err := m.document(in.Name)
	if err != nil {
		return nil, err
	}
	version := strconv.Itoa(d.version)
	if !slices.Contains([]string{"", "$LATEST", "$DEFAULT", version}, in.DocumentVersion) || in.VersionName != "" {
		return nil, errorf("InvalidDocumentVersion", "The document version is not valid or does not exist.")
	}
	return getDocumentOutput{in.Name, Time{d.created}, version, "Active", d.Content, d.Type, "TEXT"}, nil
}

func (m *Model) document(name string) (*document, error) {
	if d := m.documents[m.documentARN(name)]; d != nil {
		return d, nil
	}
	return nil, errorf("InvalidDocument", "Document with name %s does not exist.", name)
}

type getCalendarStateInput struct {
	CalendarNames []string
	AtTime        string
}

type getCalendarStateOutput struct {
	State              string
	AtTime             string
	NextTransitionTime string `json:",omitempty"`
}

// getCalendarState answers what the test or the controls have scripted. Of several
// calendars it is OPEN if all are [documented]; the next transition is the first of
// theirs that changes that [assumed]. Instants are in ISO 8601, in UTC and whole
// seconds [documented examples].
func (m *Model) getCalendarState(_ Caller, in getCalendarStateInput) (any, error) {
	at := m.now
	if in.AtTime != "" {
		var err error
		if at, err = time.Parse(time.RFC3339, in.AtTime); err != nil {
			return nil, errorf("ValidationException", "AtTime '%s' is not in ISO 8601", in.AtTime) // [assumed]
		}
	}
	var all []*document
	for _, name := range in.CalendarNames {
		d, err := m.document(name)
		switch {
		case err != nil:
			return nil, err
		case d.Type != changeCalendar:
			return nil, errorf("InvalidDocumentType", "The document type %s is not valid: want ChangeCalendar.", d.Type)
		case d.Refuses != "":
			return nil, errorf(d.Refuses, "The emulator was told to refuse calendar %s.", name)
		}
		all = append(all, d)
	}
	if len(all) == 0 {
		return nil, errorf("ValidationException", "CalendarNames is empty") // [assumed]
	}
	out := getCalendarStateOutput{State: together(all, at), AtTime: at.UTC().Format(time.RFC3339)}
	for _, next := range changes(all) {
		if next.After(at) && together(all, next) != out.State {
			out.NextTransitionTime = next.UTC().Format(time.RFC3339)
			break
		}
	}
	return out, nil
}

func together(all []*document, at time.Time) string {
	for _, d := range all {
		state := "OPEN"
		for _, s := range d.Says {
			if !s.Since.After(at) {
				state = s.State
			}
		}
		if state == "CLOSED" {
			return state
		}
	}
	return "OPEN"
}

func changes(all []*document) []time.Time {
	var times []time.Time
	for _, d := range all {
		for _, s := range d.Says {
			times = append(times, s.Since)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	return times
}
