package scenario

import "tasker-sim/internal/event"

// Incident is a fault of a service that nobody has scheduled an end for: it is
// over, in each strategy for itself, when somebody has mended it.
type Incident struct {
	Service int // index into Scenario.Services
	// At is when it begins at the earliest; the seed draws an instant Within that
	// time after it.
	At, Within event.Time
	Hang       float64    // share of calls that are never answered, once it is full
	Ramp       event.Time // time over which the share grows from 0, linearly; 0: at once
	Cause      string     // what the service says when it is asked how it is
}

// Responder is the person on call: how an incident is noticed, found and mended.
// What they have to look at differs by strategy ([Strategy.Metrics], Traces); how
// long they look at it is declared here.
type Responder struct {
	Every    event.Time // distance at which rules are evaluated
	KPI      KPI
	Alerts   []AlertRule
	Search   Search
	Path     Path
	Sampling float64 // share of tasks whose traces are kept
}

// KPI is the alarm that needs no instruments: conversion, the share of tasks that
// succeed, by buckets. It fires after Buckets of them in a row that are Drop or
// more below the mean of the good ones before, each known Late after its end.
type KPI struct {
	Bucket, Late event.Time
	Buckets      int
	Drop         float64
}

// AlertRule holds as long as more than Share of a step's executions within Window
// are slow, and fires after For. An execution is slow beyond Over, and counts when
// that is known: one that never ends counts too.
type AlertRule struct {
	Name        string
	Step        int // index over the steps of all workflows, as in event.Run.Steps
	Over        event.Time
	Share       float64
	Errors      bool // executions that fail count as slow ones
	Window, For event.Time
	// Raw: an alarm as there was before step metrics. It calls nobody, and
	// strategies with metrics have dropped it.
	Raw bool
}

// Search is diagnosis without traces: logs of services, one after the other.
type Search struct {
	Triage    event.Time // looking at what is green
	Window    event.Time // how much of each log is read, up to the present
	Speed     float64    // lines a minute
	Gap       float64    // share of calls without an end in the log that can be noticed
	Recognise float64    // … and the chance that it is
	Fix       event.Time
}

// Path is diagnosis with a table of slow steps, traces and health endpoints.
type Path struct {
	Window                   event.Time // of the table
	Dashboard, Trace, Health event.Time
	DetourFrom, DetourTo     event.Time // what a wrong track costs
	Fix                      event.Time
}
