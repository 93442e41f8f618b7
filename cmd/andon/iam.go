package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/andon-project/andon/config"
	"github.com/spf13/cobra"
)

const iamHelp = `Prints the least IAM policy for the role that andon runs as: what the gates of
the configuration may do, on exactly their pipelines and stages, which calendars
are read, and which roles its checks assume. A gate that observes may read. It asks nobody.

As text it prints who needs what and why; with --output json the policy itself,
and what has to be granted elsewhere on standard error.

The account is the one of --account, or of the roles under principals. What
names no region are in that of --region, or where the AWS CLI would be.`

// An iamRequest is what the command line of iam says.
type iamRequest struct {
	account, region string
	out             output
}

func (p *program) iamCommand() *cobra.Command {
	var r iamRequest
	var file string
	cmd := &cobra.Command{
		Use:   "iam",
		Short: "Print the least IAM policy that the configuration needs",
		Long:  iamHelp,
		Example: `  andon iam --config andon.yaml --account 123456789012
  andon iam --account 123456789012 --region eu-central-1 --output json > policy.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := config.Load(file, config.Overrides{Environ: p.Environ})
			if err != nil {
				return failed(exitBad, err)
			}
			return p.iam(cmd.Context(), cfg, r)
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().StringVar(&r.account, "account", "", "`ID` of the AWS account with the pipelines (default that of principals)")
	cmd.Flags().StringVar(&r.region, "region", "", "`REGION` of gates and calendars that name none (default $AWS_REGION, else from ~/.aws)")
	r.out.flag(cmd)
	return cmd
}

func (p *program) iam(ctx context.Context, cfg *config.Config, r iamRequest) error {
	var at iamAccount
	var err error
	if len(placesOf(cfg)) > 0 {
		if at.id, err = accountOf(cfg, r.account); err != nil {
			return err
		}
		if at.region, err = p.regionOf(ctx, cfg, r.region); err != nil {
			return err
		}
	}
	needs, others := needsOf(cfg, at)
	if len(needs) == 0 {
		return failed(exitBad, errors.New("andon needs no permission: the configuration has no gates, reads no calendar of AWS, and no check assumes a role"))
	}
	text, err := json.MarshalIndent(policyOf(needs), "", "  ")
	if err != nil {
		return failed(exitBad, err)
	}
	others = append(others, tooLong(text)...)
	if r.out == outputJSON {
		for _, o := range others {
			fmt.Fprintln(p.Stderr, "andon: "+plain(string(o)))
		}
		return ended(exitGood, p.printJSON(append(text, '\n')))
	}
	t := newTable("WHO", "ACTION", "RESOURCE", "WHY")
	for _, n := range needs {
		t.row(n.Who, n.Action, n.Resource, n.Why)
	}
	t.row()
	for _, o := range others {
		t.row(string(o))
	}
	t.row("the policy: the same with --output json")
	return ended(exitGood, t.print(p.Stdout))
}

// accountOf is the account that was given, or else the one of all principals.
func accountOf(cfg *config.Config, given string) (string, error) {
	account := regexp.MustCompile(`^[0-9]{12}$`)
	if given != "" {
		if !account.MatchString(given) {
			return "", fmt.Errorf("--account %q: want the 12 digits of an AWS account", given)
		}
		return given, nil
	}
	var found []string
	for _, arn := range cfg.Principals {
		if parts := strings.Split(arn, ":"); len(parts) > 4 && account.MatchString(parts[4]) {
			found = append(found, parts[4])
		}
	}
	slices.Sort(found)
	switch found = slices.Compact(found); len(found) {
	case 0:
		return "", errors.New("in which account are the pipelines? Give its 12 digits with --account")
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("principals are in several accounts (%s): give the one with the pipelines with --account", strings.Join(found, ", "))
}

// An awsPlace is what has an ARN in the account.
type awsPlace struct{ who, region string }

func placesOf(cfg *config.Config) (all []awsPlace) {
	for _, g := range cfg.Gates {
		all = append(all, awsPlace{"gate " + g.Name, g.CodePipeline.Region})
	}
	for _, c := range cfg.Calendars {
		for _, w := range c.Windows {
			if w.SSM != nil && !strings.HasPrefix(w.SSM.Name, "arn:") {
				all = append(all, awsPlace{"calendar " + c.Name, w.SSM.Region})
			}
		}
	}
	return all
}

// regionOf is where gates and calendars are that name no region. It becomes part of ARNs, so
// a word with a wildcard must not pass.
func (p *program) regionOf(ctx context.Context, cfg *config.Config, given string) (string, error) {
	if given != "" && !config.IsRegion(given) {
		return "", fmt.Errorf("--region %q: want a region like eu-central-1", given)
	}
	places := placesOf(cfg)
	i := slices.IndexFunc(places, func(p awsPlace) bool { return p.region == "" })
	if given != "" || i < 0 {
		return given, nil
	}
	aws, err := p.awsConfig(ctx, "", "")
	if err != nil {
		return "", failed(exitBad, err)
	}
	if !config.IsRegion(aws.Region) {
		return "", fmt.Errorf("%s names no region, and the environment names %.40q: give one with --region or AWS_REGION",
			places[i].who, cmp.Or(aws.Region, "none"))
	}
	return aws.Region, nil
}

// tooLong tells when IAM would not take the policy in one piece. It counts no
// white space (docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
func tooLong(text []byte) []grant {
	const managed, inline = 6144, 10240 // characters
	n := 0
	for _, word := range strings.Fields(string(text)) {
		n += len(word)
	}
	if n <= managed {
		return nil
	}
	return []grant{grant(fmt.Sprintf("the policy has %d characters: a managed policy may have %d, those within a role %d together; split its resources over several managed policies", n, managed, inline))}
}
