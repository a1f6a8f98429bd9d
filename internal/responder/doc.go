// Package responder is the person on call. A [Desk] folds the events of one
// strategy, as its instruments show them, evaluates the alarms over them, and
// when one calls, does what people do: reads logs, or follows a slow task's trace,
// until it is found what is broken and that is mended. What people cost is
// declared by the scenario; what they come to follows from the events.
//
// A desk is a function of the events that it was given and of the time up to
// which it was let go. So a run that goes on after a crash gives the past to a
// new desk, throws away what that does, and goes on with it.
package responder
