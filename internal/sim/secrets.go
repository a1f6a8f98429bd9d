package sim

import (
	"tasker-sim/internal/engine"
	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// Secrets tells what the tasks of a run carry that must not be seen, and whose it
// is. It is worked out from scenario and seed alone, apart from any run.
type Secrets struct {
	book    *payloads
	subject named
	needles []named
}

// NewSecrets makes the secrets of the scenario with the seed available; nil if the
// scenario has none.
func NewSecrets(sc *scenario.Scenario, seed uint64) *Secrets {
	p := sc.Privacy
	if p == nil {
		return nil
	}
	s := &Secrets{book: newPayloads(sc, dice{seed}), subject: name("privacy.", "subject", p.Subject)}
	for i := range p.Needles {
		s.needles = append(s.needles, name("privacy.needles.", p.Needles[i].Name, p.Needles[i].Expr))
	}
	return s
}

// Names are the names of the needles.
func (s *Secrets) Names() (names []string) {
	for i := range s.needles {
		names = append(names, s.needles[i].short)
	}
	return names
}

// Of are the subject of a task and its needles, in the order of Names; one that it
// does not have is empty. An expression of the scenario that fails is an error.
func (s *Secrets) Of(task int32) (subject string, needles []string, err error) {
	defer func() {
		s.book.forget(task)
		if p, ok := recover().(payloadError); ok {
			err = p.error
		}
	}()
	pl := s.book.get(task)
	for i := range s.needles {
		needles = append(needles, pl.words(&s.needles[i]))
	}
	return pl.words(&s.subject), needles, nil
}

// Kept calls f with what the store holds about the task in each durable strategy:
// its context, and the outputs of its steps.
func Kept(store engine.Store, run *event.Run, task int32, f func(place string, data []byte)) error {
	var names []string
	for i := range run.Strategies {
		if run.Strategies[i].Durable {
			names = append(names, run.Strategies[i].Name)
		}
	}
	for i, strategy := range names {
		history, err := store.Task(engine.TaskID(int(task-1)*len(names) + i + 1))
		if err != nil {
			return err
		}
		first := 0
		for j := range history {
			switch r := &history[j]; {
			case r.Kind == engine.Submitted:
				first = firstOf(run, strategy, r.Class)
				f(Place(strategy, task, "context"), r.Data)
			case r.Kind == engine.Succeeded && len(r.Data) > 0:
				f(Place(strategy, task, run.Steps[first+int(r.Step)].Name), r.Data)
			}
		}
	}
	return nil
}

// firstOf is the first step of the workflow that the engine knows by the reference.
func firstOf(run *event.Run, strategy, ref string) int {
	for i := range run.Workflows {
		w := &run.Workflows[i]
		if (engine.Ref{Namespace: strategy + ":" + w.Namespace, Name: w.Name, Version: w.Version}).String() == ref {
			return w.First
		}
	}
	return 0
}
