package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/rogpeppe/go-internal/testscript"
)

// A policyDocument is what IAM would read of a policy, as far as andon writes it.
type policyDocument struct {
	Version   string
	Statement []struct {
		Effect           string
		Action, Resource []string
	}
}

// allows judges a request as IAM does: an explicit deny wins, and what nothing
// allows is denied. Actions are compared without regard to case.
// docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
func (p policyDocument) allows(action, resource string) bool {
	allowed := false
	for _, s := range p.Statement {
		if !matchesAny(s.Action, action, strings.ToLower) || !matchesAny(s.Resource, resource, strings.Clone) {
			continue
		}
		if s.Effect == "Deny" {
			return false
		}
		allowed = allowed || s.Effect == "Allow"
	}
	return allowed
}

func matchesAny(patterns []string, word string, fold func(string) string) bool {
	for _, p := range patterns {
		if wildcard(fold(p), fold(word)) {
			return true
		}
	}
	return false
}

// wildcard matches * to any characters, also none and slashes, and ? to one.
func wildcard(pattern, word string) bool {
	switch {
	case pattern == "":
		return word == ""
	case pattern[0] == '*':
		return wildcard(pattern[1:], word) || word != "" && wildcard(pattern, word[1:])
	}
	return word != "" && (pattern[0] == '?' || pattern[0] == word[0]) && wildcard(pattern[1:], word[1:])
}

// operationsOf are all operations of CodePipeline that its client knows.
func operationsOf() (names []string) {
	for m := range reflect.TypeFor[*codepipeline.Client]().Methods() {
		if in := m.Type; in.NumIn() > 2 && strings.HasSuffix(in.In(2).String(), "."+m.Name+"Input") {
			names = append(names, m.Name)
		}
	}
	return names
}

const storyPipelines = "arn:aws:codepipeline:us-east-1:123456789012:"

// pipeline NAME… makes pipelines like shop.
func (s *stage) pipeline(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		ts.Check(s.call("ADMIN", "CreatePipeline", strings.Replace(pipelineDeclaration, `"name":"shop"`, `"name":"`+name+`"`, 1), nil))
	}
}

// waiting PIPELINE REVISION lets a revision wait before its Production.
func (s *stage) waiting(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(s.call("ADMIN", "DisableStageTransition", `{"pipelineName":"`+args[0]+`","stageName":"Production","transitionType":"Inbound","reason":"wait"}`, nil))
	_, err := s.server.Model.Push(args[0], args[1], "a change")
	ts.Check(err)
}

// permitted FILE: the policy in it allows every call that andon has made, and
// nothing that it has not made.
func (s *stage) permitted(ts *testscript.TestScript, _ bool, args []string) {
	var policy policyDocument
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &policy))
	made := map[[2]string]bool{}
	for _, c := range s.server.Calls() {
		if c.AccessKey != "ANDON" || c.Operation == "GetCallerIdentity" { // which needs no permission
			continue
		}
		made[permissionOf(c)] = true
	}
	for call := range made {
		if !policy.allows(call[0], call[1]) {
			ts.Fatalf("andon has called %s on %s, and the policy does not allow it", call[0], call[1])
		}
	}
	if err := onlyThese(policy, made); err != nil {
		ts.Fatalf("%v", err)
	}
}

// onlyThese tries every operation on everything that may be confused.
func onlyThese(policy policyDocument, made map[[2]string]bool) error {
	for _, operation := range operationsOf() {
		for _, resource := range nearby() {
			action := "codepipeline:" + operation
			if policy.allows(action, resource) && !made[[2]string{action, resource}] {
				return fmt.Errorf("the policy allows %s on %s, which andon never does", action, resource)
			}
		}
	}
	for _, action := range []string{"ssm:GetDocument", "ssm:GetCalendarState", "ssm:GetParameter", "ssm:UpdateDocument", "s3:GetObject", "s3:PutObject", "s3:ListBucket"} {
		for _, resource := range calendarsNearby() {
			if policy.allows(action, resource) && !made[[2]string{action, resource}] {
				return fmt.Errorf("the policy allows %s on %s, which andon never does", action, resource)
			}
		}
	}
	for _, action := range []string{"iam:PassRole", "sts:AssumeRole", "codedeploy:StopDeployment", "s3:GetObject"} {
		if policy.allows(action, storyPipelines+"shop") || policy.allows(action, "*") {
			return fmt.Errorf("the policy allows %s", action)
		}
	}
	return nil
}

// calendarsNearby are those of a story, and what is named almost like them.
func calendarsNearby() []string {
	all := []string{"*", "arn:aws:s3:::plans", "arn:aws:s3:::plans/*", "arn:aws:s3:::plans2/freeze.ics", "arn:aws:s3:::plans/freeze.ics", "arn:aws:s3:::plans/freeze.icsx"}
	for _, account := range []string{"arn:aws:ssm:us-east-1:123456789012:", "arn:aws:ssm:us-east-2:123456789012:", "arn:aws:ssm:us-east-1:999988887777:"} {
		for _, name := range []string{"document/freeze", "document/freeze2", "document/company", "document/*", "parameter/freeze", "*"} {
			all = append(all, account+name)
		}
	}
	return all
}

// nearby are the resources of a story, and those whose names are almost theirs.
func nearby() []string {
	all := []string{"*", ""}
	for _, account := range []string{storyPipelines, "arn:aws:codepipeline:us-east-2:123456789012:",
		"arn:aws:codepipeline:us-east-1:123456789013:", "arn:aws-cn:codepipeline:us-east-1:123456789012:"} {
		all = append(all, account, account+"*", account+"actiontype:AWS/Deploy/S3/1", account+"webhook:shop")
		for _, pipeline := range []string{"shop", "shop-payments", "workshop", "sho", "SHOP", "shopX", "audit", "audit2"} {
			for _, below := range []string{"", "/", "/Source", "/Production", "/Production2", "/PreProduction", "/production", "/Production/Deploy", "/Release", "/Release/BlackDay", "/Release/BlackDay2", "/Release/Other"} {
				all = append(all, account+pipeline+below)
			}
		}
	}
	return all
}
