package tui

import (
	tea "charm.land/bubbletea/v2"
	"fmt"
	"tasker-sim/internal/event"
)

type listView struct{ typing bool }
type orderView struct{ task int32 }

func (o *orderView) take(detailMsg) {}

type stepsView struct{}
type chaosView struct{}
type helpView struct{}
type detailMsg struct{}

func (s *scene) drawTasks(p pane)     {}
func (s *scene) drawOrder(p pane)     {}
func (s *scene) drawSteps(p pane)     {}
func (s *scene) drawVerdict(p pane)   {}
func (s *scene) drawChaos(p pane)     {}
func (s *scene) drawHelp(p pane)      {}
func (m *Model) typeSearch(k tea.Key) {}
func openFailed(m *Model)             {}
func openChaos(m *Model)              {}
func openSteps(m *Model)              {}
func outage(m *Model) tea.Cmd         { return nil }
func clearFaults(m *Model) tea.Cmd    { return nil }
func redriveAll(m *Model) tea.Cmd     { return nil }
func tasksActions() []action          { return nil }
func orderActions() []action          { return nil }
func stepsActions() []action          { return nil }
func chaosActions() []action          { return nil }
func helpActions() []action           { return nil }
func verdictActions() []action        { return nil }
func clean(s string) string           { return s }
func count(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
func money(c int64) string           { return "$" + count(int(c/100)) }
func hours(h float64) string         { return fmt.Sprintf("%.1f h", h) }
func decimal(x float64) string       { return fmt.Sprintf("%.0f", x) }
func span(t event.Time) string       { return fmt.Sprintf("%.1f s", t.Seconds()) }
func share(x float64) string         { return fmt.Sprintf("%.2f %%", 100*x) }
func shortClock(t event.Time) string { return t.Clock()[2:] }
func needText(w, h int) string {
	return fmt.Sprintf("need %d×%d, have %d×%d", leastWidth, leastHeight, w, h)
}

type impact struct {
	tickets int
	hours   float64
}

func (s *scene) impact(k int) impact {
	i := s.state.Impact(k)
	return impact{int(i.SupportTickets + .5), i.ManualRecoveryHours}
}
func (s *scene) rate(k int) (failed, n int) { r := s.state.FirstPassRate(k); return r.K, r.N }
func (s *scene) interval(k int) (low, high float64) {
	r := s.state.FirstPassRate(k)
	return r.Interval.Low, r.Interval.High
}
func worth(k event.Kind) bool {
	switch k {
	case event.TaskFailed, event.TaskParked, event.TaskRedriven, event.StepRetrying, event.FaultBegan, event.FaultEnded, event.BreakerOpened, event.BreakerClosed:
		return true
	}
	return false
}
func sentence(run *event.Run, e *event.Event) string {
	switch e.Kind {
	case event.FaultBegan, event.FaultEnded:
		return run.Services[e.Service].Title + " " + e.Class + ": " + e.Text
	}
	return fmt.Sprintf("%s %s %s: %s at %s (%s)", run.Strategies[e.Strategy].Name, run.Noun.One, count(int(e.Task)), e.Kind, run.Steps[max(e.Step, 0)].Name, e.Class)
}
