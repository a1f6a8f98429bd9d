package gate

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Account is an entry of the directory: what the house itself knows of somebody.
type Account struct {
	ID, Role, Team string
	Grants         []string // permissions given by name: "payments.workflows:create"
	Suspended      bool
	Untrained      bool // the yearly security training is overdue
}

// Request is what somebody wants to do.
type Request struct {
	Verb      string // create, read, cancel, retry, …
	Namespace string // of the workflow; empty: the request names a task only
	Workflow  string
	Owner     string // account that owns the task it is about; empty: a new one
	Step      bool   // it is about a step of the task, not the task
}

// Policy says who may do what. It is plain data and read only.
type Policy struct {
	// Fresh is how long a second factor counts.
	Fresh time.Duration
	// FactorRoles always need a second factor; so do requests to create the
	// Factor workflows ("namespace.workflow" or "workflow"), and to create in a
	// FactorNamespaces namespace from outside of its team. FactorFree roles, such
	// as those of programs, cannot show one and need none.
	FactorRoles, Factor, FactorNamespaces, FactorFree []string
	// Sensitive workflows ("namespace.workflow") are allowed by rules that name
	// grants for their execution, see [Rule].
	Sensitive []string
	// Claimed: role and team are taken from the token instead of the directory.
	Claimed bool
	// Blind: a request without a namespace cannot be judged and makes the check
	// itself fail, unless the role is one of these.
	Blind []string
	Rules []Rule
}

// Rule allows what fits all of its conditions; an empty one is no condition.
type Rule struct {
	Verbs      []string
	Roles      []string
	Namespaces []string
	Relation   string // "team": the requester's team is the namespace; "owner": the task is theirs
	Target     string // "task", "step"; "ordinary", "sensitive": which workflow
	// Grants must all be held. {namespace} and {workflow} stand for the request's.
	Grants []string
}

// Relations and targets of rules.
const (
	RelationTeam    = "team"
	RelationOwner   = "owner"
	TargetTask      = "task"
	TargetStep      = "step"
	TargetOrdinary  = "ordinary"
	TargetSensitive = "sensitive"
)

// Outcomes of a decision.
const (
	Allowed    = "allowed"
	Denied     = "denied"
	Challenged = "challenged" // a second factor is asked for
	Broken     = "broken"     // the check itself failed
)

// Decision is what the gate says to a request.
type Decision struct {
	Outcome string
	Status  int    // as HTTP has it: 200, 401, 403, 500
	Reason  string // in a few words
	Actor   string // the account that was recognised, or [Anonymous]
	Role    string
	Team    string
}

// Anonymous is the actor of a request whose token says nothing that counts.
const Anonymous = "anonymous"

// Admit decides about a request that comes with a token. find looks an account up
// in the directory. A challenge comes after everything that a second factor would
// not change, so that nobody is asked for one in vain: [Policy.Admit] with a fresh
// factor allows what was challenged before.
func (p *Policy) Admit(s *Signer, token string, find func(id string) (Account, bool), r Request, at time.Duration) Decision {
	c, err := s.Verify(token, at)
	if err != nil {
		return Decision{Denied, 401, err.Error(), Anonymous, "", ""}
	}
	acct, ok := find(c.Subject)
	if !ok {
		return Decision{Denied, 401, "user not found", Anonymous, "", ""}
	}
	if p.Claimed {
		acct.Role, acct.Team = c.Role, c.Team
	}
	d := Decision{Actor: acct.ID, Role: acct.Role, Team: acct.Team}
	switch {
	case acct.Suspended:
		d.Outcome, d.Status, d.Reason = Denied, 403, "account suspended"
	case acct.Untrained:
		d.Outcome, d.Status, d.Reason = Denied, 403, "security training required"
	case len(p.Blind) > 0 && r.Namespace == "" && !slices.Contains(p.Blind, acct.Role):
		d.Outcome, d.Status, d.Reason = Broken, 500, "no namespace to judge by"
	case !p.allows(&acct, r):
		d.Outcome, d.Status, d.Reason = Denied, 403, "not authorized to "+r.String()
	case p.needsFactor(&acct, r) && !p.fresh(c.MFA, at):
		d.Outcome, d.Status, d.Reason = Challenged, 401, "second factor required"
	default:
		d.Outcome, d.Status, d.Reason = Allowed, 200, "may "+r.String()
	}
	return d
}

// String names verb and object: "create payments.process_refund".
func (r Request) String() string {
	what := r.Workflow
	if r.Namespace != "" {
		what = r.Namespace + "." + what
	}
	if r.Step {
		what = "a step of " + what
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s", r.Verb, what))
}

func (p *Policy) allows(a *Account, r Request) bool {
	return slices.ContainsFunc(p.Rules, func(rule Rule) bool { return p.fits(&rule, a, r) })
}

// fits tells whether every condition of the rule holds.
func (p *Policy) fits(rule *Rule, a *Account, r Request) bool {
	return among(rule.Verbs, r.Verb) && among(rule.Roles, a.Role) && among(rule.Namespaces, r.Namespace) &&
		related(rule.Relation, a, r) && p.targets(rule.Target, r) && holds(a, rule.Grants, r)
}

// among tells whether x is in the list; an empty list is no condition.
func among(list []string, x string) bool { return len(list) == 0 || slices.Contains(list, x) }

func related(relation string, a *Account, r Request) bool {
	switch relation {
	case RelationTeam:
		return a.Team != "" && a.Team == r.Namespace
	case RelationOwner:
		return a.ID != "" && a.ID == r.Owner
	}
	return true
}

func (p *Policy) targets(target string, r Request) bool {
	switch target {
	case TargetTask:
		return !r.Step
	case TargetStep:
		return r.Step
	case TargetOrdinary:
		return !p.sensitive(r)
	case TargetSensitive:
		return p.sensitive(r)
	}
	return true
}

func (p *Policy) sensitive(r Request) bool {
	return slices.Contains(p.Sensitive, r.Namespace+"."+r.Workflow)
}

// holds tells whether the account has all the grants, with the request's names
// put in.
func holds(a *Account, grants []string, r Request) bool {
	names := strings.NewReplacer("{namespace}", r.Namespace, "{workflow}", r.Workflow)
	for _, g := range grants {
		if !slices.Contains(a.Grants, names.Replace(g)) {
			return false
		}
	}
	return true
}

// needsFactor tells whether the request needs a second factor from the account.
func (p *Policy) needsFactor(a *Account, r Request) bool {
	if slices.Contains(p.FactorFree, a.Role) {
		return false
	}
	if slices.Contains(p.FactorRoles, a.Role) {
		return true
	}
	if r.Verb != "create" {
		return false
	}
	return slices.Contains(p.Factor, r.Workflow) || slices.Contains(p.Factor, r.Namespace+"."+r.Workflow) ||
		slices.Contains(p.FactorNamespaces, r.Namespace) && a.Team != r.Namespace
}

// fresh tells whether a second factor was shown lately; one of the future was not.
func (p *Policy) fresh(mfa *time.Duration, at time.Duration) bool {
	return mfa != nil && *mfa <= at && at-*mfa < p.Fresh
}
