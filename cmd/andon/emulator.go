package main

import (
	"fmt"
	"net"
	"regexp"
	"strings"
	"time"

	"github.com/andon-project/andon/emulator"
	"github.com/spf13/cobra"
)

const emulatorHelp = `Serves an emulation of AWS CodePipeline, in memory, for trying andon out and for
tests, with Change Calendars of Systems Manager and files in S3. Every access key
is an actor of its own: user KEY, or what --actor says. Faults are injected, calls
listed, calendars and files put in place below /_emulator/.`

func (p *program) emulatorCommand() *cobra.Command {
	var listen string
	var actors []string
	var o emulator.Options
	cmd := &cobra.Command{
		Use:   "emulator",
		Short: "Serve an emulation of AWS CodePipeline",
		Long:  emulatorHelp,
		Example: `  andon emulator --listen 127.0.0.1:4566 --actor DEPLOY=arn:aws:sts::123456789012:assumed-role/stack/AWSCloudFormation
  AWS_ACCESS_KEY_ID=alice AWS_SECRET_ACCESS_KEY=any aws --endpoint-url http://127.0.0.1:4566 --region us-east-1 codepipeline list-pipelines`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !regexp.MustCompile(`^[0-9]{12}$`).MatchString(o.Account) {
				return fmt.Errorf("--account %q: want the 12 digits of an AWS account", o.Account)
			}
			if !cmd.Flags().Changed("seed") {
				o.Seed = uint64(time.Now().UnixNano()) // or ids and tokens would repeat at each start
			}
			s := emulator.New(o)
			s.Actors = map[string]string{}
			for _, a := range actors {
				key, arn, ok := strings.Cut(a, "=")
				if !ok || key == "" || !strings.HasPrefix(arn, "arn:") {
					return fmt.Errorf("--actor %s: want KEY=ARN, like DEPLOY=arn:aws:iam::123456789012:role/deploy", a)
				}
				s.Actors[key] = arn
			}
			l, err := net.Listen("tcp", listen)
			if err != nil {
				return failed(exitBad, fmt.Errorf("cannot listen on %s: %w; choose another address with --listen", listen, err))
			}
			fmt.Fprintf(p.Stdout, "emulating AWS CodePipeline: AWS_ENDPOINT_URL=http://%s\n", l.Addr())
			return failed(exitBad, serve(cmd.Context(), l, s))
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:4566", "`HOST:PORT` to serve on")
	cmd.Flags().StringArrayVar(&actors, "actor", nil, "`KEY=ARN`: who an access key is; may be repeated")
	cmd.Flags().DurationVar(&o.ActionDuration, "action-duration", time.Second, "how long each action of a pipeline takes")
	cmd.Flags().StringVar(&o.Account, "account", "123456789012", "account `ID` in ARNs")
	cmd.Flags().Uint64Var(&o.Seed, "seed", 0, "ids and tokens follow from it (default: the time)")
	return cmd
}
