package scenario

import "tasker-sim/internal/event"

// load reads how tasks arrive and how long that may take.
func (r *reader) load(o *object) {
	l := &r.s.Load
	l.Tasks, _ = read(o, counts(), field{key: "tasks", need: true, low: 1, high: 10_000_000, doc: "number of tasks that arrive"})
	l.Every, _ = read(o, times(), field{key: "every", def: "0s", rare: true, doc: "they arrive one by one at this distance; 0s: at random"})
	how, _ := read(o, words("arrivals", "random", "steady"), field{key: "arrivals", def: "random", rare: true, words: []string{"random", "steady"}, doc: "random: independent of each other; steady: one in each of equal lengths of time"})
	l.Steady = how == "steady"
	until := r.duration(o)
	var at place
	l.Peak, at = read(o, peaks(), field{key: "peak", def: "off", rare: l.Every > 0, doc: "arrivals FACTOR times as dense: FACTORx@FROM/LENGTH"})
	switch p := l.Peak; {
	case p != nil && l.Every > 0:
		r.fail(at, "", "load.peak and load.every do not go together: tasks on a schedule have no peak")
	case p != nil && l.Duration > 0 && p.At+p.Length > l.Duration:
		r.fail(culprit(until, at), "", "load.peak ends at %s, after load.duration (%s)", writeTime(p.At+p.Length), writeTime(l.Duration))
	}
	l.Begins, at = read(o, times(), field{key: "begins", def: "0s", rare: true, high: float64(24*event.Hour - 1), doc: "time of day at which the first task arrives, since midnight"})
	if l.Begins > 0 && l.Every == 0 {
		r.fail(at, "", "load.begins needs load.every: only a schedule has a time of day")
	}
	l.Deadline, _ = read(o, times(), field{key: "deadline", def: "0s", rare: true, doc: "by when a task should have succeeded, from its arrival; 0s: none"})
	l.Patience, _ = read(o, times(), field{key: "patience", def: "10s", rare: true, low: 1, doc: "a wait for the outcome beyond this is a long one"})
	l.Speed, _ = read(o, speeds(), field{key: "speed", def: "60x", rare: true, doc: "virtual seconds a second at which the dashboard shows the run"})
	o.done()
}

// duration reads over which time tasks arrive. On a schedule it follows from
// their number; if it is given all the same, it bounds their number.
func (r *reader) duration(o *object) (at place) {
	l := &r.s.Load
	scheduled := l.Every > 0
	l.Duration, at = read(o, times(), field{key: "duration", need: !scheduled, unless: "every", rare: scheduled, def: "0s", low: 1, doc: "time over which they arrive"})
	if !scheduled {
		return at
	}
	if l.Duration > 0 {
		l.Tasks = min(l.Tasks, int((l.Duration+l.Every-1)/l.Every))
	}
	if most := int(maxSchedule / l.Every); l.Tasks > most {
		r.fail(at, "", "a schedule may last %s, which is %d tasks every %s, not %d", writeTime(maxSchedule), most, writeTime(l.Every), l.Tasks)
		return at
	}
	l.Duration = event.Time(l.Tasks) * l.Every
	return at
}

// maxSchedule is the longest schedule: a hundred years of 365 days.
const maxSchedule = 36_500 * 24 * event.Hour

// onCall reads who is called when a task stops; nil: nobody.
func (r *reader) onCall(o *object) *OnCall {
	if o == nil {
		return nil
	}
	c := &OnCall{}
	c.After, _ = read(o, times(), field{key: "after", need: true, low: 1, doc: "time from the call until the person has acted"})
	c.Limit, _ = read(o, counts(), field{key: "limit", def: "10", low: 1, high: 100, doc: "how often somebody is called for one task"})
	o.done()
	return c
}
