package report

import (
	"strings"

	"tasker-sim/internal/metrics"
)

// Listener is what became of the events that a subscriber heard.
type Listener struct {
	Told  object[int] `json:"told"`  // events, by whom it told of them
	Threw int         `json:"threw"` // events at which it broke; the run did not mind
}

// listeners are the subscribers of a strategy; nil: nobody listens to it.
func listeners(s *metrics.State, k int) object[Listener] {
	var o object[Listener]
	if !s.Run.Strategies[k].Durable {
		return nil
	}
	for i, sub := range s.Run.Subscribers {
		l := &s.Strategies[k].Listeners[i]
		var told object[int]
		for j, name := range sub.Routes {
			told = append(told, member[int]{name, l.Told[j]})
		}
		o = append(o, member[Listener]{sub.Name, Listener{told, l.Threw}})
	}
	return o
}

// addNews adds rows about rows that were kept and about who was told.
func (r *Result) addNews(add func(string, func(int, *metrics.Strategy) string)) {
	kept := func(st *metrics.Strategy) (n int64) {
		for i := range st.Steps {
			n += st.Steps[i].Kept
		}
		return n
	}
	batches := false
	for k := range r.state.Strategies {
		for i := range r.state.Strategies[k].Steps {
			batches = batches || r.state.Strategies[k].Steps[i].Batches > 0
		}
	}
	if batches {
		add("rows not done again", func(_ int, st *metrics.Strategy) string { return Count(int(kept(st))) })
	}
	for i, sub := range r.run.Subscribers {
		add(words(sub.Name)+" told", func(k int, st *metrics.Strategy) string {
			if !r.run.Strategies[k].Durable {
				return "nobody listens"
			}
			var parts []string
			for j, name := range sub.Routes {
				if n := st.Listeners[i].Told[j]; n > 0 {
					parts = append(parts, words(name)+" "+Count(n))
				}
			}
			return strings.Join(append(parts, "threw "+Count(st.Listeners[i].Threw)), ", ")
		})
	}
}
