package tui

import (
	"fmt"
	"slices"
	"strings"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
	"tasker-sim/internal/report"
)

// registryFacts are what went wrong with names, then what releases took.
func (s *scene) registryFacts(k int) []fact {
	st := &s.state.Strategies[k]
	g := st.Registry
	wait := "none"
	if s.run.Strategies[k].Registry.Committee {
		wait = "–"
		if g.Approved > 0 {
			wait = report.Decimal(g.Waited.Seconds()/86400/float64(g.Approved)) + " d"
		}
	}
	unseen := fact{label: "unapproved", value: report.Money(g.EvadedCents), ink: costInk(false)}
	if g.Evaded > 0 {
		unseen.ink = inkFail
	}
	twice := fact{}
	if facts := s.promiseFacts(k); len(facts) > 0 {
		twice = facts[len(facts)-1]
	}
	return []fact{
		harm("misrouted", g.Misrouted), unseen, twice, harm("broken calls", g.BrokenCalls),
		{label: "releases", value: report.Count(g.Registered), ink: inkText, gap: true},
		{label: "conflicts", value: report.Count(g.Conflicts), ink: costInk(g.Conflicts > 0)},
		{label: "name wait", value: wait, ink: costInk(g.Waited > 0)},
		{label: "meetings", value: report.Hours(report.CommitteeHours(s.state, k)), ink: costInk(g.Talked > 0)},
	}
}

// moreRegistryFacts are those that need room.
func (s *scene) moreRegistryFacts(k int) []fact {
	g := s.state.Strategies[k].Registry
	c := &s.state.Strategies[k].Children
	return []fact{
		{label: "conflicts that nobody saw", value: report.Count(g.Incidents), ink: costInk(g.Incidents > 0), gap: true},
		plainFact("names taken back", g.TakenBack), plainFact("names made up", g.Invented),
		plainFact("same version again", g.Again), plainFact("names before the committee", g.Waiting),
		{label: "handed over", value: report.Count(c.Created), ink: inkText, gap: true},
		harm("handed over twice", c.Doubled), harm("handed over, failed", c.Failed),
	}
}

// drawRegistry tells for every strategy whose workflows are called what, a row each.
func (s *scene) drawRegistry(p pane) {
	for k := range min(len(s.state.Strategies), p.h) {
		name := s.run.Strategies[k].Name
		x := 1 + clamp(p.w/6, 8, 14)
		p.right(x-1, k, clip(name, x-2), inkDim)
		text, ink := s.ownership(k, p.w-x-1)
		p.clip(x, k, p.w-x-1, text, ink)
	}
}

// ownership is who has the name that was taken last, or that every team has its own.
func (s *scene) ownership(k, w int) (string, ink) {
	if s.run.Strategies[k].Registry.Namespaces {
		return s.flows(w), inkOK
	}
	i := s.contested(k)
	if i < 0 {
		return s.allHeld(k), inkText
	}
	h := &s.state.Strategies[k].Registry.Holders[i]
	text := s.run.Releases.Names[i] + ": " + s.team(h.Team)
	if h.From >= 0 {
		return text + ", taken from " + s.team(h.From), inkFail | bold
	}
	return text + " again; it was taken " + report.Plural(h.Times, event.Noun{One: "time", Many: "times"}), inkRetry
}

// flows names the workflows by their whole keys, as far as there is room.
func (s *scene) flows(w int) string {
	var keys []string
	for _, f := range s.run.Workflows {
		keys = append(keys, f.Namespace+"/"+f.Name+"@"+f.Version)
	}
	if all := strings.Join(keys, "  "); width(all) <= w {
		return all
	}
	var spaces []string
	for _, f := range s.run.Workflows {
		spaces = append(spaces, f.Namespace+"/")
	}
	return s.run.Workflows[0].Name + " in each of " + strings.Join(spaces, ", ")
}

// allHeld names who has the names of the run's workflows while nothing is wrong.
func (s *scene) allHeld(k int) string {
	for i, name := range s.run.Releases.Names {
		if h := &s.state.Strategies[k].Registry.Holders[i]; h.Team >= 0 && slices.ContainsFunc(s.run.Workflows, func(f event.Workflow) bool { return f.Name == name }) {
			return name + ": " + s.team(h.Team)
		}
	}
	return "nothing is registered yet"
}

// contested is the name to look at: that of a workflow of the run if it was ever
// taken, else the one taken last; −1: none was.
func (s *scene) contested(k int) int {
	best := -1
	for i := range s.state.Strategies[k].Registry.Holders {
		h := &s.state.Strategies[k].Registry.Holders[i]
		if h.Times == 0 {
			continue
		}
		if slices.ContainsFunc(s.run.Workflows, func(f event.Workflow) bool { return f.Name == s.run.Releases.Names[i] }) {
			return i
		}
		if best < 0 || h.Since > s.state.Strategies[k].Registry.Holders[best].Since {
			best = i
		}
	}
	return best
}

func (s *scene) team(i int) string {
	if i < 0 || i >= len(s.run.Releases.Teams) {
		return "nobody"
	}
	return strings.ReplaceAll(s.run.Releases.Teams[i], "_", " ")
}

// drawNames lists the shared names of the strategy that has no namespaces: who has
// each now, and whom it was taken from.
func (s *scene) drawNames(p pane) {
	k := slices.IndexFunc(s.run.Strategies, func(x event.Strategy) bool { return !x.Registry.Namespaces })
	if k < 0 || p.h < 3 {
		return
	}
	g := s.state.Strategies[k].Registry
	p.clip(0, 0, p.w-16, "who has which name", inkDim)
	p.right(p.w, 0, fmt.Sprintf("%d names wait", g.Waiting), inkPend)
	y := 1
	for _, i := range s.namesByUnrest(g) {
		if y >= p.h {
			return
		}
		s.drawName(p.part(0, y, p.w, 1), g, i)
		y++
	}
}

// namesByUnrest orders the names that somebody has: those in dispute first, then
// those taken most often.
func (s *scene) namesByUnrest(g *metrics.Registry) (list []int) {
	for i := range g.Holders {
		if g.Holders[i].Team >= 0 {
			list = append(list, i)
		}
	}
	slices.SortStableFunc(list, func(a, b int) int {
		x, y := &g.Holders[a], &g.Holders[b]
		if (x.From >= 0) != (y.From >= 0) {
			if x.From >= 0 {
				return -1
			}
			return 1
		}
		return y.Times - x.Times
	})
	return list
}

func (s *scene) drawName(p pane, g *metrics.Registry, i int) {
	h := &g.Holders[i]
	glyph, k := '·', inkPend
	note := ""
	switch {
	case h.From >= 0:
		glyph, k = '✗', inkFail
		note = "from " + s.team(h.From)
	case h.Times > 0:
		glyph, k = '✓', inkOK
		note = fmt.Sprintf("taken ×%d", h.Times)
	}
	p.put(0, 0, glyph, k)
	x := p.clip(2, 0, 22, s.run.Releases.Names[i], inkText)
	x = p.clip(max(x+1, 23), 0, max(p.w-23, 0), s.team(h.Team), k|bold)
	p.right(p.w, 0, clip(note, max(p.w-x-1, 0)), inkDim)
}
