package config

import (
	"cmp"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

func loadOver(t *testing.T, environ, args []string) (*Config, error) {
	t.Helper()
	flags := pflag.NewFlagSet("andon", pflag.ContinueOnError)
	for _, name := range []string{"listen", "data", "instance", "config"} {
		flags.String(name, "default of "+name, "")
	}
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	const file = "listen: 127.0.0.1:1\ndata: ./from-file\n"
	return load("andon.yaml", []byte(file), Overrides{environ, flags}, table())
}

func TestOverrides(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		environ, args []string
		want          [3]string // instance, listen, data
	}{
		"the file alone": {want: [3]string{"", "127.0.0.1:1", "./from-file"}},
		"the environment over the file": {
			environ: []string{"ANDON_LISTEN=127.0.0.1:2", "ANDON_INSTANCE=env"},
			want:    [3]string{"env", "127.0.0.1:2", "./from-file"},
		},
		"flags over the environment": {
			environ: []string{"ANDON_LISTEN=127.0.0.1:2", "ANDON_DATA=./from-env"},
			args:    []string{"--listen=127.0.0.1:3", "--config=x"},
			want:    [3]string{"", "127.0.0.1:3", "./from-env"},
		},
		"variables of others, and empty ones, change nothing": {
			environ: []string{
				"LISTEN=x", "ANDON_LISTEN=", "ANDON_PORT=tcp://10.0.0.1:9797", "ANDON_SERVICE_HOST=10.0.0.1",
				"ANDON_CHECKS_SERVICE_HOST=10.0.0.2", "ANDON_CONFIG=x", "ANDON_REQUIRE_REAL=1",
			},
			want: [3]string{"", "127.0.0.1:1", "./from-file"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := loadOver(t, test.environ, test.args)
			if err != nil {
				t.Fatal(err)
			}
			if got := [3]string{c.Instance, c.Listen, c.Data}; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// Single values deep inside are replaced by the whole of their path.
func TestNestedOverrides(t *testing.T) {
	t.Parallel()
	environ := []string{"ANDON_EGRESS_REFUSE_PRIVATE=true", "ANDON_MAX_OPENS=2 per 1m", "ANDON_WEB_CONFIG=testdata/web.yaml"}
	c, err := loadOver(t, environ, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !c.Egress.RefusePrivate || c.Egress.RefuseLoopback || c.MaxOpens != (Rate{2, time.Minute}) || c.WebConfig != "testdata/web.yaml" {
		t.Errorf("got %+v", c)
	}
	want := `ANDON_EGRESS_REFUSE_PRIVAT: unknown variable, did you mean "ANDON_EGRESS_REFUSE_PRIVATE"?
ANDON_MAX_OPENS: max_opens: want a number per duration like 10 per 10m, got "2"
ANDON_WRITERS: a variable cannot change a list: change ` + "`writers:`" + ` in the file`
	if _, err := loadOver(t, []string{"ANDON_MAX_OPENS=2", "ANDON_WRITERS=alice", "ANDON_EGRESS_REFUSE_PRIVAT=true"}, nil); err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// Every single value outside lists has a variable and a flag of its own, and is
// told to be replaced by it.
func TestEveryScalarCanBeReplaced(t *testing.T) {
	t.Parallel()
	all := scalars(reflect.TypeFor[Config](), "")
	if len(all) < 7 || len(replaceable(variable)) != len(all) || len(replaceable(flag)) != len(all) {
		t.Fatalf("some of %q share a name", all)
	}
	values := map[path]string{"listen": "127.0.0.1:2", "instance": "env", "max_opens": "1 per 1m", "web_config": "testdata/web.yaml"}
	for _, p := range all {
		value := cmp.Or(values[p], "true")
		c, err := loadOver(t, []string{variable(p) + "=" + value}, nil)
		if err != nil {
			t.Errorf("%s: %v", p, err)
		} else if c.Replaced[string(p)] != variable(p) || len(c.Replaced) != 1 {
			t.Errorf("%s: replaced %v", p, c.Replaced)
		}
	}
}

func TestOverrideErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		environ, args []string
		want          string
	}{
		"the variable is named": {
			environ: []string{"ANDON_LISTEN=2", "ANDON_INSTANCE=A B", "ANDON_DATA=${env:NONE}"},
			want: `ANDON_DATA: data: ${env:NONE}: the variable is not set or empty: set it where andon starts
ANDON_INSTANCE: instance: want a name of 1 to 40 lower case letters, digits, dots and hyphens that begins with a letter or digit, got "A B"
ANDON_LISTEN: listen: want host:port like 127.0.0.1:9797, got "2"`,
		},
		"the flag that hides the variable is named": {
			environ: []string{"ANDON_LISTEN=127.0.0.1:2"},
			args:    []string{"--listen=3", "--data="},
			want: `--data: data: want the folder of the journal, like ./andon-data, got nothing
--listen: listen: want host:port like 127.0.0.1:9797, got "3"`,
		},
		"lists cannot be changed, slips are noticed": {
			environ: []string{"ANDON_CHECKS_0_NAME=x", "ANDON_MACHINES=CloudFormation", "ANDON_LISTN=127.0.0.1:2"},
			want: "ANDON_CHECKS_0_NAME: a variable cannot change a list: change `checks:` in the file\n" +
				"ANDON_LISTN: unknown variable, did you mean \"ANDON_LISTEN\"?\n" +
				"ANDON_MACHINES: a variable cannot change a list: change `machines:` in the file",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := loadOver(t, test.environ, test.args); err == nil || err.Error() != test.want {
				t.Errorf("got\n%v\nwant\n%s", err, test.want)
			}
		})
	}
}

// A mistake in the environment is told together with one that makes the file
// unreadable.
func TestOverridesBesideBrokenFile(t *testing.T) {
	t.Parallel()
	_, err := load("andon.yaml", []byte("["), Overrides{Environ: []string{"ANDON_LISTN=x"}}, table())
	var all Errors
	if !errors.As(err, &all) || len(all) != 2 || all[0].File != "ANDON_LISTN" || all[1].File != "andon.yaml" {
		t.Errorf("got %v", err)
	}
}
