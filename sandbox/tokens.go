package sandbox

import (
	"encoding/json"
	"reflect"
	"time"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// tokenRule is a service's way with client tokens: their form, and its code for a token of
// another form, and for one that was used with another input.
type tokenRule struct {
	form              document.Pattern
	malformed, reused string
}

var (
	tokenRules = map[string]tokenRule{
		"servicecatalog":      {document.NewPattern(`^[a-zA-Z0-9][a-zA-Z0-9_-]{0,127}$`), "InvalidParametersException", "InvalidParametersException"},
		"cloudformation":      {document.NewPattern(`^[a-zA-Z0-9][a-zA-Z0-9-]{0,127}$`), "ValidationError", "TokenAlreadyExistsException"},
		"marketplace-catalog": {document.NewPattern(`^[!-~]{1,64}$`), "ValidationException", "ValidationException"},
		"license-manager":     {document.NewPattern(`^\S+$`), "ValidationException", "ValidationException"},
	}
	otherTokens = tokenRule{document.NewPattern(`^.{1,128}$`), "ValidationException", "ValidationException"}
)

// forgotten says whether a token is older than the settings keep them: for ever, unless they say.
func (a *attempt) forgotten(r world.Replay) bool {
	kept, ok := world.SettingsOf(a.call).Takes[knobTokenMemory]
	return ok && a.call.Now.Sub(r.At) >= time.Duration(kept)
}

func tokensOf(service string) tokenRule {
	if rule, ok := tokenRules[service]; ok {
		return rule
	}
	return otherTokens
}

// once carries out what a client token stands for, or gives the first reply again.
func (a *attempt) once(in any) (wire.Reply, error) {
	var reply wire.Reply
	rule := tokensOf(a.req.Service)
	if !rule.form.MatchString(a.log.Token) {
		return reply, wire.Fail(rule.malformed, "The %s must match %s.", a.op.Token, rule.form)
	}
	if first, ok := world.Replayed(a.call, a.log.Token); ok && !a.forgotten(first) {
		if first.InputDigest != a.log.InputDigest {
			return reply, wire.Fail(rule.reused, "The %s was used before with other parameters.", a.op.Token)
		}
		a.log.Outcome = "replayed"
		return reply, json.Unmarshal(first.Reply, &reply)
	}
	reply, err := a.do(in)
	if err != nil {
		return reply, err
	}
	raw, err := json.Marshal(reply)
	if err != nil {
		return reply, err
	}
	world.Remember(a.call, a.log.Token, world.Replay{InputDigest: a.log.InputDigest, At: a.call.Now, Reply: raw})
	return reply, nil
}

// token reads the client token from the member that carries it.
func token(in any, member string) string {
	if member == "" {
		return ""
	}
	f := reflect.ValueOf(in).Elem().FieldByName(member)
	if f.Kind() == reflect.Pointer {
		f = f.Elem()
	}
	if f.Kind() != reflect.String {
		return ""
	}
	return f.String()
}
