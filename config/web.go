package config

import (
	"maps"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v3"
)

// MaxWebConfig is the most that a web configuration may have, in bytes.
const MaxWebConfig = 1 << 20

// checkWeb places the web configuration beside the file that names it, and
// looks up the writers in it. What else stands there its own reader judges.
func (d *decoder) checkWeb(c *Config) {
	if c.WebConfig == "" {
		if d.given("web_config") {
			d.report("web_config", "want the name of a file, like web.yaml, got nothing")
		} else if len(c.Writers) > 0 {
			d.report("writers", "nobody can tell who is a writer without users: name the file that has them, like `web_config: web.yaml`")
		}
		return
	}
	if !filepath.IsAbs(c.WebConfig) {
		c.WebConfig = filepath.Join(d.refs.dir, c.WebConfig)
	}
	d.refs.files.note(c.WebConfig)
	web, problem := readWeb(c.WebConfig)
	if problem != "" {
		d.report("web_config", "%s", problem)
		return
	}
	d.web = web
	users := slices.Collect(maps.Keys(web.Users))
	for i, w := range c.Writers {
		at := path("writers").item(i)
		switch {
		case !slices.Contains(users, w):
			d.report(at, "there is no such user under basic_auth_users in the file of web_config, %s%s", got(at, w), suggest(w, users))
		case slices.Index(c.Writers, w) < i:
			d.report(at, "%s stands here twice: remove one", w)
		}
	}
}

// webFile is what configurations need to know of a web configuration.
type webFile struct {
	Users map[string]yaml.Node `yaml:"basic_auth_users"`
	TLS   map[string]yaml.Node `yaml:"tls_server_config"`
}

// readWeb returns what stands in a web configuration file, or what is wrong.
func readWeb(file string) (web webFile, problem string) {
	text, err := ReadFile(file, MaxWebConfig)
	if err != nil {
		return web, err.Error() + "; a relative name starts at the folder of this file"
	}
	if yaml.Unmarshal(text, &web) != nil { // the error may show a hash
		return web, "it is not a web configuration: write it as Prometheus documents (TLS and basic authentication)"
	}
	return web, ""
}
