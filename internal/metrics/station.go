package metrics

import "tasker-sim/internal/event"

// Station is a service with a limited number of servers, as one strategy finds it.
type Station struct {
	Servers int // 0: any number, and nothing is counted here
	// Served are the calls that were worked on; Late of them those whose caller
	// was gone when the work was done: the service's time for nothing.
	Served, Late int
	// Dropped left the line undone: Expired since their caller was gone, the others
	// were refused, since the line was too long.
	Dropped, Expired int
	Line             int        // calls in line when it was last heard of
	Longest          int        // the longest line
	Wait             *Histogram // time in line of the calls that were worked on, µs
	Busy             event.Time // work done and under way, over all servers
}

func newStations(run *event.Run) []Station {
	list := make([]Station, len(run.Services))
	for i := range list {
		list[i].Servers = run.Services[i].Servers
		list[i].Wait = &Histogram{}
	}
	return list
}

// Remedy is a mechanism that was switched by hand.
type Remedy struct {
	Name  string
	On    bool
	Since event.Time
}

func (s *State) applyWork(e *event.Event) {
	q := &s.Strategies[e.Strategy].Stations[e.Service]
	if e.Kind == event.WorkDropped {
		q.Dropped++
		if e.Class == event.ClassExpired {
			q.Expired++
		}
		q.Line = max(0, q.Line-1)
		return
	}
	q.Served++
	q.Busy += e.Due - e.At
	if e.Class == event.ClassLate {
		q.Late++
	}
	q.Wait.Record(e.Dur)
	q.Line = int(e.Amount)
	q.Longest = max(q.Longest, q.Line)
}

func (s *State) applyRemedy(e *event.Event) {
	s.Live = true
	st := &s.Strategies[e.Strategy]
	now := Remedy{Name: e.Class, On: e.Text == "on", Since: e.At}
	for i := range st.Remedies {
		if st.Remedies[i].Name == now.Name {
			st.Remedies[i] = now
			return
		}
	}
	st.Remedies = append(st.Remedies, now)
}

// answered counts a call that was of use.
func (st *Strategy) answered(e *event.Event) { st.minute(e.At).Answered++ }

// work: a service takes a call up once it has begun, and is done with it later.
func (c *checker) work(e *event.Event) bool {
	c.hold(e.Dur >= 0 && (e.Kind == event.WorkDropped || e.Due >= e.At), e, "work ends before it begins")
	return true
}
