package telemetry

// kind is what sort of metric a family is.
type kind uint8

const (
	counter kind = iota
	gauge
	histogram
)

// String is the word for the kind in the Prometheus text format.
func (k kind) String() string { return [...]string{"counter", "gauge", "histogram"}[k] }

// family is one metric with all its series. docs/telemetry.md has the same table;
// a test holds it to this one.
type family struct {
	name   string
	kind   kind
	unit   string // in the notation of OTLP: "s", "{task}"
	labels string // names, parted by spaces
	help   string
}

// id is a family, as an index into families.
type id int

const (
	tasksStarted id = iota
	tasksEnded
	tasksParked
	tasksRedriven
	tasksRunning
	tasksParkedNow
	taskDuration
	revenue
	stepAttempts
	stepRetries
	stepFailures
	stepDeferred
	stepSkipped
	stepFallbacks
	stepRunning
	stepDuration
	effects
	effectsRepeated
	breakerOpened
	breakerState
	alertsFired
	alertsFiring
	work
	workWait
	children
	releases
	auditTrail
	simMisrouted
	simSecrets
	simFaults
	simDeaths
	simTime
	familyEnd
)

const (
	ofTask = "strategy namespace task_name version"
	ofStep = "strategy namespace task_name version step service"
)

// families describes every metric.
var families = [familyEnd]family{
	tasksStarted:    {"tasker_tasks_started_total", counter, "{task}", ofTask, "tasks that were submitted"},
	tasksEnded:      {"tasker_tasks_total", counter, "{task}", ofTask + " status", "tasks that ended: completed, failed, declined or rejected"},
	tasksParked:     {"tasker_tasks_parked_total", counter, "{task}", ofTask, "times a task gave up for now and was kept"},
	tasksRedriven:   {"tasker_tasks_redriven_total", counter, "{task}", ofTask + " cause", "times a parked task was driven again: recovery, operator or restart"},
	tasksRunning:    {"tasker_tasks_running", gauge, "{task}", ofTask, "tasks that run now"},
	tasksParkedNow:  {"tasker_tasks_parked", gauge, "{task}", ofTask, "tasks that are parked now"},
	taskDuration:    {"tasker_task_duration_seconds", histogram, "s", ofTask + " status", "time from submission to the end of a task"},
	revenue:         {"tasker_business_revenue_impact_cents_total", counter, "{cent}", ofTask + " impact_type", "worth of the tasks that succeeded (processed) and failed (loss)"},
	stepAttempts:    {"tasker_step_attempts_total", counter, "{attempt}", ofStep, "attempts that began"},
	stepRetries:     {"tasker_step_retries_total", counter, "{attempt}", ofStep, "attempts that began after a step's first"},
	stepFailures:    {"tasker_step_failures_total", counter, "{attempt}", ofStep + " error_type final_failure", "attempts that failed; final: no other follows by itself"},
	stepDeferred:    {"tasker_step_deferred_total", counter, "{step}", ofStep, "times a step had to wait without spending an attempt"},
	stepSkipped:     {"tasker_step_skipped_total", counter, "{step}", ofStep, "steps that a task did not need, or that the strategy has not got"},
	stepFallbacks:   {"tasker_step_fallbacks_total", counter, "{step}", ofStep, "steps that count as done with a lesser result"},
	stepRunning:     {"tasker_step_running", gauge, "{attempt}", ofStep, "attempts that began and have no answer yet"},
	stepDuration:    {"tasker_step_duration_seconds", histogram, "s", ofStep, "latency of finished attempts, good and bad"},
	effects:         {"tasker_effects_total", counter, "{effect}", "strategy service effect", "what services did to the world: charges, orders, mails"},
	effectsRepeated: {"tasker_effects_repeated_total", counter, "{effect}", "strategy service effect", "calls that met their own effect, so that nothing was done twice"},
	breakerOpened:   {"tasker_breaker_opened_total", counter, "{time}", "strategy service", "times a circuit breaker opened"},
	breakerState:    {"tasker_breaker_state", gauge, "{state}", "strategy service", "state of a circuit breaker: 0 closed, 1 half open, 2 open"},
	alertsFired:     {"tasker_alerts_total", counter, "{alert}", "strategy alert", "times a rule of the scenario that watches the strategy began to hold"},
	alertsFiring:    {"tasker_alerts_firing", gauge, "{alert}", "strategy alert", "whether the rule holds now, 0 or 1"},
	work:            {"tasker_service_work_total", counter, "{call}", "strategy service outcome", "calls at services with a limited number of servers: began, late (nobody waits any more), or why they left the line undone"},
	workWait:        {"tasker_service_queue_seconds", histogram, "s", "strategy service", "time in line before the work began"},
	children:        {"tasker_children_total", counter, "{task}", ofStep + " outcome", "work handed over to another workflow: created, met (was there already), done or failed"},
	releases:        {"tasker_releases_total", counter, "{release}", "strategy team outcome", "releases of workflows: built, sent_back, approved, refused, registered, overwrote; collisions noticed and settled, contracts adapted"},
	auditTrail:      {"tasker_audit_trail", gauge, "{item}", "strategy what", "how long the audit trail is, in records and in bytes"},
	simMisrouted:    {"tasker_sim_tasks_misrouted_total", counter, "{task}", "strategy", "tasks that ran another team's workflow; no real system could tell"},
	simSecrets:      {"tasker_sim_secrets_seen_total", counter, "{secret}", "strategy where", "secrets written where they do not belong; no real system could tell"},
	simFaults:       {"tasker_sim_faults", gauge, "{fault}", "service", "faults that are open now; no real system could tell"},
	simDeaths:       {"tasker_sim_process_deaths_total", counter, "{time}", "", "kills that the run survived"},
	simTime:         {"tasker_sim_virtual_seconds", gauge, "s", "", "virtual time since the start of the run"},
}
