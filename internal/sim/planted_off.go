//go:build !planted

package sim

import (
	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// planting is where mistakes can be planted that `verify` must find (build tag
// planted, see planted_on.go). Here there are none: every call gives back what it
// is given, and the compiler leaves nothing of it.
type planting struct{}

func (planting) scenario(sc *scenario.Scenario) *scenario.Scenario { return sc }
func (planting) key(where uint64, id callID) (uint64, int)         { return where, int(id.attempt) }
func (planting) jitter(u float64) float64                          { return u }
func (planting) tell(*event.Event)                                 {}
func (planting) remembers(there bool) bool                         { return there }
func (planting) answer(o outcome) outcome                          { return o }
func (planting) bad(t *timeline, at event.Time) bool               { return t.bad(at) }
