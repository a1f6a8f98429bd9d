package scenario

import (
	"fmt"
	"strings"
)

// showReleases tells who releases workflows while tasks run.
func (s *Scenario) showReleases(b *strings.Builder) {
	l := s.Releases
	if l == nil {
		return
	}
	c := &l.Committee
	var days []string
	for _, d := range c.Days {
		days = append(days, weekdays()[d])
	}
	fmt.Fprintf(b, "\nreleases\n")
	for _, text := range []string{
		fmt.Sprintf("%d teams, %s on average to build one; %s of them have one of %d names that all teams use, %s of those fail to register if it is taken, the others replace what is there",
			len(l.Teams), writeTime(l.Build), writeRate(l.Shared), len(l.Names), writeRate(l.Explicit)),
		fmt.Sprintf("committee: %s at %s for %s, half of the names take less than %s, %s come again",
			strings.Join(days, ", "), writeTime(c.At), writeTime(c.Sits), writeTime(c.Talk.Median), writeRate(c.SentBack)),
		fmt.Sprintf("a team whose name was taken finds out after %d failures or %s, and takes it back %s later; after %d rounds the teams talk",
			l.Notice.Failures, writeTime(l.Notice.After), writeTime(l.Notice.Redeploy), l.Rounds),
	} {
		b.WriteString(indent(wrap(text, showWidth-2)))
	}
	for i := range l.Script {
		r := &l.Script[i]
		what := "releases " + l.Names[r.Name]
		if r.Breaking {
			what = "makes a breaking release of " + l.Names[r.Name] + "; callers need " + writeTime(l.Adapt) + " to follow"
		}
		fmt.Fprintf(b, "  at %s %s %s\n", writeTime(r.At), l.Teams[r.Team], what)
	}
}

// words are the switches of the registry that are on.
func (g *Registry) words() (list []string) {
	if g == nil {
		return nil
	}
	for _, x := range []struct {
		on   bool
		name string
	}{{g.Namespaces, "namespaces"}, {g.Committee, "committee"}, {g.Pins, "pins"}} {
		if x.on {
			list = append(list, x.name)
		}
	}
	return list
}

// showHandOvers tells what the workflow's steps hand over.
func (s *Scenario) showHandOvers(b *strings.Builder, w *Workflow) {
	for i := range w.Steps {
		if d := w.Steps[i].Delegates; d != nil {
			b.WriteString(indent(wrap(fmt.Sprintf("%s hands over to %s and does not wait for it", w.Steps[i].Name, s.Workflows[d.Workflow].ID()), showWidth-2)))
		}
	}
}
