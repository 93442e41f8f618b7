package awscal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/calendar/sources"
)

// A document is a Change Calendar. It is read and evaluated here, for its reasons
// and for what comes later, and AWS is asked for its state as well: which of the two
// is wrong where they differ nobody here can tell, so a difference is an answer too.
// docs.aws.amazon.com/systems-manager/latest/userguide/change-calendar-getstate.html
type document struct {
	world    *World
	settings calendar.SSM
}

// Fetch implements sources.Fetcher.
func (d document) Fetch(ctx context.Context, last sources.Version) (sources.Answer, error) {
	a, err := d.read(ctx)
	if err != nil {
		return sources.Answer{}, err
	}
	// AWS has no conditional request here: what is the same is told by us.
	if a.Version == last {
		a.Body, a.Same = nil, true
	}
	a.Says, err = d.ask(ctx)
	return a, err
}

// region of a document: what is shared from another account is in the same region,
// and its ARN says in which.
func (d document) region() string {
	if parts := strings.Split(d.settings.Name, ":"); d.settings.Region == "" && len(parts) > 3 {
		return parts[3]
	}
	return d.settings.Region
}

// read gets the default version of the document: the one that GetCalendarState is
// about.
// docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetDocument.html
func (d document) read(ctx context.Context) (sources.Answer, error) {
	var out struct{ Content, DocumentType, DocumentVersion string }
	in := map[string]any{"Name": d.settings.Name, "DocumentFormat": "TEXT"}
	if err := d.world.callSSM(ctx, d.region(), "GetDocument", d.settings.Name, in, &out); err != nil {
		return sources.Answer{}, err
	}
	switch {
	case out.DocumentType != "ChangeCalendar":
		return sources.Answer{}, &sources.Failure{Code: sources.NotCalendar, Text: fmt.Sprintf("the document is of type %.40q, and no Change Calendar", out.DocumentType),
			Do: "name a document of type ChangeCalendar"}
	case len(out.Content) > sources.MaxBody:
		return sources.Answer{}, tooLarge()
	}
	sum := sha256.Sum256([]byte(out.Content))
	version := fmt.Sprintf("%.20s-%s", out.DocumentVersion, hex.EncodeToString(sum[:16]))
	return sources.Answer{Body: []byte(out.Content), Version: sources.Version{ETag: version}}, nil
}

// ask gets what AWS itself makes of the document, now by its own clock.
// docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCalendarState.html
func (d document) ask(ctx context.Context) (*sources.Said, error) {
	var out struct{ State, AtTime, NextTransitionTime string }
	in := map[string]any{"CalendarNames": []string{d.settings.Name}}
	if err := d.world.callSSM(ctx, d.region(), "GetCalendarState", d.settings.Name, in, &out); err != nil {
		return nil, err
	}
	said := &sources.Said{Open: out.State == "OPEN"}
	var known bool
	if said.At, known = instant(out.AtTime); !known || !said.Open && out.State != "CLOSED" {
		return nil, nonsense(fmt.Sprintf("GetCalendarState answered %.20q at %.40q, which says nothing", out.State, out.AtTime))
	}
	if out.NextTransitionTime == "" {
		return said, nil
	}
	if said.Next, known = instant(out.NextTransitionTime); !known {
		return nil, nonsense(fmt.Sprintf("GetCalendarState answered that it changes at %.40q, which is no time", out.NextTransitionTime))
	}
	return said, nil
}

func nonsense(text string) error {
	return &sources.Failure{Code: sources.NotCalendar, Text: text, Do: "look at what answers in place of AWS (AWS_ENDPOINT_URL)"}
}

// instant reads ISO 8601 as AWS writes it: the documentation has seconds and Z;
// offsets with and without colon, fractions and whole minutes are taken as well.
func instant(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
