//go:build planted

package sim

import (
	"fmt"
	"slices"

	"tasker-sim/internal/event"
	"tasker-sim/internal/scenario"
)

// The mistakes that can be planted, each a way in which a simulator goes wrong
// without falling over.
const (
	PlantStrategyDice  = "each strategy has dice of its own"
	PlantAttemptKey    = "all attempts share one draw"
	PlantOneMore       = "one attempt more than the limit"
	PlantOneLess       = "one attempt less than the limit"
	PlantHalfRate      = "errors half as often"
	PlantWideJitter    = "jitter outside of its range"
	PlantNarrowJitter  = "jitter over half of its range"
	PlantRetryAfter    = "retry-after is ignored"
	PlantNeverHalfOpen = "the breaker never half-opens"
	PlantFromStart     = "times from the first attempt, not from arrival"
	PlantBurstPerCall  = "the burst's state is drawn for each call"
	PlantNoEffect      = "a lost answer had no effect"
	PlantForgetsKeys   = "the service forgets keys"
	PlantOutageEnd     = "an outage includes its end"
)

// Planted lists the mistakes.
func Planted() []string {
	return []string{
		PlantStrategyDice, PlantAttemptKey, PlantOneMore, PlantOneLess, PlantHalfRate, PlantWideJitter, PlantNarrowJitter,
		PlantRetryAfter, PlantNeverHalfOpen, PlantFromStart, PlantBurstPerCall, PlantNoEffect, PlantForgetsKeys, PlantOutageEnd,
	}
}

// planting has the mistake of one world.
type planting struct {
	Plant string // one of [Planted]; "": none
	began map[life]event.Time
}

// life is one task in one strategy.
type life struct {
	lane int8
	task int32
}

// scenario spoils a copy of the scenario, after the run was described by the
// right one.
func (p *planting) scenario(sc *scenario.Scenario) *scenario.Scenario {
	if p.Plant != "" && !slices.Contains(Planted(), p.Plant) {
		panic(fmt.Sprintf("sim: no mistake %q can be planted", p.Plant))
	}
	p.began = map[life]event.Time{}
	c := *sc
	c.Services, c.Workflows = slices.Clone(sc.Services), slices.Clone(sc.Workflows)
	for i := range c.Services {
		p.service(&c.Services[i])
	}
	for i := range c.Workflows {
		steps := slices.Clone(c.Workflows[i].Steps)
		c.Workflows[i].Steps = steps
		for j := range steps {
			switch r := &steps[j].Retry; p.Plant {
			case PlantOneMore:
				r.Limit++
			case PlantOneLess:
				r.Limit = max(1, r.Limit-1)
			}
		}
	}
	return &c
}

func (p *planting) service(s *scenario.Service) {
	switch p.Plant {
	case PlantHalfRate:
		s.Error.Rate /= 2
	case PlantRetryAfter:
		s.Error.Classes = slices.Clone(s.Error.Classes)
		for i := range s.Error.Classes {
			s.Error.Classes[i].RetryAfter = 0
		}
	case PlantNeverHalfOpen:
		if s.Breaker != nil {
			b := *s.Breaker
			b.Cooldown = 10_000 * event.Hour
			s.Breaker = &b
		}
	case PlantOutageEnd:
		s.Windows = slices.Clone(s.Windows)
		for i := range s.Windows {
			s.Windows[i].To++
		}
	}
}

func (p *planting) key(where uint64, id callID) (uint64, int) {
	switch p.Plant {
	case PlantStrategyDice:
		return mix(where + uint64(id.lane)), int(id.attempt)
	case PlantAttemptKey:
		return where, 1
	}
	return where, int(id.attempt)
}

func (p *planting) jitter(u float64) float64 {
	switch p.Plant {
	case PlantWideJitter:
		return 1.2*u - 0.1
	case PlantNarrowJitter:
		return 0.25 + u/2
	}
	return u
}

func (p *planting) tell(e *event.Event) {
	if p.Plant != PlantFromStart {
		return
	}
	id := life{e.Strategy, e.Task}
	at, known := p.began[id]
	switch {
	case e.Kind == event.StepStarted && !known:
		p.began[id] = e.At
	case known && (e.Kind == event.TaskSucceeded || e.Kind == event.TaskFailed || e.Kind == event.TaskParked):
		e.Dur = e.At - at
	}
}

func (p *planting) remembers(there bool) bool { return there && p.Plant != PlantForgetsKeys }

func (p *planting) answer(o outcome) outcome {
	if p.Plant == PlantNoEffect && o.effect && !o.reply {
		o.effect = false
	}
	return o
}

// bad forgets that bursts last: the state is drawn anew at every instant.
func (p *planting) bad(t *timeline, at event.Time) bool {
	if p.Plant != PlantBurstPerCall {
		return t.bad(at)
	}
	share := float64(t.mean[1]) / float64(t.mean[0]+t.mean[1])
	return t.dice.draw(drawBurst, mix(t.where+uint64(at)), 0, 1) < share
}
