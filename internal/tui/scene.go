package tui

import (
	tea "charm.land/bubbletea/v2"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// screen names a full picture.
type screen uint8

const (
	screenRun screen = iota
	screenTasks
	screenTask
	screenSteps
	screenVerdict
	screenChaos
	screenHelp
	screenWhatIf
	screenIncident
	screenFind
)

// scene is all that a panel may look at: the fold, the clock and where the
// person stands. Drawing changes nothing in it that is seen.
type scene struct {
	player
	run   *event.Run
	state *metrics.State
	log   *metrics.Log
	feed  feed
	theme *theme
	w, h  int

	live       bool // the source takes faults
	detailed   bool // the source tells payloads
	canRestart bool
	canAsk     bool             // what the run would come to with other parameters
	canKill    bool             // somebody brings the run back
	kills      []event.Survival // of this run, the latest last
	repeat     string

	screen     screen
	back       []screen // where esc leads, last first
	notice     notice
	failure    string // why the source stopped before its end
	big        bool   // one large figure for each strategy and little else
	caption    captions
	list       listView
	order      orderView
	steps      stepsView
	chaos      chaosView
	prompt     prompt
	verdictTop int // first row shown of a verdict that is longer than the screen
	help       helpView
	whatIf     whatIfView

	incident incidentView
	game     findView
	graphs   graphCache
}

// notice is a short answer to a key.
type notice struct {
	text string
	bad  bool
}

// logLimit is how many tasks can be looked into; see [metrics.Log].
const logLimit = 10_000

// newScene is the scene at a run's beginning. What the person chose before (the
// theme, the size, the speed) is kept.
func newScene(src event.Source, old scene) scene {
	run := src.Run()
	s := scene{run: run, state: metrics.New(run), log: metrics.NewLog(run, logLimit)}
	s.theme, s.w, s.h, s.big = old.theme, old.w, old.h, old.big
	s.caption.off = old.caption.off
	s.game.start = old.game.start
	s.player = player{speed: old.speed, normal: old.normal, length: run.Duration, window: windowMin, life: old.life + 1}
	if resumed, ok := event.As[interface{ Horizon() event.Time }](src); ok {
		s.horizon = resumed.Horizon()
	}
	return s
}

// apply folds a batch into the state.
func (s *scene) apply(events []event.Event, until event.Time) {
	for i := range events {
		e := &events[i]
		s.state.Apply(e)
		if s.sound(e) {
			s.log.Add(e)
			s.tell(e)
			if s.watched() {
				s.game.record(s, e)
			}
		}
	}
	if !s.state.Ended {
		s.state.Advance(until)
	}
}

// sound tells whether all that an event refers to exists: a tape may be damaged.
// The state counts those that do not.
func (s *scene) sound(e *event.Event) bool {
	for _, x := range [...]struct{ index, n int }{
		{int(e.Strategy), len(s.run.Strategies)}, {int(e.Step), len(s.run.Steps)},
		{int(e.Service), len(s.run.Services)}, {int(e.Effect), len(s.run.Effects)},
	} {
		if x.index < event.None || x.index >= x.n {
			return false
		}
	}
	step := e.Kind >= event.StepStarted && e.Kind <= event.EffectRepeated || e.Kind == event.StepSkipped || e.Kind == event.StepFellBack || e.Kind == event.WorkBegan || e.Kind == event.WorkDropped ||
		e.Kind >= event.TaskGivenUp && e.Kind <= event.EffectUndone
	if e.Kind == event.EffectUndone && e.Effect < 0 {
		return false
	}
	return !step || e.Step >= 0 && e.Strategy >= 0
}

// open shows another screen; esc comes back.
func (s *scene) open(to screen) {
	if s.screen == to {
		return
	}
	s.back = append(s.back, s.screen)
	s.screen = to
	s.notice = notice{}
}

// leave goes back to the screen before.
func (s *scene) leave() {
	s.notice = notice{}
	if n := len(s.back); n > 0 {
		s.screen, s.back = s.back[n-1], s.back[:n-1]
		return
	}
	if s.screen == screenRun {
		s.skipCaption()
	}
	s.screen = screenRun
}

// finish shows the verdict, unless the person is looking at something.
func (s *scene) finish() {
	if s.screen == screenRun {
		s.open(screenVerdict)
	}
}

// last is the index of the strategy that the story ends with.
func (s *scene) last() int { return len(s.state.Strategies) - 1 }

// draw draws the whole screen.
func (s *scene) draw(p pane) {
	if p.w < leastWidth || p.h < leastHeight {
		s.drawTiny(p)
		return
	}
	head, rest := p.rect.rows(2)
	body, foot := rest.bottom(1)
	s.drawHeader(p.at(head))
	s.drawScreen(p.at(body))
	s.drawFooter(p.at(foot))
}

func (s *scene) drawScreen(p pane) {
	switch s.screen {
	case screenRun:
		s.drawRun(p)
	case screenTasks:
		s.drawTasks(p)
	case screenTask:
		s.drawOrder(p)
	case screenSteps:
		s.drawSteps(p)
	case screenVerdict:
		s.drawVerdict(p)
	case screenChaos:
		s.drawChaos(p)
	case screenHelp:
		s.drawHelp(p)
	case screenWhatIf:
		s.drawWhatIf(p)
	case screenIncident:
		s.drawIncident(p)
	case screenFind:
		s.drawFind(p)
	}
}

// answer takes what came of a question.
func (s *scene) answer(msg tea.Msg) {
	switch msg := msg.(type) {
	case notice:
		s.notice = msg
	case detailMsg:
		s.order.take(msg)
	}
}
