package sim

import (
	"slices"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// subscriber is somebody who listens to the events of strategies on the engine.
type subscriber struct {
	*scenario.Subscriber
	where uint64 // the key of its draws
}

// thrown is what a subscriber breaks with.
type thrown struct{ text string }

// subscribe takes up the scenario's subscribers.
func (w *World) subscribe() {
	for i := range w.sc.Subscribers {
		s := &w.sc.Subscribers[i]
		w.subscribers = append(w.subscribers, subscriber{s, word("subscriber " + s.Name)})
	}
}

// publish lets the subscribers hear of an event that has happened. Nothing they do
// comes back to the run: the event is written down before they hear of it, and what
// they throw ends here.
func (w *World) publish(ev *event.Event) {
	if ev.Strategy < 0 || !w.run.Strategies[ev.Strategy].Durable {
		return
	}
	for i := range w.subscribers {
		if s := &w.subscribers[i]; slices.Contains(s.On, ev.Kind) {
			w.emit(s.contained(w.dice, ev))
		}
	}
}

// contained hears an event and says what came of it, whatever that was.
func (s *subscriber) contained(d dice, ev *event.Event) (out event.Event) {
	out = event.Event{
		Kind: event.SubscriberTold, Strategy: ev.Strategy, Task: ev.Task, Step: ev.Step, Service: event.None, Effect: event.None, Class: s.Name,
	}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case thrown:
			out.Kind, out.Text = event.SubscriberThrew, r.text
		default:
			panic(r) // a mistake of the program, not of the story
		}
	}()
	route := 0
	if ev.Step >= 0 {
		route = s.ByStep[ev.Step]
	}
	out.Amount, out.Text = int64(route), s.Routes[route]
	s.hear(d, ev)
	return out
}

// hear is the subscriber's own code: it breaks as often as the scenario says.
func (s *subscriber) hear(d dice, ev *event.Event) {
	if s.Throws > 0 && d.draw(drawSubscriber, s.where^mix(uint64(ev.Kind)<<16|uint64(uint16(ev.Step))), int(ev.Task), int(ev.Attempt)) < s.Throws {
		panic(thrown{s.Name + " threw"})
	}
}
