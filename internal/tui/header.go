package tui

import (
	"fmt"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
	"tasker-sim/internal/report"
)

// drawHeader shows what runs, when it is and how fast, and how much of the run
// is over: the rule below fills from left to right.
func (s *scene) drawHeader(p pane) {
	right := fmt.Sprintf("%s of %s  %s  seed %d", s.run.Clock(s.state.Now), s.run.Length(), s.pace(), s.run.Seed)
	left := p.text(1, 0, "tasker-sim", inkAccent|bold) + 2
	room := p.w - 2 - width(right)
	if s.screen == screenRun || room-left < 24 {
		left = p.clip(left, 0, room-left-1, s.run.Title, inkTitle)
	} else {
		left = p.clip(left, 0, room-left-1, s.crumbs(), inkTitle)
	}
	if room > left {
		s.drawClock(p, room, right)
	}
	s.drawProgress(p)
}

// drawClock writes the clock with its parts in their inks.
func (s *scene) drawClock(p pane, x int, all string) {
	p.text(x+1, 0, all, inkDim)
	x = p.text(x+1, 0, s.run.Clock(s.state.Now), inkText|bold)
	x = p.text(x, 0, " of "+s.run.Length()+"  ", inkDim)
	k := inkOK
	if s.paused || s.ended {
		k = inkRetry
	}
	p.text(x, 0, s.pace(), k|bold)
}

// pace is the speed in words.
func (s *scene) pace() string {
	switch {
	case s.ended && s.state.Ended:
		return "■ ended"
	case s.ended:
		return "■ stopped"
	case s.paused:
		return "‖ paused"
	case s.speed == 0:
		return "▶ max"
	}
	return "▶ " + paceText(s.speed)
}

// paceText writes a speed: "60x", and from an hour a second on "2 h/s" or "1 d/s".
func paceText(speed float64) string {
	const hour, day = 3600, 86400
	switch {
	case speed >= day:
		return fmt.Sprintf("%.3g d/s", speed/day)
	case speed >= hour:
		return fmt.Sprintf("%.3g h/s", speed/hour)
	}
	return fmt.Sprintf("%gx", speed)
}

func (s *scene) drawProgress(p pane) {
	p.hline(0, 1, p.w, '─', inkFaint)
	if s.run.Duration <= 0 {
		return
	}
	done := int(int64(p.w) * int64(min(s.state.Now, s.run.Duration)) / int64(s.run.Duration))
	if s.ended && s.state.Ended { // the last one may have ended before its time was up
		done = p.w
	}
	p.hline(0, 1, done, '━', inkRun)
	for _, f := range s.state.FaultLog {
		if f.Live {
			p.put(clamp(int(int64(p.w)*int64(f.Begin)/int64(s.run.Duration)), 0, p.w-1), 1, '┷', inkFail)
		}
	}
}

// crumbs tells where on the map one stands.
func (s *scene) crumbs() string {
	c := s.run.Scenario
	for _, b := range append(s.back[:len(s.back):len(s.back)], s.screen) {
		if b != screenRun {
			c += " › " + s.screenName(b)
		}
	}
	return c
}

func (s *scene) screenName(x screen) string {
	switch x {
	case screenTasks:
		return s.run.Noun.Many
	case screenTask:
		return s.run.Noun.One + " " + report.Count(int(s.order.task))
	case screenSteps:
		return "steps"
	case screenVerdict:
		return "verdict"
	case screenChaos:
		return "chaos"
	case screenHelp:
		return "keys"
	case screenWhatIf:
		return "what if"
	case screenIncident:
		return "incident"
	case screenFind:
		return "find it yourself"
	}
	return "run"
}

// drawBanner tells of what is broken right now, in place of a rule.
func (s *scene) drawBanner(p pane, y int) {
	p.hline(0, y, p.w, '─', inkFaint)
	text, k := s.alarm()
	if t := s.survival(); t != "" && s.failure == "" {
		text, k = t, inkOK
	}
	if text == "" {
		return
	}
	text = clip(" "+text+" ", p.w-4)
	p.text(2, y, text, k|flipped|bold)
}

// survivalShown is how many buckets of the series long the banner tells of a
// kill; at the usual speed some three seconds.
const survivalShown = 3

// survival tells what the latest kill came to, for a while after it.
func (s *scene) survival() string {
	if len(s.kills) == 0 {
		return ""
	}
	c := &s.kills[len(s.kills)-1]
	if s.state.Now > c.At+survivalShown*s.state.Width() {
		return ""
	}
	t := "killed, back"
	if c.RecoveryMillis > 0 {
		t += fmt.Sprintf(" in %.0f ms", c.RecoveryMillis)
	}
	if s.w < 100 {
		return fmt.Sprintf("%s: %d in flight, %d repeated, %d already done, %d doubled", t, c.InFlight, c.Repeated, c.Met, s.doubled())
	}
	return fmt.Sprintf("%s: %d in flight, %d calls repeated, %d effects already in the ledger, %d doubled", t, c.InFlight, c.Repeated, c.Met, s.doubled())
}

// doubled counts effects that strategies with keys made twice.
func (s *scene) doubled() int {
	n := 0
	for k := range s.state.Strategies {
		if s.run.Strategies[k].Keyed {
			for _, p := range s.state.Strategies[k].Promises {
				n += p.Twice
			}
		}
	}
	return n
}

// alarm is the worst thing that is so now, in a few words.
func (s *scene) alarm() (string, ink) {
	if s.failure != "" {
		return "stopped: " + s.failure, inkFail
	}
	text, breakers := "", s.openBreakers()
	for i := range s.state.Faults {
		f := &s.state.Faults[i]
		if text != "" {
			text += " · "
		}
		text += s.serviceTitle(f.Service) + ": " + spoken(f.Name)
		left := f.Due - s.state.Now
		counting := f.Due > 0 && left > event.Second && f.Live
		if f.Text != "" && (s.w >= 100 || !counting && breakers == "") { // on a small screen the end matters more
			text += ", " + f.Text
		}
		if counting {
			text += ", " + report.Span(left) + " left"
		}
		if f.Name == event.FaultHang {
			text += s.mended()
		}
	}
	if breakers != "" && text != "" {
		text += " · "
	}
	return text + breakers, inkFail
}

// openBreakers names the breakers that are not closed.
func (s *scene) openBreakers() string {
	text := ""
	for k := range s.state.Strategies {
		for i, b := range s.state.Strategies[k].Breakers {
			if b.State == metrics.Closed {
				continue
			}
			if text != "" {
				text += " · "
			}
			text += "breaker open: " + s.serviceTitle(i)
		}
	}
	return text
}

func (s *scene) serviceTitle(i int) string {
	if i < 0 || i >= len(s.run.Services) {
		return "?"
	}
	if t := s.run.Services[i].Title; t != "" {
		return t
	}
	return s.run.Services[i].Name
}
