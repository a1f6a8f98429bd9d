// Package telemetry shows a run to the tools with which real systems are watched:
// metrics on a Prometheus endpoint, and traces, metrics and logs over OTLP. It is
// a reader of the event stream like the tape and the fold; nothing comes back
// from it into the run.
//
// # What is made of the events
//
// A task is a trace, a step a span, an attempt a child span of its step. Retries,
// deferrals and effects are events of spans, and what is worth a sentence is a log
// record that bears the ids of its span. A strategy is a service of its own, so
// that the two lives of an order stand side by side; both have one correlation
// id. Ids are functions of the run's description, the strategy, the task, the step
// and the attempt: the same run has the same ids. Virtual time is counted from an
// epoch that the caller declares.
//
// # A run is never hurt
//
// Counting is done where the events pass ([Tap.Advance]) and touches memory only.
// Everything else happens beside the run, behind a bounded queue. If the queue is
// full, whole tasks are left out, and the [Account] at the end says how many. A
// receiver that is slow, away or wrong costs its own data and nothing else. Only
// a source that is a recording may be made to wait for its receiver.
package telemetry
