package crash

import (
	"fmt"
	"slices"
	"testing"

	"tasker-sim/internal/engine"
)

// TestJudgeNotices tampers with the evidence of an honest story: the judge names
// the promise that looks broken then.
func TestJudgeNotices(t *testing.T) {
	if testing.Short() {
		t.Skip("it is about the judge only")
	}
	tests := []struct {
		name   string
		tamper func(s *story)
		want   string
	}{
		{"an acknowledged task is gone", func(s *story) { delete(s.final().history, s.taskOf("order4")) }, "P1"},
		{"a key leads elsewhere", func(s *story) { s.lives[0].left.keys["order0"]++ }, "P1"},
		{"another number was acknowledged", func(s *story) { s.lives[1].said = append(s.lives[1].said, "ack order0 99") }, "P1"},
		{"an acknowledged redrive is gone", func(s *story) {
			s.lives[1].said = append(s.lives[1].said, fmt.Sprintf("redriven %s %d", s.never(), s.taskOf(s.never())))
		}, "P1"},
		{"history is rewritten", func(s *story) { s.lives[0].left.history[1][0].At++ }, "P1"},
		{"the last process did not come to its end", func(s *story) { s.lives[1].code = 2 }, "P2"},
		{"an order stands still", func(s *story) { s.cut("order2", 1) }, "P2"},
		{"an effect is done twice", func(s *story) { s.ledger = append(s.ledger, s.first("effect")) }, "P3"},
		{"an effect is missing", func(s *story) {
			s.ledger = slices.DeleteFunc(s.ledger, func(l line) bool { return l == s.first("effect") })
		}, "P3"},
		{"an attempt is called twice", func(s *story) { s.ledger = append(s.ledger, s.first("call")) }, "P4"},
		{"a completed step is called again", func(s *story) {
			for id, h := range s.lives[0].left.history {
				for _, r := range h {
					if r.Kind == engine.Succeeded {
						s.ledger = append(s.ledger, line{what: "call", process: 2, task: id, step: s.stepName(r.Step), n: 9})
						return
					}
				}
			}
		}, "P4"},
		{"a task ends otherwise", func(s *story) { s.end("order1").Kind = engine.Cancelled }, "P5"},
		{"an attempt is refunded", func(s *story) { s.some(engine.Started).Attempt++ }, "P6"},
		{"a wait took longer", func(s *story) { s.some(engine.Retrying).Due-- }, "P6"},
		{"a breaker is forgotten", func(s *story) {
			s.final().history[0] = append(s.final().history[0], engine.Record{Kind: engine.BreakerClosed, At: 1}, engine.Record{Kind: engine.BreakerClosed, At: 2})
		}, "P6"},
	}
	for _, tt := range tests {
		s := &story{plan: plan{"linear", *seed, 14, never}, dir: t.TempDir()}
		s.start(t, death{lines: 60})
		s.finish(t)
		if found := judge(s); len(found) > 0 {
			t.Fatalf("an honest story: %v", found)
		}
		tt.tamper(s)
		if found := judge(s); !slices.ContainsFunc(found, func(f finding) bool { return f.promise == tt.want }) {
			t.Errorf("%s: found %v, want %s", tt.name, found, tt.want)
		}
	}
}

// never is an order that was never driven again.
func (s *story) never() string {
	for i := range s.orders {
		if order := s.order(i); !slices.ContainsFunc(s.final().history[s.taskOf(order)], func(r engine.Record) bool { return r.Kind == engine.Redriven }) {
			return order
		}
	}
	return ""
}

// cut takes records off the end of an order.
func (s *story) cut(order string, n int) {
	h := s.final().history
	id := s.taskOf(order)
	h[id] = h[id][:len(h[id])-n]
}

func (s *story) end(order string) *engine.Record {
	h := s.final().history[s.taskOf(order)]
	return &h[len(h)-1]
}

// some is a record of a step of nobody's service.
func (s *story) some(k engine.Kind) *engine.Record {
	for i := range s.orders {
		h := s.final().history[s.taskOf(s.order(i))]
		for j := range h {
			if h[j].Kind == k && s.template().Steps[h[j].Step].Service == "" {
				return &h[j]
			}
		}
	}
	return nil
}

// first is the first line of the ledger of a kind.
func (s *story) first(what string) line {
	return s.ledger[slices.IndexFunc(s.ledger, func(l line) bool { return l.what == what })]
}
