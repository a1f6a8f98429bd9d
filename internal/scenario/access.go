package scenario

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"tasker-sim/internal/gate"
	"tasker-sim/internal/redact"
)

// accessFunctions are the functions about who may do what, and about made-up
// numbers that look real.
func accessFunctions() []function {
	return []function{
		{"digits", true, digits, new(func(any, int) any), "digits(n): n decimal digits"},
		{"luhn", false, luhn, new(func(string) any), "luhn(d): the digits d and the check digit of a card number"},
		{"signed", true, signed, new(func(any, string, any) any), "signed(issuer, claims): a token, signed with the issuer's key"},
		{"admit", true, admit, new(func(any, string, string, any, any) any), "admit(gate, token, account, request): what a gate says to it"},
	}
}

func digits(args ...any) (any, error) {
	n, ok := number(args[1])
	if !ok || n < 1 || n > 32 {
		return nil, fmt.Errorf("digits needs a number of digits between 1 and 32, got %s", describe(args[1]))
	}
	var b strings.Builder
	for range int(n) {
		u, err := draw(args)
		if err != nil {
			return nil, err
		}
		b.WriteByte('0' + byte(u*10))
	}
	return b.String(), nil
}

func luhn(args ...any) (any, error) {
	d, ok := args[0].(string)
	if !ok || d == "" || strings.Trim(d, "0123456789") != "" {
		return nil, fmt.Errorf("luhn needs digits, got %s", describe(args[0]))
	}
	return d + string(redact.CheckDigit(d)), nil
}

// fields reads a mapping that an expression made.
type fields struct {
	what string
	m    map[string]any
	err  error
}

func fieldsOf(what string, v any) *fields {
	m, ok := v.(map[string]any)
	f := &fields{what: what, m: m}
	if !ok {
		f.err = fmt.Errorf("%s must be a mapping, got %s", what, describe(v))
	}
	return f
}

func (f *fields) bad(key, want string) {
	if f.err == nil {
		f.err = fmt.Errorf("%s.%s must be %s, got %s", f.what, key, want, describe(f.m[key]))
	}
}

// text is a field that is a text; absent or nil: "".
func (f *fields) text(key string) string {
	s, ok := f.m[key].(string)
	if !ok && f.m[key] != nil {
		f.bad(key, "a text")
	}
	return s
}

func (f *fields) flag(key string) bool {
	b, ok := f.m[key].(bool)
	if !ok && f.m[key] != nil {
		f.bad(key, "true or false")
	}
	return b
}

func (f *fields) texts(key string) (list []string) {
	if f.m[key] == nil {
		return nil
	}
	items, ok := f.m[key].([]any)
	for _, x := range items {
		s, is := x.(string)
		ok = ok && is
		list = append(list, s)
	}
	if !ok {
		f.bad(key, "a list of texts")
	}
	return list
}

// span is a number of seconds; has is false if it is absent or nil.
func (f *fields) span(key string) (d time.Duration, has bool) {
	if f.m[key] == nil {
		return 0, false
	}
	x, ok := number(f.m[key])
	if !ok || x != x || x > 1e9 || x < -1e9 {
		f.bad(key, "a number of seconds")
	}
	return time.Duration(x * float64(time.Second)), true
}

// signer is the issuer's, kept for the next token.
func (env *Env) signer(issuer string) *gate.Signer {
	if env.signers == nil {
		env.signers = map[string]*gate.Signer{}
	}
	s := env.signers[issuer]
	if s == nil {
		s = gate.NewSigner(issuer, env.Seed)
		env.signers[issuer] = s
	}
	return s
}

// signed makes a token as of the task's arrival. Claims are subject, role, team,
// issuer (else that of the key), issued_ago, expires_in and mfa_ago in seconds.
func signed(args ...any) (any, error) {
	env, ok := args[0].(*Env)
	issuer, isText := args[1].(string)
	if !ok || !isText {
		return nil, fmt.Errorf("signed needs the name of an issuer, got %s", describe(args[1]))
	}
	f, now := fieldsOf("claims", args[2]), env.At.Duration()
	c := gate.Claims{Subject: f.text("subject"), Role: f.text("role"), Team: f.text("team"), Issuer: f.text("issuer")}
	issued, _ := f.span("issued_ago")
	expires, has := f.span("expires_in")
	if !has {
		f.bad("expires_in", "a number of seconds")
	}
	c.Issued, c.Expires = now-issued, now+expires
	if ago, has := f.span("mfa_ago"); has {
		at := now - ago
		c.MFA = &at
	}
	if f.err != nil {
		return nil, f.err
	}
	return env.signer(issuer).Sign(c)
}

// admit asks a gate about a request as of the task's arrival. account is the entry
// of the directory that the token's subject has; nil: none.
func admit(args ...any) (any, error) {
	env, ok := args[0].(*Env)
	if !ok {
		return nil, errors.New("nobody can be admitted here")
	}
	name, _ := args[1].(string)
	g := env.gate(name)
	if g == nil {
		return nil, fmt.Errorf("admit needs the name of a gate: there are %s, got %s", oneOf(env.gateNames()), describe(args[1]))
	}
	token, _ := args[2].(string)
	find, err := directory(args[3])
	if err != nil {
		return nil, err
	}
	f := fieldsOf("request", args[4])
	r := gate.Request{Verb: f.text("verb"), Namespace: f.text("namespace"), Workflow: f.text("workflow"), Owner: f.text("owner"), Step: f.flag("step")}
	if f.err != nil {
		return nil, f.err
	}
	d := g.Policy.Admit(env.signer(g.Issuer), token, find, r, env.At.Duration())
	return map[string]any{"outcome": d.Outcome, "status": d.Status, "reason": d.Reason, "actor": d.Actor, "role": d.Role, "team": d.Team}, nil
}

// directory is one with the single account, which is all that a token can ask for.
func directory(v any) (func(string) (gate.Account, bool), error) {
	if v == nil {
		return func(string) (gate.Account, bool) { return gate.Account{}, false }, nil
	}
	f := fieldsOf("account", v)
	a := gate.Account{
		ID: f.text("id"), Role: f.text("role"), Team: f.text("team"), Grants: f.texts("grants"),
		Suspended: f.flag("suspended"), Untrained: f.flag("untrained"),
	}
	return func(id string) (gate.Account, bool) { return a, id == a.ID }, f.err
}

func (env *Env) gate(name string) *Gate {
	for i := range env.gates {
		if env.gates[i].Name == name {
			return &env.gates[i]
		}
	}
	return nil
}

func (env *Env) gateNames() []string {
	return namesOf(env.gates, func(g Gate) string { return g.Name })
}
