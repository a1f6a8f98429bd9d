package gate_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tasker-sim/internal/gate"
)

const now = 10 * time.Hour

func ago(d time.Duration) *time.Duration {
	at := now - d
	return &at
}

// accounts is a small directory.
func accounts() map[string]gate.Account {
	all := []gate.Account{
		{ID: "ada", Role: "admin"},
		{ID: "agent", Role: "agent", Team: "customer_success", Grants: []string{"customer_success.process_refund:execute"}},
		{ID: "helper", Role: "agent", Team: "customer_success"},
		{ID: "lead", Role: "lead", Team: "customer_success"},
		{ID: "jake", Role: "engineer", Team: "payments"},
		{ID: "robot", Role: "service", Team: "payments", Grants: []string{"payments.process_refund:execute"}},
		{ID: "gone", Role: "agent", Team: "customer_success", Suspended: true, Grants: []string{"customer_success.process_refund:execute"}},
		{ID: "late", Role: "agent", Team: "customer_success", Untrained: true},
	}
	book := map[string]gate.Account{}
	for _, a := range all {
		book[a.ID] = a
	}
	return book
}

// policy is what the sixth post asks for: create and execute, leads manage their
// teams' tasks, owners their own.
func policy() *gate.Policy {
	verbs := []string{"cancel", "retry"}
	return &gate.Policy{
		Fresh: 30 * time.Minute, FactorRoles: []string{"admin"}, FactorFree: []string{"service"},
		Factor: []string{"process_refund"}, FactorNamespaces: []string{"payments"},
		Sensitive: []string{"customer_success.process_refund", "payments.process_refund"},
		Rules: []gate.Rule{
			{Roles: []string{"admin"}},
			{Verbs: []string{"create"}, Relation: gate.RelationTeam, Target: gate.TargetOrdinary},
			{Verbs: []string{"create"}, Relation: gate.RelationTeam, Target: gate.TargetSensitive, Grants: []string{"{namespace}.{workflow}:execute"}},
			{Verbs: []string{"create"}, Target: gate.TargetSensitive, Grants: []string{"{namespace}.workflows:create", "{namespace}.{workflow}:execute"}},
			{Verbs: verbs, Relation: gate.RelationOwner},
			{Verbs: verbs, Roles: []string{"lead"}, Relation: gate.RelationTeam, Target: gate.TargetTask},
		},
	}
}

func ask(p *gate.Policy, c gate.Claims, r gate.Request) gate.Decision {
	s := gate.NewSigner("house", 1)
	if c.Expires == 0 {
		c.Issued, c.Expires = now-time.Hour, now+7*time.Hour
	}
	token, err := s.Sign(c)
	if err != nil {
		return gate.Decision{Reason: err.Error()}
	}
	return admit(p, s, token, r)
}

func admit(p *gate.Policy, s *gate.Signer, token string, r gate.Request) gate.Decision {
	find := func(id string) (gate.Account, bool) { a, ok := accounts()[id]; return a, ok }
	return p.Admit(s, token, find, r, now)
}

// TestSpecCases are the cases (a) to (i) of the facts about the sixth post, as far
// as the gate decides them.
func TestSpecCases(t *testing.T) {
	refund := gate.Request{Verb: "create", Namespace: "customer_success", Workflow: "process_refund"}
	cancel := gate.Request{Verb: "cancel", Namespace: "customer_success", Workflow: "process_refund", Owner: "agent"}
	step := cancel
	step.Verb, step.Step = "retry", true
	for _, c := range []struct {
		letter, who string
		mfa         *time.Duration
		r           gate.Request
		outcome     string
		status      int
	}{
		{"a", "agent", ago(5 * time.Minute), refund, gate.Allowed, 200},
		{"b", "agent", ago(31 * time.Minute), refund, gate.Challenged, 401},
		{"b, exactly 30 min", "agent", ago(30 * time.Minute), refund, gate.Challenged, 401},
		{"b, never", "agent", nil, refund, gate.Challenged, 401},
		{"c", "jake", ago(time.Minute), refund, gate.Denied, 403},
		{"c, of the team without grant", "helper", ago(time.Minute), refund, gate.Denied, 403},
		{"d", "ada", nil, refund, gate.Challenged, 401},
		{"d, with a second factor", "ada", ago(time.Minute), refund, gate.Allowed, 200},
		{"f", "agent", nil, cancel, gate.Allowed, 200},
		{"g", "helper", nil, cancel, gate.Denied, 403},
		{"h", "lead", nil, cancel, gate.Allowed, 200},
		{"i", "lead", nil, step, gate.Denied, 403},
		{"i, the owner", "agent", nil, step, gate.Allowed, 200},
		{"a program cannot show a second factor", "robot", nil, gate.Request{Verb: "create", Namespace: "payments", Workflow: "process_refund"}, gate.Allowed, 200},
		{"suspended", "gone", ago(time.Minute), refund, gate.Denied, 403},
		{"untrained", "late", ago(time.Minute), refund, gate.Denied, 403},
		{"nobody", "who", nil, refund, gate.Denied, 401},
	} {
		d := ask(policy(), gate.Claims{Subject: c.who, MFA: c.mfa}, c.r)
		if d.Outcome != c.outcome || d.Status != c.status {
			t.Errorf("(%s) %s: %+v, want %s %d", c.letter, c.who, d, c.outcome, c.status)
		}
	}
}

// TestTokens is case (e): expired, forged and missing tokens, and some more that
// open nothing; whoever sends them is anonymous.
func TestTokens(t *testing.T) {
	house, forger := gate.NewSigner("house", 1), gate.NewSigner("house", 2)
	sign := func(s *gate.Signer, issued, expires time.Duration) string {
		text, err := s.Sign(gate.Claims{Subject: "ada", Role: "admin", MFA: ago(0), Issued: issued, Expires: expires})
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	good := sign(house, now-time.Hour, now+time.Hour)
	parts := strings.Split(good, ".")
	for _, c := range []struct{ name, token, reason string }{
		{"good", good, "may create x"},
		{"missing", "", "missing token"},
		{"expired", sign(house, now-9*time.Hour, now-time.Hour), "expired token"},
		{"expires this instant", sign(house, now-time.Hour, now), "expired token"},
		{"issued in the future", sign(house, now+time.Minute, now+time.Hour), "invalid token"},
		{"signed with another key", sign(forger, now-time.Hour, now+time.Hour), "invalid token"},
		{"of another issuer", sign(gate.NewSigner("elsewhere", 1), now-time.Hour, now+time.Hour), "invalid token"},
		{"content exchanged", parts[0] + "." + strings.Split(sign(forger, now-2*time.Hour, now+9*time.Hour), ".")[1] + "." + parts[2], "invalid token"},
		{"without a signature", "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0." + parts[1] + ".", "invalid token"},
		{"no token at all", "shared-key", "invalid token"},
	} {
		d := admit(policy(), house, c.token, gate.Request{Verb: "create", Workflow: "x"})
		if d.Reason != c.reason || (d.Outcome == gate.Allowed) != (c.name == "good") {
			t.Errorf("%s: %+v, want %q", c.name, d, c.reason)
		}
		if c.name != "good" && (d.Actor != gate.Anonymous || d.Status != 401) {
			t.Errorf("%s: actor %s, status %d", c.name, d.Actor, d.Status)
		}
	}
}

// TestClaimedRole: a policy that believes the token lets in whoever can have one
// signed with a role of their choice; one that asks the directory does not.
func TestClaimedRole(t *testing.T) {
	refund := gate.Request{Verb: "create", Namespace: "payments", Workflow: "process_refund"}
	for _, claimed := range []bool{false, true} {
		p := policy()
		p.Claimed = claimed
		d := ask(p, gate.Claims{Subject: "helper", Role: "admin", MFA: ago(0)}, refund)
		if (d.Outcome == gate.Allowed) != claimed {
			t.Errorf("claimed %v: %+v", claimed, d)
		}
	}
}

// TestBlind: a check that cannot do without a namespace fails where there is none.
func TestBlind(t *testing.T) {
	p := policy()
	p.Blind = []string{"admin"}
	cancel := gate.Request{Verb: "cancel", Owner: "agent"}
	if d := ask(p, gate.Claims{Subject: "agent"}, cancel); d.Outcome != gate.Broken || d.Status != 500 {
		t.Errorf("agent: %+v, want it broken", d)
	}
	if d := ask(p, gate.Claims{Subject: "ada", MFA: ago(0)}, cancel); d.Outcome != gate.Allowed {
		t.Errorf("admin: %+v", d)
	}
}

// TestDeniedByDefault: without rules nobody may do anything, and one more rule
// never takes anything away.
func TestDeniedByDefault(t *testing.T) {
	if d := ask(&gate.Policy{}, gate.Claims{Subject: "ada"}, gate.Request{Verb: "create", Workflow: "x"}); d.Outcome != gate.Denied {
		t.Errorf("without rules: %+v", d)
	}
	rapid.Check(t, func(t *rapid.T) {
		p := policy()
		r := gate.Request{
			Verb:      rapid.SampledFrom([]string{"create", "cancel", "retry", "read"}).Draw(t, "verb"),
			Namespace: rapid.SampledFrom([]string{"payments", "customer_success", "", "x"}).Draw(t, "namespace"),
			Workflow:  rapid.SampledFrom([]string{"process_refund", "y"}).Draw(t, "workflow"),
			Owner:     rapid.SampledFrom([]string{"", "agent", "jake"}).Draw(t, "owner"),
			Step:      rapid.Bool().Draw(t, "step"),
		}
		c := gate.Claims{Subject: rapid.SampledFrom([]string{"ada", "agent", "helper", "lead", "jake", "robot", "gone"}).Draw(t, "who")}
		c.MFA = rapid.SampledFrom([]*time.Duration{nil, ago(0), ago(time.Hour)}).Draw(t, "mfa")
		before := ask(p, c, r)
		p.Rules = append(p.Rules, gate.Rule{Relation: rapid.SampledFrom([]string{"", gate.RelationTeam, gate.RelationOwner}).Draw(t, "relation")})
		if after := ask(p, c, r); before.Outcome == gate.Allowed && after.Outcome != gate.Allowed {
			t.Fatalf("allowed, and with one more rule %+v", after)
		}
	})
}
