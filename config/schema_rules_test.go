package config

import (
	"encoding"
	"fmt"
	"reflect"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/andon-project/andon/calendar"
	"github.com/andon-project/andon/gates"
)

// orReference is a pattern that lets references be: what they stand for is not
// known to whoever has the file alone.
func orReference(pattern string) string { return `^(` + pattern + `)$|\$\{(env|file):` }

const durationPattern = `\+?(([0-9]*\.?[0-9]*(ns|us|µs|μs|ms|s|m|h))+|0)`

func oneOf(words ...string) object {
	return object{"anyOf": []object{{"enum": words}, {"type": "string", "pattern": `\$\{(env|file):`}}}
}

func matching(pattern string) object { return object{"pattern": orReference(pattern)} }

// looking is matching for what no number and no truth value can match.
func looking(pattern string) object {
	return object{"type": "string", "pattern": orReference(pattern)}
}

func between(least, most int) object { return object{"minimum": least, "maximum": most} }

// schemaTypes are types that are written in a way of their own.
var schemaTypes = map[reflect.Type]object{
	durationType:                             {"type": []string{"string", "integer"}, "minimum": 0, "maximum": 0, "pattern": orReference(durationPattern)},
	reflect.TypeFor[Down]():                  {"type": []string{"string", "integer"}, "minimum": 1, "maximum": maxRuns, "pattern": orReference(`\s*[1-9][0-9]*\s*(of\s*[1-9][0-9]*\s*)?`)},
	reflect.TypeFor[Rate]():                  {"type": "string", "pattern": orReference(`\s*[1-9][0-9]*\s*per\s*` + durationPattern + `\s*`)},
	reflect.TypeFor[gates.Verb]():            oneOf(string(gates.Close), string(gates.Open), string(gates.Approve), string(gates.Reject)),
	reflect.TypeFor[gates.Reply]():           oneOf(string(gates.WaitReply), string(gates.RejectReply)),
	reflect.TypeFor[gates.Midway]():          oneOf(string(gates.FinishMidway), string(gates.WaitMidway)),
	reflect.TypeFor[calendar.Length]():       {"type": []string{"string", "integer"}, "minimum": 0, "maximum": 0, "pattern": orReference(`\s*([0-9]+[wW])?([0-9]+[dD])?(([0-9]*\.?[0-9]*(ns|us|µs|μs|ms|s|m|h|H|M|S))+|0)?\s*|\s*[pP]([0-9]+[wW])?([0-9]+[dD])?([tT]([0-9]+[hHmMsS])+)?\s*`)},
	reflect.TypeFor[calendar.Effect]():       oneOf(string(calendar.Block), string(calendar.Warn)),
	reflect.TypeFor[gates.Reopen]():          oneOf(string(gates.AskIfSuspect), string(gates.AutoReopen), string(gates.AskReopen)),
	reflect.TypeFor[promconfig.TLSVersion](): oneOf("TLS10", "TLS11", "TLS12", "TLS13"),
	reflect.TypeFor[gates.OnBlind]():         oneOf(string(gates.KeepBlind), string(gates.CloseBlind)),
}

const (
	nameRule    = `[a-z0-9][a-z0-9.-]{0,39}`
	regionRule  = `[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}`
	awsNameRule = `[A-Za-z0-9.@\-_]{1,100}`
)

// keyPair is a certificate and its key: one is of no use without the other.
var keyPair = object{"cert_file": []string{"key_file"}, "key_file": []string{"cert_file"}}

// stands is a gate at that kind of point.
func stands(point string) object {
	return object{"required": []string{"codepipeline"}, "properties": object{"codepipeline": object{"required": []string{point}}}}
}

// without is a gate that has none of keys, and may do no more than this.
func without(keys []string, may ...gates.Verb) object {
	properties := object{"may": items(object{"anyOf": []object{{"enum": may}, {"pattern": orReference("")}}})}
	for _, k := range keys {
		properties[k] = false
	}
	return object{"properties": properties}
}

// whens are the keys of which a window has one at least.
var whens = func() (any []object) {
	for _, k := range []string{"from", "days", "hours", "months", "outside", "holidays", "rrule", "cron", "ics", "ssm"} {
		any = append(any, object{"required": []string{k}})
	}
	return any
}()

// together are keys that need others.
var together = object{"from": []string{"to"}, "to": []string{"from"}, "rrule": []string{"start"}, "cron": []string{"for"}, "start": []string{"rrule"}}

const (
	edgeRule  = `\s*([0-9]{4}-)?[0-9]{2}-[0-9]{2}([Tt ][0-9]{1,2}:[0-9]{2}(:[0-9]{2})?([Zz]|[+-][0-9]{1,2}:[0-9]{2})?)?\s*`
	startRule = edgeRule + `|\s*[0-9]{8}([Tt][0-9]{6}[Zz]?)?\s*`
	clockRule = `\s*[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?\s*`
	hoursRule = clockRule + `(-|–|—|\.\.)` + clockRule + `(,` + clockRule + `(-|–|—|\.\.)` + clockRule + `)*`
)

// listOf is one text, or a list of them.
func listOf(pattern string) object {
	return object{"type": []string{"array", "string"}, "pattern": orReference(pattern), "items": looking(pattern)}
}

func items(o object) object { return object{"items": o} }

// zoneRule is for names of the IANA database and of Windows.
var zoneRule = object{"type": "string", "pattern": orReference(`[A-Za-z/(][^\x00-\x1f]*`), "not": object{"enum": []string{"Local"}}}

// schemaRules are what the loader demands beyond types: of structs by their
// name, of fields by struct and key.
var schemaRules = map[string]object{
	"Config.instance":   matching(nameRule),
	"Config.listen":     looking(`.*:[0-9]{1,5}`),
	"Config.hosts":      items(object{"type": "string", "pattern": orReference(`[A-Za-z0-9:][A-Za-z0-9._:%-]*`), "not": object{"pattern": `^[^:]*:[^:]*$`}}),
	"Config.data":       {"minLength": 1},
	"Config.principals": items(object{"type": "string", "pattern": orReference(`arn:\S+`), "maxLength": 2048}),
	"Config.machines":   items(object{"type": []string{"string", "number", "boolean"}, "pattern": orReference(`\S+`), "maxLength": 2048}),
	"Config.web_config": {"minLength": 1},
	"Config.writers":    {"uniqueItems": true},

	"Check":           {"required": []string{"name"}, "not": object{"required": []string{"every", "cron"}}, "dependentRequired": object{"timezone": []string{"cron"}}},
	"Witness":         {"required": []string{"name"}, "not": object{"required": []string{"every", "cron"}}, "dependentRequired": object{"timezone": []string{"cron"}}},
	"Check.name":      matching(nameRule),
	"Check.cron":      looking(`\s*@(yearly|annually|monthly|weekly|daily|midnight|hourly)|\s*\S+(\s+\S+){4}\s*`),
	"Check.timezone":  zoneRule,
	"Check.up":        between(1, maxRuns),
	"Witness.network": matching(`[A-Za-z0-9]([A-Za-z0-9._:-]*[A-Za-z0-9])?`),

	"Gate": {"required": []string{"name", "codepipeline"},
		"anyOf": []object{{"required": []string{"checks"}, "properties": object{"checks": object{"minItems": 1}}}, {"required": []string{"calendar"}}},
		"allOf": []object{
			{"if": stands("transition"), "then": without(approvalKeys(), gates.Close, gates.Open)},
			{"if": stands("approval"), "then": without(transitionKeys(), gates.Approve, gates.Reject)},
		}},
	"Gate.name":        matching(nameRule),
	"Gate.may":         {"uniqueItems": true},
	"Gate.checks":      {"uniqueItems": true},
	"Gate.calendar":    matching(`[A-Za-z0-9][A-Za-z0-9._-]{0,39}`),
	"Point":            {"required": []string{"pipeline"}, "oneOf": []object{{"required": []string{"transition"}}, {"required": []string{"approval"}}}},
	"Point.pipeline":   matching(awsNameRule),
	"Point.transition": matching(awsNameRule),
	"Point.approval":   looking(awsNameRule + "/" + awsNameRule),
	"Point.region":     looking(regionRule),

	"Calendar":          {"required": []string{"name", "timezone", "windows"}},
	"Settings.name":     matching(`[A-Za-z0-9][A-Za-z0-9._-]{0,39}`),
	"Settings.timezone": zoneRule,
	"Settings.windows":  {"minItems": 1},
	"Window":            {"if": object{"anyOf": []object{{"required": []string{"ics"}}, {"required": []string{"ssm"}}}}, "then": object{"required": []string{"name"}}, "anyOf": whens, "dependentRequired": together},
	"Window.name":       matching(`[^\x00-\x20].{0,59}`),
	"Window.timezone":   zoneRule,
	"Selector":          {"type": []string{"object", "string"}, "anyOf": whens, "dependentRequired": together},
	"Selector.from":     looking(edgeRule),
	"Selector.to":       looking(edgeRule),
	"Selector.start":    {"type": []string{"string", "integer"}, "pattern": orReference(startRule)},
	"Selector.days":     listOf(`[A-Za-z][A-Za-z., –—-]*`),
	"Selector.hours":    listOf(hoursRule),
	"Selector.cron":     looking(`\s*@[A-Za-z]+\s*|\s*\S+(\s+\S+){4}\s*`),
	"Selector.rrule":    looking(`.*[Ff][Rr][Ee][Qq]\s*=.+`),
	"Outside":           {"minProperties": 1},
	"Outside.days":      listOf(`[A-Za-z][A-Za-z., –—-]*`),
	"Outside.hours":     listOf(hoursRule),
	"HolidayDays":       {"type": []string{"object", "string"}},
	"ICS": {"type": []string{"object", "string"}, "if": object{"type": "object"},
		"then": object{"oneOf": []object{{"required": []string{"file"}}, {"required": []string{"url"}}, {"required": []string{"s3"}}}}},
	"ICS.region":      looking(regionRule),
	"ICS.every":       {"default": brief(usualSourceEvery)},
	"ICS.stale_after": {"default": brief(usualStaleAfter)},
	"SSM":             {"type": []string{"object", "string"}, "required": []string{"name"}},
	"SSM.region":      looking(regionRule),
	"SSM.every":       {"default": brief(usualSourceEvery)},
	"SSM.stale_after": {"default": brief(usualStaleAfter)},

	"HTTP":               {"required": []string{"url"}},
	"HTTP.url":           looking(`https?://.+`),
	"HTTP.method":        {"type": "string", "pattern": orReference(`[A-Z0-9!#$%&'*+.^_|~-]+`), "not": object{"enum": []string{"CONNECT"}}},
	"HTTP.headers":       {"propertyNames": object{"pattern": "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"}},
	"HTTP.max_bytes":     {"maximum": 64 << 20},
	"HTTP.expect":        items(object{"type": []string{"string", "boolean"}, "pattern": `\S`}),
	"DNS":                {"required": []string{"name"}, "if": object{"properties": object{"transport": object{"const": "tls"}}, "required": []string{"transport"}}, "then": object{"required": []string{"server"}}},
	"DNS.name":           looking("[!-~]+"),
	"DNS.type":           oneOf("A", "AAAA", "CAA", "CNAME", "DNSKEY", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SRV", "SSHFP", "SVCB", "TLSA", "TXT"),
	"DNS.server":         looking(`[^/]+`),
	"DNS.transport":      oneOf("udp", "tcp", "tls"),
	"DNS.rcode":          oneOf("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"),
	"DNS.answers":        items(object{"type": []string{"string", "number", "boolean"}, "pattern": `\S`}),
	"DNS.expect":         items(object{"type": []string{"string", "boolean"}, "pattern": `\S`}),
	"TCP":                {"required": []string{"address"}},
	"TCP.address":        looking(`.+:[0-9]{1,5}`),
	"TCP.steps":          {"maxItems": 32},
	"Step":               {"minProperties": 1},
	"TLS":                {"required": []string{"address"}, "dependentRequired": keyPair},
	"TLS.address":        looking(`.+:[0-9]{1,5}`),
	"Secure.min_version": oneOf("TLS10", "TLS11", "TLS12", "TLS13"),
	"Secure":             {"dependentRequired": keyPair},
	"web":                {"required": []string{"url"}},
	"port":               {"required": []string{"address"}},
}

// written is a default as it stands in a file.
func written(v reflect.Value) any {
	switch x := v.Interface().(type) {
	case time.Duration:
		return brief(x)
	case fmt.Stringer:
		if _, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
			return x.String()
		}
	}
	return v.Interface()
}
