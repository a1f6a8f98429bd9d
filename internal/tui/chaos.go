package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
	"tasker-sim/internal/report"
)

// chaosView is what is chosen in the chaos console.
type chaosView struct{ service, fault int }

// faultKind is a fault that a key can begin.
type faultKind struct {
	title, means string // for people
	fault        string // in the fault language, see [event.Injector]
}

// term is the fault at a service, or what happens to the process.
func (f faultKind) term(service string) string {
	if f.fault == "crash" {
		return f.fault
	}
	return service + ": " + f.fault
}

// faultKinds are the faults on offer. Any other can be typed.
var faultKinds = [...]faultKind{
	{"outage, 30 s", "every call is refused", "outage for 30s"},
	{"outage, 3 min", "every call is refused", "outage for 3m"},
	{"brown-out, 3 min", "half refused, the rest 3× slower", "brownout(rate=50%, lat=x3) for 3m"},
	{"slowness, 3 min", "all answered, 10× slower", "brownout(rate=0%, lat=x10) for 3m"},
	{"hang, 3 min", "nobody answers: callers time out", "hang for 3m"},
	{"lost answers, 3 min", "a fifth is done, its answer lost", "20%lost_response for 3m"},
	{"resets, 3 min", "a fifth is done, then cut off", "20%reset(after) for 3m"},
	{"duplicates, 3 min", "a fifth of requests comes twice", "20%duplicate for 3m"},
	{"late arrivals, 3 min", "a fifth of requests comes 40 s late", "20%late(delay=40s) for 3m"},
	{"rate limit, 3 min", "30 calls a minute, the rest 429", "rate_limit(calls=30, burst=5, retry_after=20s) for 3m"},
	{"bursts, 3 min", "30 s good, 10 s bad, in turn", "ge(good=30s, e=0%; bad=10s, e=90%) for 3m"},
	{"poison, 3 min", "1 % of payloads never get through", "1%poison for 3m"},
	{"sticky errors, 3 min", "a key meets its error again", "idempotency(replay_all) for 3m"},
	{"loss of memory", "the process forgets and comes back", "crash"},
}

func chaosActions() []action {
	return []action{
		on("enter", "begin the fault", "begin", injectChosen, "enter").unless(cannotInject),
		on("↑ ↓", "choose a service", "service", steer(chooseService), "up", "k", "down", "j"),
		on("← →", "choose a fault", "fault", steer(chooseFault), "left", "h", "right", "l"),
		on(":", "say a fault in its language", "type", typeFault, ":", "/").unless(cannotInject),
		on("c", "clear every fault injected by hand", "clear", clearFaults, "c").unless(cannotInject),
		on("esc", "back to the run", "back", plain(func(m *Model) { m.leave() }), "esc", "backspace", "x"),
	}
}

// openChaos shows the console with the cursor on the riskiest service.
func openChaos(m *Model) {
	if len(m.run.Services) > 0 && m.chaos == (chaosView{}) {
		m.chaos = chaosView{service: m.busiest(), fault: 1}
	}
	m.open(screenChaos)
}

func chooseService(m *Model, by int) {
	m.chaos.service = clamp(m.chaos.service+by, 0, max(len(m.run.Services)-1, 0))
}

func chooseFault(m *Model, by int) {
	m.chaos.fault = clamp(m.chaos.fault+by, 0, len(faultKinds)-1)
}

func injectChosen(m *Model) tea.Cmd {
	if len(m.run.Services) == 0 {
		return nil
	}
	return m.inject(m.chaos.service, faultKinds[m.chaos.fault])
}

// Rows of the console: the least for faults, of two rows each, and what else a
// high screen keeps below them.
const (
	leastFaults = 8
	roomBelow   = 22
)

// drawChaos draws the console: services on the left, faults on the right, below
// what was injected so far, and what it does to the steps.
func (s *scene) drawChaos(p pane) {
	services := len(s.run.Services)
	p.clip(1, 0, p.w-2, "Every strategy meets the same fault. It goes on the journal and replays.", inkDim)
	top := clamp(max(services, leastFaults, min(2*len(faultKinds), p.h-roomBelow))+2, 4, p.h-5)
	left := clamp(p.w/2, 30, 60)
	s.drawServices(p.part(0, 2, left, top-1))
	p.vline(left, 2, top-1, '│', inkFaint)
	s.drawFaults(p.part(left+2, 2, p.w-left-3, top-1))
	s.drawRule(p.part(0, top+1, p.w, 1))
	low := p.part(0, top+2, p.w, p.h-top-2)
	if graph, bars := s.graphHeight(p.w-2, 5), len(s.state.Strategies); low.h >= graph+bars+4 {
		y := low.h - graph - bars - 1
		s.drawBanner(low.part(0, y, p.w, 1), 0)
		s.drawGraphs(low.part(1, y+1, p.w-2, graph))
		s.drawSparks(low.part(0, y+1+graph, p.w, bars))
		low = low.part(0, 0, p.w, y)
	}
	if low = low.part(1, 0, p.w-2, low.h); s.prompt.on {
		s.drawPrompt(low)
		return
	}
	s.drawJournal(low)
}

func (s *scene) drawServices(p pane) {
	p.text(3, 0, "service", inkDim)
	p.right(p.w-1, 0, "failing now", inkDim)
	rows := p.h - 1
	from := scroll(0, s.chaos.service, rows, len(s.run.Services))
	for y := 0; y < rows && from+y < len(s.run.Services); y++ {
		i := from + y
		glyph, k := '✓', inkOK
		if s.troubled(i) {
			glyph, k = '✗', inkFail
		}
		p.put(3, 1+y, glyph, k|bold)
		x := p.clip(5, 1+y, p.w-22, s.serviceTitle(i), inkText)
		p.clip(x+1, 1+y, p.w-x-8, s.breakerWord(i), inkRetry)
		p.right(p.w-1, 1+y, s.failingNow(i), inkText)
		if i == s.chaos.service {
			p.put(1, 1+y, '▶', inkAccent|bold)
			p.mark(1, 1+y, p.w-1, picked)
		}
	}
}

// breakerWord tells of a service's breaker unless it is closed.
func (s *scene) breakerWord(service int) string {
	for k := range s.state.Strategies {
		switch b := s.state.Strategies[k].Breakers[service]; b.State {
		case metrics.Open:
			return "breaker open"
		case metrics.HalfOpen:
			return "breaker probes"
		}
	}
	return ""
}

// failingNow is the share of the last minute's attempts at a service that
// failed, over all strategies.
func (s *scene) failingNow(service int) string {
	failed, n := 0, 0
	for k := range s.state.Strategies {
		for i := range s.run.Steps {
			if s.run.Steps[i].Service == service {
				f, all := s.state.Strategies[k].Steps[i].RecentRate(s.state.Now)
				failed, n = failed+f, n+all
			}
		}
	}
	if n == 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f%%", 100*float64(failed)/float64(n))
}

func (s *scene) drawFaults(p pane) {
	p.text(2, 0, "fault", inkDim)
	p.right(p.w, 0, fmt.Sprintf("%d of %d", s.chaos.fault+1, len(faultKinds)), inkDim)
	y, rows := 1, max((p.h-1)/2, 1)
	from := scroll(0, s.chaos.fault, rows, len(faultKinds))
	for i := from; i < min(from+rows, len(faultKinds)); i++ {
		k, f := inkText, faultKinds[i]
		if i == s.chaos.fault {
			p.put(0, y, '▶', inkAccent|bold)
			k = inkText | bold
		}
		p.clip(2, y, p.w-2, f.title, k)
		if i == s.chaos.fault {
			p.mark(0, y, p.w, picked)
		}
		p.clip(4, y+1, p.w-4, f.means, inkDim)
		y += 2
	}
}

// drawJournal lists what was injected by hand, newest first, and what the run
// was given beforehand.
func (s *scene) drawJournal(p pane) {
	p.text(0, 0, "injected so far", inkDim)
	y := 1
	for i := len(s.state.FaultLog) - 1; i >= 0 && y < p.h; i-- {
		f := &s.state.FaultLog[i]
		if !f.Live {
			continue
		}
		s.drawInjected(p.part(0, y, p.w, 1), f)
		y++
	}
	for _, term := range s.run.Journal {
		p.clip(0, y, p.w, "beforehand: "+term, inkDim)
		y++
	}
	if y == 1 {
		p.text(0, 1, "nothing", inkPend)
	}
}

func (s *scene) drawInjected(p pane, f *metrics.Fault) {
	glyph, k, when := '✗', inkFail, s.run.Clock(f.Begin)+" until cleared"
	switch {
	case f.End > 0:
		glyph, k, when = '✓', inkDim, s.run.Clock(f.Begin)+" – "+s.run.Clock(f.End)
	case f.Due > 0:
		when = fmt.Sprintf("%s, %s left", s.run.Clock(f.Begin), report.Span(max(f.Due-s.state.Now, event.Time(0))))
	}
	p.put(0, 0, glyph, k|bold)
	x := p.text(2, 0, when, k) + 2
	text := s.serviceTitle(f.Service) + ": " + spoken(f.Name)
	if f.Text != "" {
		text += ", " + f.Text
	}
	p.clip(x, 0, p.w-x, text, inkText)
}
