package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"tasker-sim/internal/audit"
	"tasker-sim/internal/engine"
	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// trails are the audit trails of the strategies that keep one. A record is made
// when its event is, and goes to the disk in the transaction of the engine's
// records and the events of the window: none of them is there without the others.
type trails struct {
	w                 *World
	correlation, tags named
	lanes             []*trail // nil: the strategy keeps none
	rows              [][]byte // of this window
}

// trail is the trail of one strategy.
type trail struct {
	audit.Chain
	actor, role, team named
	last              event.Time // of the latest record
	bytes             int64
}

func newTrails(w *World) *trails {
	t := &trails{w: w, lanes: make([]*trail, len(w.sc.Strategies))}
	a := w.sc.Audit
	if a == nil {
		return t
	}
	t.correlation, t.tags = name("audit.", "correlation", a.Correlation), name("audit.", "tags", a.Tags)
	for i := range w.sc.Strategies {
		for j := range a.Records {
			rec := &a.Records[j]
			if w.sc.Strategies[i].Lacks(rec.Mechanism) {
				continue
			}
			prefix := fmt.Sprintf("audit.records.%d.", j+1)
			t.lanes[i] = &trail{actor: name(prefix, "actor", rec.Actor), role: name(prefix, "role", rec.Role), team: name(prefix, "team", rec.Team)}
			break
		}
	}
	return t
}

// recall finds the ends of the trails in the store.
func (t *trails) recall(store engine.Store) error {
	byName := map[string]*trail{}
	for i, l := range t.lanes {
		if l != nil {
			byName[t.w.run.Strategies[i].Name] = l
		}
	}
	last := map[*trail][]byte{}
	err := store.Trail(func(row []byte) error {
		if l := byName[audit.ChainOf(row)]; l != nil {
			last[l] = append(last[l][:0], row...)
			l.bytes += int64(len(row))
		}
		return nil
	})
	for _, l := range t.lanes {
		if row := last[l]; err == nil && row != nil {
			var r audit.Record
			r, err = audit.Parse(row)
			l.Seq, l.Hash, l.last = r.Seq, r.Hash, event.Time(r.At)
		}
	}
	if err != nil {
		return fmt.Errorf("audit trail: %w", err)
	}
	return nil
}

// record keeps a record of an event, if it is a transition and the strategy keeps any.
func (t *trails) record(ev *event.Event) {
	if ev.Strategy < 0 || t.lanes[ev.Strategy] == nil || !ev.Kind.Transition() {
		return
	}
	l := t.lanes[ev.Strategy]
	every := t.w.sc.Audit.Every
	due := l.Seq > 0 && ev.At/every > l.last/every
	r := t.entry(l, ev)
	row := l.Append(&r)
	l.last, l.bytes = ev.At, l.bytes+int64(len(row))
	if t.w.disk.keep {
		t.rows = append(t.rows, row)
	}
	t.w.guards.sees(ev.Strategy, ev.Task, sinkAudit, string(row))
	if due {
		t.count(ev.Strategy)
	}
}

// entry tells of a transition: who, what, when, with which outcome.
func (t *trails) entry(l *trail, ev *event.Event) audit.Record {
	pl := t.w.payloads.get(ev.Task)
	r := audit.Record{
		Chain: t.w.run.Strategies[ev.Strategy].Name, At: int64(ev.At), Actor: pl.words(&l.actor), Action: ev.Kind.String(), Outcome: ev.Class,
		Task: ev.Task, Attempt: ev.Attempt, Correlation: pl.words(&t.correlation),
	}
	if r.Outcome == "" {
		r.Outcome = "ok"
	}
	if ev.Step >= 0 {
		r.Step = t.w.steps[ev.Step].Name
	}
	if ev.Kind != event.TaskSubmitted {
		return r
	}
	wf := t.w.workflow(ev.Strategy, ev.Task)
	r.Role, r.Team, r.Workflow = pl.words(&l.role), pl.words(&l.team), fmt.Sprintf("%s/%s@%s", wf.Namespace, wf.Name, wf.Version)
	r.Attempt, r.Step, r.Tags = 0, "", pl.list(&t.tags)
	if p := t.w.guards.privacy; p != nil {
		sum := sha256.Sum256(text(pl.context))
		r.Subject, r.Data, r.Content = p.of(t.w.guards, ev.Task).subject, pl.words(&p.class), hex.EncodeToString(sum[:])
	}
	return r
}

// list is the list of texts that an expression gives; without one nil.
func (pl *payload) list(e *named) []string {
	if e.Expr == nil {
		return nil
	}
	v, err := e.List(pl.begin(e))
	pl.must(e, err)
	return v
}

// count says how far a trail has come, and writes its head down elsewhere.
func (t *trails) count(lane int8) {
	l := t.lanes[lane]
	ev := event.Event{
		Kind: event.TrailCounted, Strategy: lane, Class: event.TrailRecords, Amount: int64(l.Seq), Text: l.Hash,
		Step: event.None, Service: event.None, Effect: event.None,
	}
	t.w.emit(ev)
	t.w.guards.heads = append(t.w.guards.heads, audit.Head{Chain: t.w.run.Strategies[lane].Name, At: int64(t.w.now), Seq: l.Seq, Hash: l.Hash})
	ev.Class, ev.Amount, ev.Text = event.TrailBytes, l.bytes, ""
	t.w.emit(ev)
}

// close counts all trails at the end of the run.
func (t *trails) close() {
	for i, l := range t.lanes {
		if l != nil && l.Seq > 0 {
			t.count(int8(i))
		}
	}
}

// audited tells whether strategies of the scenario may keep records.
func audited(sc *scenario.Scenario) *event.Audit {
	if sc.Audit == nil {
		return nil
	}
	return &event.Audit{Questions: sc.Audit.Questions, Answered: sc.Audit.Answered, Unanswered: sc.Audit.Unanswered, Never: sc.Audit.Never, Always: sc.Audit.Always}
}
