package event

// Source yields the events of a run up to a horizon. A live world and a
// recorded tape are the same thing to everyone downstream.
type Source interface {
	// Run describes the run. It does not change.
	Run() *Run
	// Advance moves the horizon to until and returns, in order, the events after
	// the previous horizon and up to the new one. What it returns is durable. The
	// slice belongs to the caller until the next call. At the end of the run it
	// returns the last events with [io.EOF].
	Advance(until Time) ([]Event, error)
}

// As finds the first source in the chain of wrappers around src that is also a
// T: an [Injector], a [Detailer].
func As[T any](src Source) (T, bool) {
	for src != nil {
		if t, ok := src.(T); ok {
			return t, true
		}
		w, ok := src.(interface{ Unwrap() Source })
		if !ok {
			break
		}
		src = w.Unwrap()
	}
	var none T
	return none, false
}

// Injector is what a live Source offers beside: faults at the operator's hand.
// A tape does not implement it.
type Injector interface {
	// Inject begins a fault right after the present horizon. term is in the
	// fault language: "payment_gateway: outage for 3m". The fault is durable on
	// the journal before it acts.
	Inject(term string) error
	// Clear ends every live fault at once.
	Clear() error
	// Redrive asks for a parked task to be driven again by the operator; task 0
	// stands for all that are parked.
	Redrive(strategy int, task int32) error
}

// Survivor is what a live Source offers that goes on after a kill of its process.
type Survivor interface {
	// Survived are the kills so far, the latest last.
	Survived() []Survival
}

// Survival is what one kill of the process came to.
type Survival struct {
	// At is where virtual time stood and went on.
	At Time `json:"at"`
	// InFlight is the number of tasks that were running, over all strategies.
	InFlight int `json:"in_flight"`
	// Repeated counts the calls that were made again under their old key.
	Repeated int `json:"repeated_calls"`
	// Met counts the effects that the ledger already held although the engine did
	// not know of them: none was made twice.
	Met int `json:"effects_already_there"`
	// Lost are the tasks that ended because their process died.
	Lost int `json:"lost"`
	// RecoveryMillis is the wall-clock time from the start of the new process
	// until the run could go on.
	RecoveryMillis float64 `json:"recovery_ms"`
}

// Detail is what one attempt was given and gave back, as JSON text.
type Detail struct {
	Input  string
	Output string
}

// Detailer tells the payloads behind an attempt, on demand. Task and step are
// as in an [Event].
type Detailer interface {
	// Context is the task's input: the order as it was submitted.
	Context(task int32) string
	// Detail is the input of the step and, if it completed, its output.
	Detail(strategy int, task int32, step int) Detail
}
