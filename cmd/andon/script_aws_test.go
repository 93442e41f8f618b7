package main

import (
	"strings"
	"time"

	"github.com/andon-project/andon/emulator"
	"github.com/rogpeppe/go-internal/testscript"
)

// changecalendar NAME FILE STATE puts a Change Calendar in place, of which AWS says
// OPEN or CLOSED, always.
func (s *stage) changeCalendar(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(s.server.Model.SetChangeCalendar(emulator.ChangeCalendar{Name: args[0], Content: ts.ReadFile(args[1]),
		Says: []emulator.Said{{Since: time.Unix(0, 0), State: args[2]}}}))
}

// object BUCKET/KEY FILE puts a file into S3.
func (s *stage) object(ts *testscript.TestScript, _ bool, args []string) {
	bucket, key, _ := strings.Cut(args[0], "/")
	ts.Check(s.server.Model.SetObject(emulator.Object{Bucket: bucket, Key: key, Body: []byte(ts.ReadFile(args[1]))}))
}

// permissionOf a call is the action that IAM wants allowed for it, and on what.
// docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
func permissionOf(c emulator.Call) [2]string {
	switch c.Operation {
	case "GetDocument", "GetCalendarState":
		arn := c.Resource
		if !strings.HasPrefix(arn, "arn:") {
			arn = "arn:aws:ssm:us-east-1:123456789012:document/" + arn
		}
		return [2]string{"ssm:" + c.Operation, arn}
	case "GetObject":
		return [2]string{"s3:GetObject", "arn:aws:s3:::" + c.Resource}
	}
	resource := storyPipelines + c.Pipeline
	if c.Stage != "" {
		resource += "/" + c.Stage
	}
	if c.Action != "" {
		resource += "/" + c.Action
	}
	return [2]string{"codepipeline:" + c.Operation, resource}
}
