package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/andon-project/andon/config"
	"github.com/andon-project/andon/gates"
	"github.com/andon-project/andon/probes/kinds"
)

// A need is one permission: who needs it, on what, and what for.
type need struct {
	Who, Action, Resource, Why string
}

// A grant is what andon's own policy cannot give, or what is good to know of it.
type grant string

// An iamAccount is where the gates' pipelines are.
type iamAccount struct {
	id     string // twelve digits
	region string // of gates that name none
}

// needsOf are the permissions that cfg asks for, in its order, and what else
// has to be granted. Which operation wants which resource is in
// docs.aws.amazon.com/service-authorization/latest/reference/list_awscodepipeline.html.
// GetCallerIdentity, which andon calls as well, needs no permission.
func needsOf(cfg *config.Config, a iamAccount) (needs []need, others []grant) {
	for _, g := range cfg.Gates {
		needs = append(needs, a.needsOf(g)...)
		if g.Writes() && g.CodePipeline.Action() == "" && !slices.Contains(g.May, gates.Open) {
			others = append(others, grant(fmt.Sprintf("gate %s may not open, so this lets nobody open it: who runs 'andon unhold' there needs codepipeline:EnableStageTransition as well", g.Name)))
		}
	}
	for _, c := range cfg.Calendars {
		needs = append(needs, a.calendarNeeds(c)...)
	}
	for _, c := range cfg.Checks {
		n, o := signedNeeds("check "+c.Name, c.Settings)
		needs, others = append(needs, n...), append(others, o...)
	}
	for _, w := range cfg.Witnesses {
		n, o := signedNeeds("witness "+w.Name, w.Settings)
		needs, others = append(needs, n...), append(others, o...)
	}
	return needs, others
}

func (a iamAccount) needsOf(g config.Gate) []need {
	who := "gate " + g.Name
	region := cmp.Or(g.CodePipeline.Region, a.region)
	pipeline := fmt.Sprintf("arn:%s:codepipeline:%s:%s:%s", partition(region), region, a.id, g.CodePipeline.Pipeline)
	stage := pipeline + "/" + g.CodePipeline.Stage()
	riders := []need{{who, "codepipeline:ListPipelineExecutions", pipeline, "to tell what rides along with an execution that a person lets through"}}
	if !g.Writes() {
		riders = nil
	}
	if g.CodePipeline.Action() != "" {
		return append(approvalNeeds(who, pipeline, stage+"/"+g.CodePipeline.Action(), g.May), riders...)
	}
	needs := []need{
		{who, "codepipeline:GetPipelineState", pipeline, "to see the transition, who holds it, and what waits"},
		{who, "codepipeline:GetPipelineExecution", pipeline, "to tell which revision waits or is inside"},
	}
	if slices.Contains(g.May, gates.Close) {
		needs = append(needs, need{who, "codepipeline:DisableStageTransition", stage, "may: close"})
	}
	if slices.Contains(g.May, gates.Open) {
		needs = append(needs, need{who, "codepipeline:EnableStageTransition", stage, "may: open"})
	}
	return append(needs, riders...)
}

// approvalNeeds are those of a gate at an approval. No permission parts approving
// from rejecting.
func approvalNeeds(who, pipeline, action string, may []gates.Verb) []need {
	needs := []need{
		{who, "codepipeline:GetPipelineState", pipeline, "to see what waits at the approval"},
		{who, "codepipeline:GetPipeline", pipeline, "to tell when an approval expires"},
		{who, "codepipeline:ListActionExecutions", pipeline, "to see what waits where executions run in parallel"},
		{who, "codepipeline:GetPipelineExecution", pipeline, "to tell which revision waits"},
	}
	for _, v := range may {
		needs = append(needs, need{who, "codepipeline:PutApprovalResult", action, "may: " + string(v)})
	}
	return needs
}

// signedNeeds is what a check that signs for AWS needs of the role that andon
// runs as, and of others.
func signedNeeds(who string, s kinds.Settings) ([]need, []grant) {
	h, ok := s.(*kinds.HTTP)
	if !ok || h.SigV4 == nil {
		return nil, nil
	}
	v, signer := h.SigV4, "the role andon runs as"
	if v.Profile != "" {
		signer = "profile " + v.Profile
	}
	var needs []need
	var others []grant
	switch {
	case v.RoleARN != "" && v.Profile != "":
		others = append(others, grant(fmt.Sprintf("%s: grant sts:AssumeRole on %s to %s", who, v.RoleARN, signer)))
	case v.RoleARN != "":
		needs = append(needs, need{who, "sts:AssumeRole", v.RoleARN, "sigv4.role_arn"})
	}
	if v.RoleARN != "" {
		others = append(others, grant(fmt.Sprintf("%s: the trust policy of %s has to name who assumes it", who, v.RoleARN)))
		signer = v.RoleARN
	}
	return needs, append(others, grant(fmt.Sprintf("%s: grant %s what its request does: %s", who, signer, invocation(v.Service))))
}

// invocation names what a request to a service takes, where it is one thing.
func invocation(service string) string {
	switch service {
	case "", "execute-api":
		return "execute-api:Invoke on the method"
	case "lambda":
		return "lambda:InvokeFunctionUrl on the function"
	case "es":
		return "es:ESHttpGet, or of another method, on the domain"
	}
	return "an action of " + service
}

// partition of AWS in which a region is
// (docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html).
func partition(region string) string {
	for _, p := range [...]struct{ prefix, partition string }{
		{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}, {"eusc-", "aws-eusc"},
		{"us-iso-", "aws-iso"}, {"us-isob-", "aws-iso-b"}, {"eu-isoe-", "aws-iso-e"}, {"us-isof-", "aws-iso-f"},
	} {
		if strings.HasPrefix(region, p.prefix) {
			return p.partition
		}
	}
	return "aws"
}

// An iamPolicy is a policy document
// (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html).
type iamPolicy struct {
	Version   string
	Statement []iamStatement
}

type iamStatement struct {
	Effect   string
	Action   []string
	Resource []string
}

// policyOf grants needs and nothing else: each resource stands beside exactly
// the actions that are needed on it.
func policyOf(needs []need) iamPolicy {
	actions := map[string][]string{} // by resource
	var resources []string
	for _, n := range needs {
		if actions[n.Resource] == nil {
			resources = append(resources, n.Resource)
		}
		if !slices.Contains(actions[n.Resource], n.Action) {
			actions[n.Resource] = append(actions[n.Resource], n.Action)
		}
	}
	p := iamPolicy{Version: "2012-10-17"}
	for _, r := range resources {
		slices.Sort(actions[r])
		same := func(s iamStatement) bool { return slices.Equal(s.Action, actions[r]) }
		i := slices.IndexFunc(p.Statement, same)
		if i < 0 {
			i = len(p.Statement)
			p.Statement = append(p.Statement, iamStatement{Effect: "Allow", Action: actions[r]})
		}
		p.Statement[i].Resource = append(p.Statement[i].Resource, r)
	}
	return p
}
