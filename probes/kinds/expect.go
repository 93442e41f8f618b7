package kinds

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
)

// Roots are a set of the names that expectations may use.
type roots uint16

const (
	rootStatus roots = 1 << iota
	rootHeaders
	rootBody
	rootText
	rootElapsed
	rootTLS
	rootRcode
	rootAnswers
	rootTTL
)

// A vocabulary is what the expectations of a kind of check may speak of. Its
// environment is made once and never written again: it takes 300 KiB and a
// millisecond, which is too much for each check.
type vocabulary struct {
	environment func() (*cel.Env, error)
	names       string // of the roots, for people
	example     string // of an expectation
}

// Evidence is what came back, as expectations see it: it is the activation of
// their programs.
type evidence interface {
	cel.Activation
	// shown tells, of some roots, what everybody may see of them.
	shown(of roots) []string
	// spoilt is why nothing can be judged by it, nil if it can.
	spoilt() error
}

func rootOf(name string) roots {
	switch name {
	case "status":
		return rootStatus
	case "headers":
		return rootHeaders
	case "body":
		return rootBody
	case "text":
		return rootText
	case "elapsed":
		return rootElapsed
	case "tls":
		return rootTLS
	case "rcode":
		return rootRcode
	case "answers":
		return rootAnswers
	case "ttl":
		return rootTTL
	}
	return 0
}

const (
	costLimit   = 1_000_000 // stops a nested loop over a hostile body within 0.1 s
	interruptAt = 100       // loop iterations between two looks at the context
)

// An expectation is one compiled expression.
type expectation struct {
	shown   string // as it was written
	program cel.Program
	uses    roots
}

func uses(all []expectation, some roots) bool {
	for _, e := range all {
		if e.uses&some != 0 {
			return true
		}
	}
	return false
}

// httpWords are what expectations of http checks may speak of.
var httpWords = vocabulary{
	environment: sync.OnceValues(httpEnvironment),
	names:       "status, headers, body, text, elapsed and tls",
	example:     "status == 200",
}

func httpEnvironment() (*cel.Env, error) {
	return newEnvironment(
		cel.Types(cel.NativeTypeFor[certificate](types.ParseStructTag("cel"))),
		cel.Variable("status", cel.IntType),
		cel.Variable("headers", cel.MapType(cel.StringType, cel.StringType)),
		cel.Variable("body", cel.DynType),
		cel.Variable("text", cel.StringType),
		cel.Variable("elapsed", cel.DurationType),
		cel.Variable("tls", cel.ObjectType("kinds.certificate")),
	)
}

// newEnvironment declares roots beside what holds for all kinds.
func newEnvironment(roots ...cel.EnvOption) (*cel.Env, error) {
	return cel.NewEnv(append(roots,
		cel.DefaultUTCTimeZone(true),
		cel.CrossTypeNumericComparisons(true),
		cel.ExtendedValidations(),
	)...)
}

func (v vocabulary) compileOne(env *cel.Env, text string) (e expectation, problems []string) {
	if strings.TrimSpace(text) == "" {
		return e, []string{"is empty; write a condition such as " + v.example}
	}
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		for _, is := range issues.Errors() {
			problems = append(problems, v.mistake(is))
		}
		return e, problems
	}
	if t := ast.OutputType(); !t.IsExactType(cel.BoolType) && !t.IsExactType(cel.DynType) {
		return e, []string{fmt.Sprintf("gives %s, not true or false; write a condition such as %s", cel.FormatCELType(t), v.example)}
	}
	program, err := env.Program(ast,
		cel.EvalOptions(cel.OptOptimize),
		cel.CostLimit(costLimit),
		cel.InterruptCheckFrequency(interruptAt))
	if err != nil {
		return e, []string{printable(err.Error(), longest)}
	}
	e = expectation{program: program}
	for _, ref := range ast.NativeRep().ReferenceMap() {
		e.uses |= rootOf(ref.Name)
	}
	return e, nil
}

// mistake says where in an expression it is, what it is and what there is instead.
func (v vocabulary) mistake(e *cel.Error) string {
	what := strings.ReplaceAll(e.Message, " (in container '')", "")
	switch {
	case strings.HasPrefix(what, "undeclared reference"):
		what += "; there are " + v.names
	case strings.HasPrefix(what, "undefined field"):
		what += "; tls has expiry and days_left"
	case strings.HasPrefix(what, "Syntax error: token recognition error at: '= "):
		what = "a single = compares nothing; write =="
	}
	if e.Location.Line() < 1 { // it is about the whole
		return printable(what, longest)
	}
	return printable(fmt.Sprintf("line %d, column %d: %s", e.Location.Line(), e.Location.Column()+1, what), longest)
}

// judge returns nil if every expectation is true, or why the first other one is not.
func judge(ctx context.Context, all []expectation, a evidence) error {
	for _, e := range all {
		out, _, err := e.program.ContextEval(ctx, a)
		switch {
		case err == nil && out == types.True:
			continue
		case err != nil && ctx.Err() != nil:
			return ctx.Err()
		case err != nil && a.spoilt() != nil:
			return a.spoilt()
		case err != nil:
			return e.unmet(a, "it cannot be judged, because "+because(err, e.shown))
		case out != types.False:
			return e.unmet(a, fmt.Sprintf("it gives a %s, not true or false", out.Type().TypeName()))
		}
		return e.unmet(a, "")
	}
	return nil
}

// unmet tells which expectation does not hold, with what may be shown.
func (e expectation) unmet(a evidence, problem string) error {
	was := a.shown(e.uses)
	if problem != "" {
		was = append([]string{problem}, was...)
	}
	if len(was) == 0 {
		was = append(was, "it does not hold")
	}
	return &failure{reason: reasonExpect, text: "expected " + printable(e.shown, 80) + ", but " + printable(strings.Join(was, ", "), 100)}
}

// because says why an expression gave an error. The library's own text may
// quote the body, so only a key that the expression itself names is repeated.
func because(err error, expression string) string {
	text := err.Error()
	if key, ok := strings.CutPrefix(text, "no such key: "); ok {
		if strings.Contains(expression, key) {
			return "there is no key " + key
		}
		return "a key is missing"
	}
	for _, c := range [...]struct{ has, say string }{
		{"no such attribute", "the answer did not come over TLS"},
		{"no such overload", "its types do not fit (JSON numbers are doubles: 1.0, not 1)"},
		{"cost limit", "it costs too much on an answer of this size; make it simpler"},
		{"index out of bounds", "a list is shorter than it needs"},
		{"by zero", "it divides by zero"},
	} {
		if strings.Contains(text, c.has) {
			return c.say
		}
	}
	return "a value cannot be used as it demands"
}
