package sim

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"

	"tasker-sim/internal/audit"
	"tasker-sim/internal/event"
	"tasker-sim/internal/redact"
	"tasker-sim/internal/scenario"
	"tasker-sim/internal/vault"
)

// Papers is where a world leaves what is neither a record of the engine nor an
// effect. All three are apart from the store.
type Papers interface {
	// Keys are lines of the vault's key file. They are durable when it returns;
	// nothing that they seal is before.
	Keys(lines []byte) error
	// Log are lines of the log, once what they tell of is durable.
	Log(lines []byte) error
	// Head is where an audit trail stood, to be kept away from the trail.
	Head(h audit.Head) error
}

// guards are what strategies know of the senders of tasks and do about what tasks
// carry. Nothing of it changes what happens to a task.
type guards struct {
	w       *World
	tags    []named
	who     named
	known   named
	crowd   crowd
	privacy *privacy // nil: the scenario has none
	papers  Papers   // nil: none are left
	log     []byte   // lines of this window
	heads   []audit.Head
}

// privacy is the part about what tasks carry.
type privacy struct {
	subject, class, echo named
	needles              []named
	lanes                []discretion
	vault                *vault.Vault
	secrets              map[int32]*secrets // of tasks that have not ended everywhere
}

// discretion is what one strategy does.
type discretion struct {
	redactor *redact.Redactor // nil: nothing is taken out
	seals    bool
	copies   *redact.Redactor
}

// secrets are what one task carries, and by lane and sink which of it was seen.
type secrets struct {
	subject string
	echo    string
	needles []string
	seen    []uint32
}

func newGuards(w *World, opts Options) (*guards, error) {
	g := &guards{w: w, papers: opts.Papers}
	for i := range w.sc.Tags {
		g.tags = append(g.tags, name("tags.", w.sc.Tags[i].Name, w.sc.Tags[i].When))
	}
	if id := w.sc.Identity; id != nil {
		g.who, g.known = name("identity.", "who", id.Who), name("identity.", "known", id.Known)
	}
	if p := w.sc.Privacy; p != nil {
		return g, g.openPrivacy(p, opts)
	}
	return g, nil
}

func (g *guards) openPrivacy(p *scenario.Privacy, opts Options) (err error) {
	pr := &privacy{
		subject: name("privacy.", "subject", p.Subject), class: name("privacy.", "class", p.Class), echo: name("privacy.", "echo", p.Echo),
		vault: opts.Vault, secrets: map[int32]*secrets{},
	}
	if pr.vault == nil { // nothing is kept: keys need not be secret
		pr.vault = vault.New(rand.NewChaCha8([32]byte{}))
	}
	for i := range p.Needles {
		pr.needles = append(pr.needles, name("privacy.needles.", p.Needles[i].Name, p.Needles[i].Expr))
	}
	for i := range g.w.sc.Strategies {
		d, err := newDiscretion(p, &g.w.sc.Strategies[i])
		if err != nil {
			return err
		}
		pr.lanes = append(pr.lanes, d)
	}
	g.privacy = pr
	return nil
}

func newDiscretion(p *scenario.Privacy, st *scenario.Strategy) (d discretion, err error) {
	for i := range p.Redactions {
		if !st.Lacks(p.Redactions[i].Mechanism) {
			if d.redactor, err = redact.New(p.Redactions[i].Rules); err != nil {
				return d, err
			}
			break
		}
	}
	for i := range p.Sealings {
		if s := &p.Sealings[i]; !st.Lacks(s.Mechanism) {
			if d.seals = true; s.Copy != nil {
				d.copies, err = redact.New(*s.Copy)
			}
			return d, err
		}
	}
	return d, nil
}

// tag says which tags an arriving task has.
func (g *guards) tag(task int32) {
	for i := range g.tags {
		if g.w.payloads.get(task).holds(&g.tags[i]) {
			g.w.emit(event.Event{
				Kind: event.TaskTagged, Task: task, Class: g.tags[i].short, Strategy: event.None, Step: event.None, Service: event.None, Effect: event.None,
			})
		}
	}
}

// words is the text that an expression gives; without one "".
func (pl *payload) words(e *named) string {
	if e.Expr == nil {
		return ""
	}
	s, err := e.Words(pl.begin(e))
	pl.must(e, err)
	return s
}

// of are the secrets of a task.
func (p *privacy) of(g *guards, task int32) *secrets {
	if s, ok := p.secrets[task]; ok && s.subject != "" {
		return s
	}
	s := p.secrets[task]
	if s == nil {
		s = &secrets{seen: make([]uint32, len(g.w.lanes)*len(event.Sinks()))}
		p.secrets[task] = s
	}
	pl := g.w.payloads.get(task)
	s.subject, s.echo = pl.words(&p.subject), pl.words(&p.echo)
	for i := range p.needles {
		s.needles = append(s.needles, pl.words(&p.needles[i]))
	}
	return s
}

// rest is what the lane keeps of a context or an output. Without privacy it is
// the JSON text itself.
func (g *guards) rest(lane int8, task int32, what string, v map[string]any) []byte {
	p := g.privacy
	switch {
	case p == nil && !g.w.disk.keep:
		return nil
	case p == nil || !p.lanes[lane].seals:
		return text(v)
	}
	s, d := p.of(g, task), &p.lanes[lane]
	sealed, err := p.vault.Seal(s.subject, Place(g.w.run.Strategies[lane].Name, task, what), text(v))
	if err != nil {
		if g.w.failure == nil {
			g.w.failure = err
		}
		return nil
	}
	kept := Sealed{Sealed: base64.StdEncoding.EncodeToString(sealed)}
	if d.copies != nil {
		kept.Copy = d.copies.Value(v)
	}
	return text(kept)
}

// Sealed is the stored form of a sealed context or output.
type Sealed struct {
	Sealed string `json:"sealed"`         // base64
	Copy   any    `json:"copy,omitempty"` // what is kept beside it in clear
}

// Place names where a thing is kept: of the strategy, for the task, "context" or
// a step's name. What was sealed for one place does not open elsewhere.
func Place(strategy string, task int32, what string) string {
	return fmt.Sprintf("%s/%d/%s", strategy, task, what)
}

// Unseal opens a stored context or output. One that was never sealed comes back as
// it is.
func Unseal(v *vault.Vault, subject, place string, stored []byte) ([]byte, error) {
	var s Sealed
	if json.Unmarshal(stored, &s) != nil || s.Sealed == "" {
		return stored, nil
	}
	sealed, err := base64.StdEncoding.DecodeString(s.Sealed)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", place, vault.ErrBroken)
	}
	return v.Open(subject, place, sealed)
}

// refusal is the service's message about a failed call. It repeats something of the
// request, if services do that and the answer is no scripted one.
func (w *World) refusal(o *occurrence) string {
	sv := w.steps[o.step].service
	message := sv.message(o.class)
	p := w.guards.privacy
	if p == nil || p.echo.Expr == nil || int(o.class) >= sv.plain {
		return message
	}
	return message + " (" + p.lanes[o.lane].redactor.Text(p.of(w.guards, o.task).echo) + ")"
}

// sees looks for the needles of a task in something that was written.
func (g *guards) sees(lane int8, task int32, sink int, written string) {
	p := g.privacy
	if p == nil || written == "" {
		return
	}
	s := p.of(g, task)
	seen, found := &s.seen[int(lane)*len(event.Sinks())+sink], []string(nil)
	for i, n := range s.needles {
		if *seen&(1<<i) == 0 && n != "" && strings.Contains(written, n) {
			*seen |= 1 << i
			found = append(found, p.needles[i].short)
		}
	}
	if len(found) > 0 {
		g.w.emit(event.Event{
			Kind: event.SecretSeen, Strategy: lane, Task: task, Class: event.Sinks()[sink], Text: strings.Join(found, " "), Amount: int64(len(found)),
			Step: event.None, Service: event.None, Effect: event.None,
		})
	}
}

// Indices into event.Sinks.
const (
	sinkStore = iota
	sinkLog
	sinkError
	sinkAudit
)

// recall notes what was seen in the past.
func (g *guards) recall(e *event.Event) {
	p := g.privacy
	if p == nil || e.Kind != event.SecretSeen {
		return
	}
	s := p.secrets[e.Task]
	if s == nil {
		s = &secrets{seen: make([]uint32, len(g.w.lanes)*len(event.Sinks()))}
		p.secrets[e.Task] = s
	}
	for sink, class := range event.Sinks() {
		if class != e.Class {
			continue
		}
		for i := range p.needles {
			if strings.Contains(" "+e.Text+" ", " "+p.needles[i].short+" ") {
				s.seen[int(e.Strategy)*len(event.Sinks())+sink] |= 1 << i
			}
		}
	}
}

// forget lets go of a task that has ended everywhere.
func (g *guards) forget(task int32) {
	if g.privacy != nil {
		delete(g.privacy.secrets, task)
	}
}
