package awscal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

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

	// Methods of a client that is made at the first fetch. The client itself would be
	// within the reach of reflection here, and keep the linker from leaving out the
	// other 150 operations: 3 MiB.
	getDocument func(context.Context, *ssm.GetDocumentInput, ...func(*ssm.Options)) (*ssm.GetDocumentOutput, error)
	getState    func(context.Context, *ssm.GetCalendarStateInput, ...func(*ssm.Options)) (*ssm.GetCalendarStateOutput, error)
}

// Fetch implements sources.Fetcher.
func (d *document) Fetch(ctx context.Context, last sources.Version) (sources.Answer, error) {
	if d.getDocument == nil {
		cfg, err := d.world.config(ctx, d.region())
		if err != nil {
			return sources.Answer{}, err
		}
		client := ssm.NewFromConfig(cfg)
		d.getDocument, d.getState = client.GetDocument, client.GetCalendarState
	}
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
func (d *document) region() string {
	if parts := strings.Split(d.settings.Name, ":"); d.settings.Region == "" && len(parts) > 3 {
		return parts[3]
	}
	return d.settings.Region
}

// read gets the default version of the document: the one that GetCalendarState is
// about.
func (d *document) read(ctx context.Context) (sources.Answer, error) {
	c := call{"Systems Manager", "GetDocument", "ssm:GetDocument", d.settings.Name}
	ctx, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	out, err := d.getDocument(ctx, &ssm.GetDocumentInput{Name: &d.settings.Name, DocumentFormat: types.DocumentFormatText})
	if err != nil {
		return sources.Answer{}, d.world.failed(c, err)
	}
	d.world.count(c.operation, "ok")
	body := aws.ToString(out.Content)
	switch {
	case out.DocumentType != types.DocumentTypeChangeCalendar:
		return sources.Answer{}, &sources.Failure{Code: sources.NotCalendar, Text: fmt.Sprintf("the document is of type %.40q, and no Change Calendar", out.DocumentType),
			Do: "name a document of type ChangeCalendar"}
	case len(body) > sources.MaxBody:
		return sources.Answer{}, tooLarge()
	}
	sum := sha256.Sum256([]byte(body))
	version := fmt.Sprintf("%.20s-%s", aws.ToString(out.DocumentVersion), hex.EncodeToString(sum[:16]))
	return sources.Answer{Body: []byte(body), Version: sources.Version{ETag: version}}, nil
}

// ask gets what AWS itself makes of the document, now by its own clock.
func (d *document) ask(ctx context.Context) (*sources.Said, error) {
	c := call{"Systems Manager", "GetCalendarState", "ssm:GetCalendarState", d.settings.Name}
	ctx, cancel := context.WithTimeout(ctx, callDeadline)
	defer cancel()
	out, err := d.getState(ctx, &ssm.GetCalendarStateInput{CalendarNames: []string{d.settings.Name}})
	if err != nil {
		return nil, d.world.failed(c, err)
	}
	d.world.count(c.operation, "ok")
	said := &sources.Said{Open: out.State == types.CalendarStateOpen}
	at, known := instant(out.AtTime)
	if !known || out.State != types.CalendarStateOpen && out.State != types.CalendarStateClosed {
		return nil, &sources.Failure{Code: sources.NotCalendar,
			Text: fmt.Sprintf("GetCalendarState answered %.20q at %.40q, which says nothing", out.State, aws.ToString(out.AtTime)),
			Do:   "look at what answers in place of AWS (AWS_ENDPOINT_URL)"}
	}
	said.At = at
	if aws.ToString(out.NextTransitionTime) == "" {
		return said, nil
	}
	if said.Next, known = instant(out.NextTransitionTime); !known {
		return nil, &sources.Failure{Code: sources.NotCalendar,
			Text: fmt.Sprintf("GetCalendarState answered that it changes at %.40q, which is no time", *out.NextTransitionTime)}
	}
	return said, nil
}

// instant reads ISO 8601 as AWS writes it: the documentation has seconds and Z;
// offsets with and without colon, fractions and whole minutes are taken as well.
func instant(s *string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(layout, aws.ToString(s)); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
