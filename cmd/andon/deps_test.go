package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Who may import whom. A line is a package (… for all below it) and what it may
// import beside the standard library. "aws" is the AWS SDK, "prometheus" its
// client; "anything" is anything.
const policy = `
journal           < nothing
journal/storetest < journal
journal/sqlite    < journal sqlite
egress            < nothing
egress/aws        < aws
calendar          < calendar/ical holidays
calendar/ical     < nothing
calendar/sources  < calendar calendar/ical egress journal
calendar/awscal   < calendar calendar/sources egress/aws aws
emulator          < nothing
shop              < nothing

probes            < cron
probes/kinds      < probes egress cel promconfig oauth2 dns
probes/kinds/aws  < probes/kinds aws

gates             < probes calendar journal
gates/codepipeline < gates egress/aws aws rate

exporters         < gates probes calendar calendar/ical journal prometheus dto expfmt
config            < anything
cmd/andon         < anything
cmd/andon/demo    < gates calendar shop aws
cmd/andon/daemon  < anything
bench             < nothing
`

// What the words of the policy stand for.
var words = map[string]string{
	"aws":        "github.com/aws/",
	"prometheus": "github.com/prometheus/client_golang/",
	"dto":        "github.com/prometheus/client_model/go",
	"expfmt":     "github.com/prometheus/common/",
	"cron":       "github.com/robfig/cron/v3",
	"promconfig": "github.com/prometheus/common/config",
	"oauth2":     "golang.org/x/oauth2",
	"cel":        "cel.dev/cel-go/",
	"dns":        "github.com/miekg/dns",
	"sqlite":     "modernc.org/sqlite",
	"rate":       "golang.org/x/time/rate",
	"holidays":   "github.com/rickar/cal/v2",
}

const module = "github.com/andon-project/andon/"

func TestImportPolicy(t *testing.T) {
	t.Parallel()
	allowed := map[string][]string{}
	for line := range strings.Lines(policy) {
		if name, may, ok := strings.Cut(line, "<"); ok {
			allowed[strings.TrimSpace(name)] = strings.Fields(may)
		}
	}
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Standard", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		may, ok := allowed[name]
		if !ok {
			t.Errorf("package %s is not in the policy: say what it may import", name)
			continue
		}
		delete(allowed, name)
		for _, i := range p.Imports {
			if strings.Contains(strings.SplitN(i, "/", 2)[0], ".") && !permitted(i, may) {
				t.Errorf("%s imports %s, and may import %s", name, i, strings.Join(may, " "))
			}
		}
	}
	for name := range allowed {
		t.Errorf("the policy tells of %s, which does not exist", name)
	}
}

func permitted(path string, may []string) bool {
	return slices.ContainsFunc(may, func(word string) bool {
		if prefix, ok := words[word]; ok {
			return strings.HasPrefix(path, prefix)
		}
		return word == "anything" || path == module+word
	})
}
