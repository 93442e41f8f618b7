package awscal

import (
	"context"
	"errors"
	"fmt"

	"github.com/andon-project/andon/calendar/sources"
	egressaws "github.com/andon-project/andon/egress/aws"
)

// A call is one operation on one thing, in words for a person.
type call struct {
	service, operation string
	permission         string // that it takes, ssm:GetDocument
	on                 string // what: freeze, or arn:aws:s3:::plans/2026.ics
}

// failed counts a call that failed and says why: what is behind it is for errors.Is.
func (w *World) failed(c call, err error) error {
	t := egressaws.Explain(egressaws.Call{Service: c.service, Operation: c.operation, Deadline: callDeadline}, err)
	name := t.Name
	if name == "" || t.Code == "other" && !known(t.Name) {
		name = t.Code // what AWS does not name so may be any text
	}
	w.count(c.operation, name)
	if errors.Is(err, context.Canceled) {
		return err // andon is stopping
	}
	if long := (*egressaws.TooLongError)(nil); errors.As(err, &long) {
		return tooLarge()
	}
	f := &sources.Failure{Code: codeOf(t), Text: t.Text, Do: t.Do, Err: err}
	switch {
	case t.Code == "denied":
		f.Do = fmt.Sprintf("allow %s on %s for the role that andon runs as; andon iam prints the policy", c.permission, c.on)
		if c.service == "S3" {
			f.Do += "; S3 answers so too where there is no such object and s3:ListBucket is not allowed"
		}
	case t.Code == "throttled":
		f.Do = "raise every: this account is asked more often than AWS allows"
	case t.Name == "RequestTimeTooSkewed":
		f.Do = "set this machine's clock"
	case f.Code == sources.Missing:
		f.Do = fmt.Sprintf("correct the name (%s) and the region in the configuration, or create it", c.on)
	case t.Name == "InvalidDocumentType":
		f.Do = "name a document of type ChangeCalendar"
	case t.Name == "UnsupportedCalendarException":
		f.Do = "look at the document: AWS does not understand an entry of it"
	}
	return f
}

// codeOf is the class of a trouble.
func codeOf(t egressaws.Trouble) sources.Code {
	switch t.Name {
	case "InvalidDocument", "InvalidDocumentVersion", "NoSuchKey", "NoSuchBucket":
		return sources.Missing
	case "InvalidDocumentType", "UnsupportedCalendarException":
		return sources.NotCalendar
	case "RequestTimeTooSkewed":
		return sources.Denied
	}
	switch t.Code {
	case "denied", "credentials":
		return sources.Denied
	case "timeout":
		return sources.Timeout
	case "unreachable", "not-sent":
		return sources.Unreachable
	}
	return sources.Status
}

// known are the errors with a name of their own in metrics.
func known(name string) bool {
	switch name {
	case "InvalidDocument", "InvalidDocumentVersion", "InvalidDocumentType", "UnsupportedCalendarException",
		"NoSuchKey", "NoSuchBucket", "RequestTimeTooSkewed":
		return true
	}
	return false
}

func tooLarge() error {
	return &sources.Failure{Code: sources.TooLarge, Text: fmt.Sprintf("it is larger than %d MiB", sources.MaxBody>>20),
		Do: "split it, or remove events of the past"}
}
