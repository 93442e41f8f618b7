package demo

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"
)

// The stages that the demo guards: an approval, and what lies behind a transition.
const (
	Approval   = "Release"
	Production = "Production"
)

// CreatePipeline makes the line of the demo: Source, Build, Staging, Release, which
// is an approval, and Production.
func CreatePipeline(ctx context.Context, c *codepipeline.Client) error {
	_, err := c.CreatePipeline(ctx, &codepipeline.CreatePipelineInput{Pipeline: &types.PipelineDeclaration{
		Name: aws.String("shop"), RoleArn: aws.String("arn:aws:iam::123456789012:role/pipeline"),
		ArtifactStore: &types.ArtifactStore{Type: types.ArtifactStoreTypeS3, Location: aws.String("artifacts")},
		Stages: []types.StageDeclaration{
			stage("Source", types.ActionCategorySource, "CodeCommit", "", "source"),
			stage("Build", types.ActionCategoryBuild, "CodeBuild", "source", "package"),
			stage("Staging", types.ActionCategoryDeploy, "CodeDeploy", "package", ""),
			stage(Approval, types.ActionCategoryApproval, "Manual", "", ""),
			stage(Production, types.ActionCategoryDeploy, "CodeDeploy", "package", ""),
		}}})
	return err
}

func stage(name string, category types.ActionCategory, provider, in, out string) types.StageDeclaration {
	a := types.ActionDeclaration{Name: aws.String(name), ActionTypeId: &types.ActionTypeId{
		Category: category, Owner: types.ActionOwnerAws, Provider: &provider, Version: aws.String("1")}}
	if category == types.ActionCategoryApproval {
		a.Name = aws.String("BlackDay")
	}
	if in != "" {
		a.InputArtifacts = []types.InputArtifact{{Name: &in}}
	}
	if out != "" {
		a.OutputArtifacts = []types.OutputArtifact{{Name: &out}}
	}
	return types.StageDeclaration{Name: &name, Actions: []types.ActionDeclaration{a}}
}

// SetTransition does what a person can do in the console.
func SetTransition(ctx context.Context, c *codepipeline.Client, enable bool) error {
	var err error
	if enable {
		_, err = c.EnableStageTransition(ctx, &codepipeline.EnableStageTransitionInput{
			PipelineName: aws.String("shop"), StageName: aws.String(Production), TransitionType: types.StageTransitionTypeInbound})
	} else {
		_, err = c.DisableStageTransition(ctx, &codepipeline.DisableStageTransitionInput{Reason: aws.String("held by a person from the demo page"),
			PipelineName: aws.String("shop"), StageName: aws.String(Production), TransitionType: types.StageTransitionTypeInbound})
	}
	return err
}

// A Change is a revision of the shop's source.
type Change struct{ ID, Summary string }

// Revision is the nth change that somebody merged.
func Revision(n int) Change {
	changes := []string{"Show delivery dates in the cart", "Faster search", "Gift wrapping", "Remember the last address",
		"Larger product photos", "Fix the voucher field", "Pay by invoice", "Warmer colours for the season"}
	return Change{fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "change %d", n)))[:40], changes[n%len(changes)]}
}
