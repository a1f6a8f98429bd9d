package scenario

import (
	"tasker-sim/internal/event"
	"tasker-sim/internal/gate"
	"tasker-sim/internal/redact"
)

// Gate is a policy that expressions can ask with admit(). Issuer signs the tokens
// that it believes.
type Gate struct {
	Name, Issuer string
	Policy       gate.Policy
}

// Tag marks tasks: figures are kept of those that have it. It is the same in
// every strategy and decides nothing.
type Tag struct {
	Name string
	When *Expr
}

// Identity says who sends a task, and who it is for a strategy.
type Identity struct {
	Who       *Expr // who really sends it
	Known     *Expr // whom a strategy with Mechanism takes for the sender
	Mechanism int
	Shared    string     // the name that all senders have in the other strategies
	Within    event.Time // how closely an event can be dated: senders under one name within this cannot be told apart
}

// Privacy says whose data tasks carry, what must not be seen of it, and what
// strategies do about it.
type Privacy struct {
	Subject *Expr // whose data it is: a name that says nothing of the person
	Class   *Expr // how the data is classified; nil: not
	// Needles are texts of the task that must not be found where they do not belong.
	Needles []Binding
	// Echo is what services repeat of a request in their error messages; nil: nothing.
	Echo       *Expr
	Redactions []Redaction // the first whose mechanism a strategy has
	Sealings   []Sealing   // likewise
}

// Redaction is what a strategy with the mechanism takes out of what it writes down.
type Redaction struct {
	Mechanism int
	Rules     redact.Rules
}

// Sealing lets a strategy with the mechanism keep contexts and outputs sealed, each
// with the key of its subject. Copy, if there is one, is kept beside them in clear,
// redacted by these rules.
type Sealing struct {
	Mechanism int
	Copy      *redact.Rules
}

// Audit lets strategies keep a record of each thing that happens to a task.
type Audit struct {
	Every       event.Time // how often the head of the trail is written down elsewhere
	Records     []Recording
	Correlation *Expr // text that ties the records of a task together; nil: none
	Tags        *Expr // list of the rules that apply to a task; nil: none
	// The model of what an audit takes to prepare: so many questions about single
	// actions, and minutes for one that the records answer and one that they do not.
	Questions            int
	Answered, Unanswered float64
	Never, Always        string // tags of tasks that should not be done, and not be refused; may be empty
}

// Recording is who a strategy with the mechanism writes into its records.
type Recording struct {
	Mechanism         int
	Actor, Role, Team *Expr
}

// guardExprs are the expressions about who sends a task and what it carries, with what
// each must give.
func (s *Scenario) guardExprs() (conditions, texts, lists []*Expr) {
	for i := range s.Tags {
		conditions = append(conditions, s.Tags[i].When)
	}
	if id := s.Identity; id != nil {
		texts = append(texts, id.Who, id.Known)
	}
	if p := s.Privacy; p != nil {
		texts = append(texts, p.Subject, p.Class, p.Echo)
		for i := range p.Needles {
			texts = append(texts, p.Needles[i].Expr)
		}
	}
	if a := s.Audit; a != nil {
		texts, lists = append(texts, a.Correlation), append(lists, a.Tags)
		for i := range a.Records {
			texts = append(texts, a.Records[i].Actor, a.Records[i].Role, a.Records[i].Team)
		}
	}
	return conditions, texts, lists
}

// evalGuards tries them as for one task.
func (s *Scenario) evalGuards(env *Env, note func(*Expr, error)) {
	conditions, texts, lists := s.guardExprs()
	for _, x := range conditions {
		_, err := x.Bool(env)
		note(x, err)
	}
	for _, x := range texts {
		if x != nil {
			_, err := x.Words(env)
			note(x, err)
		}
	}
	for _, x := range lists {
		if x != nil {
			_, err := x.List(env)
			note(x, err)
		}
	}
}

// Words computes a text.
func (e *Expr) Words(env *Env) (string, error) {
	v, err := e.Eval(env)
	if err != nil {
		return "", err
	}
	s, ok := v.(string)
	if !ok {
		return "", e.wrongType(v, "a text")
	}
	return s, nil
}

// List computes a list of texts.
func (e *Expr) List(env *Env) ([]string, error) {
	v, err := e.Eval(env)
	if err != nil {
		return nil, err
	}
	items, ok := v.([]any)
	var list []string
	for _, x := range items {
		s, is := x.(string)
		ok = ok && is
		list = append(list, s)
	}
	if !ok {
		return nil, e.wrongType(v, "a list of texts")
	}
	return list, nil
}

// guardMeasures are the figures about senders, secrets and records that a claim can
// be held against.
func (s *Scenario) guardMeasures() (known []string) {
	for _, t := range s.Tags {
		at := "tags." + t.Name + "."
		for _, n := range []string{"submitted", "succeeded", "failed", "rejected", "parked"} {
			known = append(known, at+"tasks."+n)
		}
		for _, e := range s.Effects {
			known = append(known, at+"effects."+e.Many)
			if e.Unit != "" {
				known = append(known, at+"amounts."+e.Many+"_"+e.Unit)
			}
		}
	}
	if s.Identity != nil {
		known = append(known, "candidates_per_action")
	}
	if s.Privacy != nil {
		known = append(known, "leaks.total")
		for _, sink := range event.Sinks() {
			known = append(known, "leaks."+sink)
		}
	}
	if s.Audit != nil {
		known = append(known, "audit.coverage", "audit.records", "audit.bytes_per_action", "audit.prep_hours")
	}
	for _, m := range s.Mechanisms {
		known = append(known, "mechanisms."+m.Name+".mean_ms")
	}
	return known
}
