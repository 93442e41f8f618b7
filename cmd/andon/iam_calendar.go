package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/config"
)

// calendarNeeds are the permissions to read the sources of a calendar that are
// in AWS. Which operation wants which resource is in
// docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
// and list_amazons3.html beside it.
func (a iamAccount) calendarNeeds(c config.Calendar) (needs []need) {
	for _, w := range c.Windows {
		who := "calendar " + c.Name
		if w.ICS != nil && w.ICS.S3 != "" {
			object := "arn:" + partition(cmp.Or(w.ICS.Region, a.region)) + ":s3:::" + literal(strings.TrimPrefix(w.ICS.S3, "s3://"))
			needs = append(needs, need{who, "s3:GetObject", object, "window " + w.Name})
		}
		if w.SSM != nil {
			document := a.documentARN(*w.SSM)
			needs = append(needs, need{who, "ssm:GetDocument", document, "window " + w.Name},
				need{who, "ssm:GetCalendarState", document, "window " + w.Name + ": what AWS makes of it"})
		}
	}
	return needs
}

func (a iamAccount) documentARN(s calendar.SSM) string {
	if strings.HasPrefix(s.Name, "arn:") {
		return s.Name
	}
	region := cmp.Or(s.Region, a.region)
	return fmt.Sprintf("arn:%s:ssm:%s:%s:document/%s", partition(region), region, a.id, s.Name)
}

// literal is a part of an ARN in which nothing is a pattern or a variable
// (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html).
func literal(s string) string {
	return strings.NewReplacer("*", "${*}", "?", "${?}", "$", "${$}").Replace(s)
}
