package engine

import "errors"

// Call is what a handler gets. Its bytes must not be changed. One that was made
// by hand, for a test of a handler, ignores Save and Choose.
type Call struct {
	Attempt
	Ref     Ref               // the template
	Context []byte            // of the task
	Outputs map[string][]byte // of all complete steps that this one depends on, directly or not

	flight *flight
}

// flight is what a running handler tells its engine beside its result.
type flight struct {
	engine *Engine
	chose  bool
	names  []string
}

// Choose says which children of the step are to run, if the handler returns no
// error; a step that decides must say so, even if it is none. A name that is no
// child's makes the attempt fail for good, with class [ClassChoice].
func (c Call) Choose(names ...string) {
	if c.flight != nil {
		c.flight.chose, c.flight.names = true, names
	}
}

// Save keeps how far the attempt has got; the next one finds it in
// [Attempt].Saved. It returns when that is durable, and the timeout begins again.
// [ErrStale] says that the attempt is over.
func (c Call) Save(p Checkpoint) error {
	if c.flight == nil {
		return nil
	}
	e := c.flight.engine
	return e.do(func(now Time) error { return e.core.Checkpoint(now, c.Attempt, p) })
}

// succeed ends an attempt on the loop the way its handler wanted.
func (e *Engine) succeed(now Time, call *Call, output []byte) error {
	var err error
	if call.flight.chose {
		err = e.core.Choose(now, call.Attempt, output, call.flight.names...)
	} else {
		err = e.core.Succeed(now, call.Attempt, output)
	}
	if errors.Is(err, ErrChoice) {
		return e.core.Fail(now, call.Attempt, Failure{Class: ClassChoice, Message: err.Error(), Permanent: true})
	}
	return err
}
