package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/andon-project/andon/config"
)

// A taskDefinition is what documents use of ECS' RegisterTaskDefinition: another
// key is taken for a slip.
type taskDefinition struct {
	Family, NetworkMode           string
	CPU, Memory                   string
	TaskRoleArn, ExecutionRoleArn string
	RequiresCompatibilities       []string
	Volumes                       []struct{ Name string }
	ContainerDefinitions          []struct {
		Name, Image, User      string
		Essential              bool
		ReadonlyRootFilesystem bool
		LinuxParameters        struct{ Capabilities struct{ Drop []string } }
		Command                []string
		Environment            []struct{ Name, Value string }
		Secrets                []struct{ Name, ValueFrom string }
		PortMappings           []struct{ ContainerPort int }
		MountPoints            []struct{ SourceVolume, ContainerPath string }
		HealthCheck            struct {
			Command                                 []string
			Interval, Timeout, Retries, StartPeriod int // seconds
		}
		StopTimeout      int // seconds
		LogConfiguration struct {
			LogDriver string
			Options   map[string]string
		}
	}
}

// A task definition in a document is one for the image of our Dockerfile.
func TestTaskDefinitionsInDocuments(t *testing.T) {
	t.Parallel()
	n := 0
	for name, text := range documents(t) {
		for _, b := range blocks(name, text) {
			if b.kind != "json" || !strings.Contains(b.text, "containerDefinitions") {
				continue
			}
			n++
			var d taskDefinition
			dec := json.NewDecoder(strings.NewReader(b.text))
			dec.DisallowUnknownFields()
			if err := dec.Decode(&d); err != nil || len(d.ContainerDefinitions) != 1 || len(d.Volumes) != 1 {
				t.Errorf("%s: %v", b.place, err)
				continue
			}
			d.check(t, b.place, dockerfile(t))
		}
	}
	if n == 0 {
		t.Error("no document shows a task definition")
	}
}

func (d taskDefinition) check(t *testing.T, place string, image map[string]string) {
	t.Helper()
	c := d.ContainerDefinitions[0]
	health := strings.Join(c.HealthCheck.Command, " ")
	if want := "CMD " + strings.Join(quoted(image["HEALTHCHECK"]), " "); health != want {
		t.Errorf("%s: the health check is %q, the image's %q", place, health, want)
	}
	for _, args := range [][]string{c.Command, c.HealthCheck.Command[2:]} {
		if err := parses(args); err != nil {
			t.Errorf("%s: %q: %v", place, args, err)
		}
	}
	const longest = 10 // seconds that andon takes to stop
	if len(c.MountPoints) != 1 || c.MountPoints[0].ContainerPath != image["VOLUME"] || c.MountPoints[0].SourceVolume != d.Volumes[0].Name ||
		c.User != image["USER"] || !c.ReadonlyRootFilesystem || c.StopTimeout <= longest || c.StopTimeout > 120 {
		t.Errorf("%s: %+v is not for the image: %v", place, c, image)
	}
	file := filepath.Join(t.TempDir(), "andon.yaml")
	write(t, file, "checks: [{name: a, tcp: {address: \"${env:HOST}:1\"}}]")
	var environ []string
	for _, v := range c.Environment {
		environ = append(environ, v.Name+"="+v.Value)
	}
	cfg, err := config.Load(file, config.Overrides{Environ: append(environ, "HOST=a.example.com")})
	if err != nil || !strings.HasSuffix(cfg.Listen, ":"+image["EXPOSE"]) || strings.HasPrefix(cfg.Listen, "127.") {
		t.Errorf("%s: andon would listen elsewhere: %v %v", place, cfg, err)
	}
}

// dockerfile is the last of each instruction in the Dockerfile.
func dockerfile(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	last := map[string]string{}
	for line := range strings.Lines(strings.ReplaceAll(string(text), "\\\n", " ")) {
		instruction, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		last[instruction] = rest
	}
	return last
}

// quoted are the quoted words of an instruction's JSON.
func quoted(instruction string) []string {
	var all []string
	for _, q := range regexp.MustCompile(`"[^"]*"`).FindAllString(instruction, -1) {
		all = append(all, strings.Trim(q, `"`))
	}
	return all
}

// What the image starts, and asks, are commands of andon.
func TestCommandsOfTheImageExist(t *testing.T) {
	t.Parallel()
	image := dockerfile(t)
	if !slices.Equal(quoted(image["ENTRYPOINT"]), []string{"/andon"}) {
		t.Errorf("the image starts %s", image["ENTRYPOINT"])
	}
	for _, args := range [][]string{quoted(image["CMD"]), quoted(image["HEALTHCHECK"])[1:]} {
		if err := parses(args); err != nil {
			t.Errorf("%q: %v", args, err)
		}
	}
}
