package scenario

import (
	"fmt"
	"slices"
	"strings"

	"tasker-sim/internal/event"
)

// showWidth is the longest line of a description.
const showWidth = 80

// Show describes the scenario in plain text: story, load, workflows, services
// with their faults, what is counted and claimed. Parameters are listed by
// [Scenario.Params].
func (s *Scenario) Show() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", s.Name, s.Title)
	s.showStory(&b)
	s.showLoad(&b)
	for i := range s.Workflows {
		s.showWorkflow(&b, &s.Workflows[i])
	}
	if s.Workflow != nil {
		fmt.Fprintf(&b, "\na %s runs the workflow that this names\n%s", s.Noun.One, indent(wrap(s.Workflow.Text(), showWidth-2)))
	}
	s.showServices(&b)
	s.showReleases(&b)
	s.showResources(&b)
	s.showEffects(&b)
	s.showStrategies(&b)
	s.showIncident(&b)
	s.showImpact(&b)
	s.showClaims(&b)
	s.showBeats(&b)
	return b.String()
}

func (s *Scenario) showStory(b *strings.Builder) {
	for _, part := range [][2]string{
		{"what happened", s.Story.Hook}, {"before", s.Story.Naive},
		{"after", s.Story.Remedy}, {"watch", s.Story.Watch},
	} {
		if part[1] != "" {
			fmt.Fprintf(b, "\n%s\n%s", part[0], indent(wrap(part[1], showWidth-2)))
		}
	}
}

func (s *Scenario) showLoad(b *strings.Builder) {
	fmt.Fprintf(b, "\nload\n  %d %s in %s", s.Load.Tasks, s.Noun.Many, writeTime(s.Load.Duration))
	if p := s.Load.Peak; p != nil {
		fmt.Fprintf(b, ", %s times as dense from %s on for %s", writeNumber(p.Factor), writeTime(p.At), writeTime(p.Length))
	}
	b.WriteString("\n")
	s.showSchedule(b)
	if s.Bad != nil {
		fmt.Fprintf(b, "  declined in every strategy if %s\n", s.Bad.Text())
	}
}

// showSchedule tells of tasks that arrive by the clock and have to be done by it.
func (s *Scenario) showSchedule(b *strings.Builder) {
	l := &s.Load
	if l.Every > 0 {
		fmt.Fprintf(b, "  one every %s, the first %s after midnight\n", writeTime(l.Every), writeTime(l.Begins))
	}
	if l.Deadline > 0 {
		fmt.Fprintf(b, "  on time if done within %s\n", writeTime(l.Deadline))
	}
	for i := range s.Strategies {
		st := &s.Strategies[i]
		if c := st.OnCall; c != nil {
			does := "begins again from its first step"
			if st.Engine {
				does = "goes on where it stopped"
			}
			fmt.Fprintf(b, "  %s: a person is called when a %s stops; %s later it %s, at most %d times\n", st.Name, s.Noun.One, writeTime(c.After), does, c.Limit)
		}
	}
}

// showWorkflow lists the steps in the order in which they can run.
func (s *Scenario) showWorkflow(b *strings.Builder, w *Workflow) {
	fmt.Fprintf(b, "\nworkflow %s\n", w.ID())
	rows := [][]string{{"step", "after", "calls", "attempts", "waits", "timeout", "leaves"}}
	chain := true
	for i := range w.Steps {
		st := &w.Steps[i]
		leaves := ""
		if st.Effect != nil {
			leaves = s.Effects[st.Effect.Effect].Name
		}
		rows = append(rows, []string{st.Name, w.after(st), s.Services[st.Service].Name,
			fmt.Sprint(st.Retry.Limit), st.Retry.waits(), writeTime(st.Timeout), leaves})
		chain = chain && (i == 0 || len(st.DependsOn) == 1 && st.DependsOn[0] == i-1)
	}
	if chain {
		for i, row := range rows {
			rows[i] = slices.Delete(row, 1, 2)
		}
		b.WriteString("  one after the other:\n")
	}
	b.WriteString(indent(table(rows)))
	if !chain {
		b.WriteString(indent(wrap(w.levels(), showWidth-2)))
	}
	s.showBranches(b, w)
}

// showBranches tells which steps are not for every task, and what services answer
// to some.
func (s *Scenario) showBranches(b *strings.Builder, w *Workflow) {
	s.showHandOvers(b, w)
	for i := range w.Steps {
		st := &w.Steps[i]
		if st.When != nil {
			b.WriteString(indent(wrap(fmt.Sprintf("%s only if %s", st.Name, st.When.Text()), showWidth-2)))
		}
		if st.Mechanism != None {
			b.WriteString(indent(wrap(fmt.Sprintf("%s only with %s", st.Name, s.Mechanisms[st.Mechanism].Name), showWidth-2)))
		}
		if st.Conflict != nil {
			b.WriteString(indent(wrap(st.Name+" a second time, without a key, is answered "+st.Conflict.words(), showWidth-2)))
		}
		if st.Undo != "" {
			b.WriteString(indent(wrap(st.Name+" is undone with compensation: "+st.Undo, showWidth-2)))
		}
		for _, text := range s.demands(st) {
			b.WriteString(indent(wrap(text, showWidth-2)))
		}
		for j := range st.Answers {
			b.WriteString(indent(wrap(st.Name+" is answered "+s.answer(&st.Answers[j]), showWidth-2)))
		}
	}
}

// answer describes a scripted answer.
func (s *Scenario) answer(a *Answer) string {
	text := a.words()
	if a.When != nil {
		text += " if " + a.When.Text()
	}
	if a.Attempts > 0 {
		text += fmt.Sprintf(", attempts 1 to %d", a.Attempts)
	}
	if a.Mechanism != None {
		text += ", with " + s.Mechanisms[a.Mechanism].Name
	}
	if a.Without != None {
		text += ", without " + s.Mechanisms[a.Without].Name
	}
	if a.Effect {
		text += "; done all the same"
	}
	return text
}

// after names the steps that a step waits for.
func (w *Workflow) after(st *Step) string {
	var names []string
	for _, p := range st.DependsOn {
		names = append(names, w.Steps[p].Name)
	}
	if len(names) == 0 {
		return "-"
	}
	return strings.Join(names, ", ")
}

// levels writes the graph from left to right: steps in one pair of brackets do not
// wait for each other; those with a question mark are not for every task.
func (w *Workflow) levels() string {
	depth, deepest := make([]int, len(w.Steps)), 0
	for i := range w.Steps {
		for _, p := range w.Steps[i].DependsOn {
			depth[i] = max(depth[i], depth[p]+1)
		}
		deepest = max(deepest, depth[i])
	}
	var parts []string
	for d := range deepest + 1 {
		var names []string
		for i := range w.Steps {
			if s := &w.Steps[i]; depth[i] == d {
				name := s.Name
				if s.When != nil || s.Mechanism != None {
					name += "?"
				}
				names = append(names, name)
			}
		}
		part := strings.Join(names, " | ")
		if len(names) > 1 {
			part = "[ " + part + " ]"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " -> ")
}

// shownWaits is how many waits are written out.
const shownWaits = 4

// waits writes the waits between attempts: "5s 20s ±10%".
func (t Retry) waits() string {
	if t.Limit < 2 {
		return "-"
	}
	switch t.Backoff {
	case AtOnce:
		return "at once"
	case Decorrelated:
		return fmt.Sprintf("%s to 3x the last, at most %s", writeTime(t.Base), writeTime(t.Cap))
	case Fixed:
		t.Factor = 1
	}
	var list []string
	wait := float64(t.Base)
	for k := 1; k < t.Limit && k <= shownWaits; k++ {
		list = append(list, writeTime(min(event.Time(wait), t.Cap)))
		wait = min(float64(wait*t.Factor), float64(t.Cap))
	}
	text := strings.Join(list, " ")
	if t.Spread != "" {
		return text + ", " + t.Spread + " jitter"
	}
	if t.Limit-1 > shownWaits {
		text += " ..."
	}
	if t.Jitter > 0 {
		text += " +-" + writeRate(t.Jitter)
	}
	return text
}

func (s *Scenario) showServices(b *strings.Builder) {
	b.WriteString("\nservices\n")
	for i := range s.Services {
		v := &s.Services[i]
		fmt.Fprintf(b, "  %s: %s\n", v.Title, v.Latency.words())
		for _, f := range v.faults() {
			b.WriteString(indent(indent(wrap(f, showWidth-4))))
		}
	}
	for i := range s.Faults {
		b.WriteString(indent(wrap("together: "+s.Faults[i].String()+": "+s.Faults[i].Words(), showWidth-2)))
	}
}

// faults describes what a service does wrong, and the policies towards it.
func (v *Service) faults() []string {
	var list []string
	if v.Error.Rate > 0 {
		var kinds []string
		for _, c := range v.Error.Classes {
			kinds = append(kinds, writeRate(c.Share)+" "+c.words())
		}
		list = append(list, writeRate(v.Error.Rate)+" of calls fail: "+strings.Join(kinds, ", "))
	}
	if v.Lost.Rate > 0 {
		list = append(list, writeRate(v.Lost.Rate)+" take effect and lose their answer")
	}
	if b := v.Burst; b != nil {
		list = append(list, fmt.Sprintf("bursts of %s every %s on average, in which %s of calls fail: %s",
			writeTime(b.Bad), writeTime(b.Good), writeRate(b.Rate), b.Class.words()))
	}
	if len(v.Windows) > 0 {
		list = append(list, "scheduled: "+writeWindows(v.Windows))
	}
	for i := range v.Faults {
		list = append(list, v.Faults[i].String()+": "+v.Faults[i].Words())
	}
	if l := v.Rate; l != nil {
		list = append(list, fmt.Sprintf("takes one call every %s from a strategy, %d at once; else %s", writeTime(l.Every), l.Burst, l.Class.words()))
	}
	if v.Servers > 0 {
		list = append(list, v.capacity())
	}
	var policies []string
	if v.Limit > 0 {
		policies = append(policies, fmt.Sprintf("at most %d calls in flight", v.Limit))
	}
	if k := v.Breaker; k != nil {
		policies = append(policies, fmt.Sprintf("breaker opens after %s for %s, then lets %d through",
			k.words(), writeTime(k.Cooldown), k.Probes))
	}
	policies = append(policies, v.bounds()...)
	if len(policies) > 0 {
		list = append(list, "policies: "+strings.Join(policies, "; "))
	}
	return list
}

// words describes a class: "429 within 50ms (come back in 30s)".
func (c Class) words() string {
	text := c.Name
	switch {
	case c.Hang:
		text += " (never answers)"
	case c.Latency > 0:
		text += " within " + writeTime(c.Latency)
	}
	if c.RetryAfter > 0 {
		text += " (come back in " + writeTime(c.RetryAfter) + ")"
	}
	if c.Permanent {
		text += " (for good)"
	}
	return text
}

func (s *Scenario) showEffects(b *strings.Builder) {
	if len(s.Promises) == 0 {
		return
	}
	b.WriteString("\ncounted\n")
	for _, p := range s.Promises {
		text := fmt.Sprintf("%s: %s without %s", p.Broken, s.Effects[p.Effect].Name, s.Effects[p.Owes].Name)
		for _, more := range [][2]string{{p.Parked, "while parked"}, {p.Unknown, "not known of"}, {p.Twice, "made twice"}} {
			if more[0] != "" {
				text += "; " + more[0] + ": " + more[1]
			}
		}
		b.WriteString(indent(wrap(text, showWidth-2)))
	}
}

func (s *Scenario) showStrategies(b *strings.Builder) {
	b.WriteString("\nstrategies\n")
	for i, st := range slices.Concat(s.Strategies, s.Spare) {
		var has []string
		for _, m := range []struct {
			on   bool
			name string
		}{{st.Engine, "engine"}, {st.Retries, "retries"}, {st.Keys, "keys"}, {st.Policies, "policies"}, {st.Recovery, "recovery"},
			{st.Metrics, "metrics"}, {st.Traces, "traces"}} {
			if m.on {
				has = append(has, m.name)
			}
		}
		has = append(has, st.switched()...)
		for j, m := range s.Mechanisms {
			if st.Has[j] {
				has = append(has, m.Name)
			}
		}
		has = append(has, st.Registry.words()...)
		if len(has) == 0 {
			has = []string{"nothing"}
		}
		only := ""
		if i >= len(s.Strategies) {
			only = "; if asked for"
		}
		fmt.Fprintf(b, "  %s: %s (%s)%s\n", st.Name, st.Title, strings.Join(has, ", "), only)
	}
	if s.Recovery.After > 0 {
		fmt.Fprintf(b, "  parked %s go on by themselves after %s of good answers, at most %d times\n",
			s.Noun.Many, writeTime(s.Recovery.After), s.Recovery.Max)
	}
}

func (s *Scenario) showImpact(b *strings.Builder) {
	im := s.Impact
	if im == (event.Impact{Engineers: im.Engineers}) {
		return
	}
	fmt.Fprintf(b, "\ndeclared, not measured\n  support is called by %s of the customers with a broken promise,\n"+
		"  %s of those told \"failed\" though it was done, %s of the others who failed;\n"+
		"  %s minutes to repair one case by hand, shared by %d\n",
		writeRate(im.ContactBroken), writeRate(im.ContactUntold), writeRate(im.ContactClean), writeNumber(im.MinutesPerCase), im.Engineers)
}

func (s *Scenario) showClaims(b *strings.Builder) {
	if len(s.Claims) == 0 {
		return
	}
	b.WriteString("\nclaims\n")
	rows := [][]string{{"claim", "before", "after", "how", "source"}}
	for _, c := range s.Claims {
		rows = append(rows, []string{c.Name, orDash(c.SaysBefore), orDash(c.SaysAfter), c.Kind, c.Source})
	}
	b.WriteString(indent(table(rows)))
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
