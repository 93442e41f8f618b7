package emulator

import "strings"

const (
	maxStages  = 50 // [documented: quotas]
	maxActions = 50 // per stage [documented: quotas]
	maxTags    = 50 // [documented: quotas]
)

// validate checks what AWS documents of a pipeline's structure ("CodePipeline
// pipeline structure reference"). The rules are documented; which of the
// exceptions stands for which rule is assumed, unless marked.
func (d *pipelineDeclaration) validate() error {
	if n := len(d.Stages); n < 2 || n > maxStages {
		return errorf("InvalidStructureException", "Pipeline has %d stage(s). There should be a minimum of 2 and a maximum of %d stages in a pipeline", n, maxStages)
	}
	if (d.ArtifactStore == nil) == (len(d.ArtifactStores) == 0) {
		return errorf("InvalidStructureException", "Pipeline should have either an artifactStore or artifactStores, and not both")
	}
	if err := d.validateType(); err != nil {
		return err
	}
	names := make(map[string]bool)
	outputs := make(map[string]bool)
	for i := range d.Stages {
		s := &d.Stages[i]
		if names[s.Name] {
			return errorf("InvalidStageDeclarationException", "Stage name '%s' is used twice. Stage names must be unique within a pipeline", s.Name)
		}
		names[s.Name] = true
		if err := s.validate(i == 0); err != nil {
			return err
		}
		if err := d.validateRegions(s); err != nil {
			return err
		}
		if err := s.validateArtifacts(outputs); err != nil {
			return err
		}
	}
	return nil
}

// validateType refuses in V1 what needs V2.
func (d *pipelineDeclaration) validateType() error {
	if d.PipelineType != typeV1 {
		return nil
	}
	needs := ""
	switch {
	case d.ExecutionMode != supersededMode:
		needs = "Execution mode " + d.ExecutionMode
	case len(d.Variables) > 0:
		needs = "A variable at the pipeline level"
	case len(d.Triggers) > 0:
		needs = "A trigger"
	}
	for _, s := range d.Stages {
		if s.OnFailure != nil || s.OnSuccess != nil || s.BeforeEntry != nil {
			needs = "A stage condition"
		}
	}
	if needs != "" {
		return errorf("InvalidStructureException", "%s requires pipeline type V2", needs)
	}
	return nil
}

func (s *stageDeclaration) validate(first bool) error {
	if n := len(s.Actions); n < 1 || n > maxActions {
		return errorf("InvalidStageDeclarationException", "Stage '%s' has %d action(s). There should be a minimum of 1 and a maximum of %d actions in a stage", s.Name, n, maxActions)
	}
	if len(s.Blockers) > 0 {
		return errorf("InvalidBlockerDeclarationException", "Stage '%s' has blockers, which are reserved for future use", s.Name)
	}
	names := make(map[string]bool)
	for i := range s.Actions {
		a := &s.Actions[i]
		if names[a.Name] {
			return errorf("InvalidActionDeclarationException", "Action name '%s' is used twice in stage '%s'. Action names must be unique within a stage", a.Name, s.Name)
		}
		names[a.Name] = true
		if first && !a.source() {
			return errorf("InvalidStructureException", "Pipeline should start with a stage that only contains source actions") // the wording is AWS's
		}
		if !first && a.source() {
			return errorf("InvalidStructureException", "Stage '%s' has a source action '%s'. Only the first stage can contain source actions", s.Name, a.Name)
		}
		if err := a.validate(); err != nil {
			return err
		}
	}
	return nil
}

func (a *actionDeclaration) validate() error {
	t := a.ActionTypeID
	switch {
	case a.approval() && (t.Owner != "AWS" || t.Provider != "Manual" || t.Version != "1"):
		return errorf("InvalidActionDeclarationException", "Action '%s' is of category Approval, whose only type is owner AWS, provider Manual, version 1", a.Name)
	case a.TimeoutInMinutes > 0 && !a.approval():
		return errorf("InvalidActionDeclarationException", "Action '%s' has timeoutInMinutes, which only a manual approval can have", a.Name)
	case a.source() && len(a.InputArtifacts) > 0, a.approval() && len(a.InputArtifacts)+len(a.OutputArtifacts) > 0:
		return errorf("InvalidActionDeclarationException", "Action '%s' of category %s declares artifacts that its type cannot have", a.Name, t.Category)
	}
	return nil
}

// validateRegions demands a store for each region that an action names. An
// action without a region is in the pipeline's own.
func (d *pipelineDeclaration) validateRegions(s *stageDeclaration) error {
	for _, a := range s.Actions {
		if _, ok := d.ArtifactStores[a.Region]; a.Region != "" && len(d.ArtifactStores) > 0 && !ok {
			return errorf("InvalidStructureException", "Action '%s' runs in region %s, for which artifactStores has no artifact store", a.Name, a.Region)
		}
	}
	return nil
}

// validateArtifacts demands that what an action takes in was put out by an
// earlier one, and that names of outputs are unique in the pipeline. outputs
// are those of the stages before; the stage's own are added.
func (s *stageDeclaration) validateArtifacts(outputs map[string]bool) error {
	for group := s.following(0); group != nil; group = s.following(group[0].RunOrder) {
		for _, a := range group {
			for _, in := range a.InputArtifacts {
				if !outputs[in.Name] {
					return errorf("InvalidActionDeclarationException", "Input Artifact Bundle %s in action %s is not declared as Output Artifact Bundle in any of the preceding actions", in.Name, a.Name) // the wording is AWS's
				}
			}
		}
		for _, a := range group {
			for _, out := range a.OutputArtifacts {
				if outputs[out.Name] {
					return errorf("InvalidActionDeclarationException", "Output artifact '%s' of action '%s' is declared twice. Output artifact names must be unique within a pipeline", out.Name, a.Name)
				}
				outputs[out.Name] = true
			}
		}
	}
	return nil
}

func validateTags(tags []tag) error {
	if len(tags) > maxTags {
		return errorf("TooManyTagsException", "There are %d tags. A resource can have at most %d", len(tags), maxTags)
	}
	keys := make(map[string]bool)
	for _, t := range tags {
		if keys[t.Key] || strings.HasPrefix(strings.ToLower(t.Key), "aws:") {
			return errorf("InvalidTagsException", "Tag key '%s' is used twice or begins with the reserved aws:", t.Key)
		}
		keys[t.Key] = true
	}
	return nil
}
