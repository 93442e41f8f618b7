package config

import (
	"reflect"
	"strings"

	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/posflag"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"
)

const envPrefix = "ANDON_"

// Overrides replace scalars of the file that stand outside its lists: first
// the environment, then the flags.
type Overrides struct {
	// Environ is os.Environ(). ANDON_LISTEN replaces `listen`; an empty
	// variable counts as not set. Other ANDON_ variables are left alone:
	// Kubernetes sets ANDON_PORT and more for a service of that name.
	Environ []string
	// Flags may be nil. --listen replaces `listen` if it was given; flags
	// that are no keys, such as --config, are left alone.
	Flags *pflag.FlagSet
}

// variable is the environment's name of a path: ANDON_WEB_CONFIG for web.config.
func variable(p path) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(string(p), ".", "_"))
}

// flag is the command line's name of a path: web-config for web.config.
func flag(p path) string { return strings.NewReplacer(".", "-", "_", "-").Replace(string(p)) }

// replaceable are the paths that o may replace, by what name gives them.
func replaceable(name func(path) string) map[string]path {
	named := map[string]path{}
	for _, p := range scalars(reflect.TypeFor[Config](), "") {
		named[name(p)] = p
	}
	return named
}

// merge loads o over what k has.
func (o Overrides) merge(k *koanf.Koanf) error {
	variables, flags := replaceable(variable), replaceable(flag)
	err := k.Load(env.Provider(".", env.Opt{
		Prefix:      envPrefix,
		EnvironFunc: func() []string { return o.Environ },
		TransformFunc: func(name, value string) (string, any) {
			if value == "" {
				return "", nil
			}
			return string(variables[name]), value
		},
	}), nil)
	if err != nil || o.Flags == nil {
		return err
	}
	return k.Load(posflag.ProviderWithFlag(o.Flags, ".", k, func(f *pflag.Flag) (string, any) {
		if !f.Changed {
			return "", nil
		}
		return string(flags[f.Name]), f.Value.String()
	}), nil)
}

// origins tells for each path that o replaces which variable or flag did, and
// which variables look like an override but are none.
func (o Overrides) origins() (map[path]Pos, Errors) {
	from, variables := map[path]Pos{}, replaceable(variable)
	var errs Errors
	for _, e := range o.Environ {
		name, value, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, envPrefix) || value == "" {
			continue
		}
		if p, ok := variables[name]; ok {
			from[p] = Pos{File: name}
		} else if msg := mistaken(name, variables); msg != "" {
			errs = append(errs, Error{File: name, Msg: msg})
		}
	}
	if o.Flags != nil {
		flags := replaceable(flag)
		o.Flags.Visit(func(f *pflag.Flag) {
			if p, ok := flags[f.Name]; ok {
				from[p] = Pos{File: "--" + f.Name}
			}
		})
	}
	return from, errs
}

// mistaken tells what is wrong with a variable that replaces nothing, if it was
// meant to: a slip of the pen, or a part of a list.
func mistaken(name string, variables map[string]path) string {
	for _, list := range fieldNames(reflect.TypeFor[Config]()) {
		rest, ok := strings.CutPrefix(name, variable(path(list)))
		if !ok || variables[variable(path(list))] != "" {
			continue
		}
		if rest == "" || len(rest) > 1 && rest[0] == '_' && rest[1] >= '0' && rest[1] <= '9' {
			return "a variable cannot change a list: change `" + list + ":` in the file"
		}
	}
	for v := range variables {
		if distance(name, v) <= 2 {
			return `unknown variable, did you mean "` + v + `"?`
		}
	}
	return ""
}
