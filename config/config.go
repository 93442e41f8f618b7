// Package config loads andon's configuration: a YAML file, then ANDON_…
// variables, then flags, merged by koanf and decoded into plain typed values.
//
// A key that nobody reads is an error, and so is a value of the wrong type or
// a name that does not exist: all of them are reported at once, each with the
// line and column where it is to be mended. What loads is complete: defaults
// are filled in, and no reader of a Config has to know them.
package config

import "time"

// A Config is what one andon watches and stops.
type Config struct {
	Instance   string     `koanf:"instance"`   // the name in andon's mark; required if a gate may write
	Listen     string     `koanf:"listen"`     // host:port of the HTTP server
	Hosts      []string   `koanf:"hosts"`      // names the server is asked by, besides its addresses
	Data       string     `koanf:"data"`       // folder of the journal
	Checks     []Check    `koanf:"checks"`     // questions to production
	Witnesses  []Witness  `koanf:"witnesses"`  // questions to what is known to be up; names unique, over checks too
	Gates      []Gate     `koanf:"gates"`      // rules, one for each point, names unique
	Calendars  []Calendar `koanf:"calendars"`  // times in which no release may start; names unique
	MaxOpens   Rate       `koanf:"max_opens"`  // opens of all gates together, then andon waits; closes are not limited
	Principals []string   `koanf:"principals"` // roles that are also ours, beside the one andon runs as
	Machines   []string   `koanf:"machines"`   // callers that are not persons
	WebConfig  string     `koanf:"web_config"` // Prometheus' web configuration file, TLS and users; empty: neither
	Writers    []string   `koanf:"writers"`    // users of web_config who may give orders
	Egress     Egress     `koanf:"egress"`     // what no connection may go to

	Warnings Errors            `koanf:"-"` // what works and may surprise, in the order of the file
	Replaced map[string]string `koanf:"-"` // by path: the variable or flag that replaced the value of the file
}

func (c *Config) defaults() {
	c.Listen = "127.0.0.1:9797"
	c.Data = "./andon-data"
	c.MaxOpens = Rate{N: 10, Per: 10 * time.Minute}
	c.Machines = []string{"CloudFormation"}
}

// Egress is what no connection may go to, beside link-local and metadata
// addresses, which are refused always.
type Egress struct {
	RefusePrivate  bool `koanf:"refuse_private"`  // 10.0.0.0/8 and the like
	RefuseLoopback bool `koanf:"refuse_loopback"` // 127.0.0.0/8, ::1
}
