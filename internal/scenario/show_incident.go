package scenario

import (
	"fmt"
	"strings"
)

// showIncident tells of the fault that somebody has to mend, and of how.
func (s *Scenario) showIncident(b *strings.Builder) {
	if n := s.Incident; n != nil {
		text := fmt.Sprintf("%s: from %s to %s after the start %s of calls begin to hang", s.Services[n.Service].Title, writeTime(n.At), writeTime(n.At+n.Within), writeRate(n.Hang))
		if n.Ramp > 0 {
			text += ", from none within " + writeTime(n.Ramp)
		}
		b.WriteString("\nincident\n" + indent(wrap(text+", until somebody mends it", showWidth-2)))
	}
	if s.Responder != nil {
		s.showResponder(b, s.Responder)
	}
}

func (s *Scenario) showResponder(b *strings.Builder, p *Responder) {
	b.WriteString("\nresponder (minutes are declared)\n")
	var names []string
	for i := range s.Workflows {
		for j := range s.Workflows[i].Steps {
			names = append(names, s.Workflows[i].Steps[j].Name)
		}
	}
	lines := []string{fmt.Sprintf("conversion: %d buckets of %s in a row, %s or more below the mean, each known %s late",
		p.KPI.Buckets, writeTime(p.KPI.Bucket), writeRate(p.KPI.Drop), writeTime(p.KPI.Late))}
	for _, a := range p.Alerts {
		over := "over "
		if a.Errors {
			over = "failed or over "
		}
		text := fmt.Sprintf("%s: more than %s of %s %s%s within %s, for %s", a.Name, writeRate(a.Share), names[a.Step], over, writeTime(a.Over), writeTime(a.Window), writeTime(a.For))
		if a.Raw {
			text += "; calls nobody, only without metrics"
		}
		lines = append(lines, text)
	}
	q, w := &p.Search, &p.Path
	lines = append(lines,
		fmt.Sprintf("without traces: triage %s, then logs of %s in random order at %s lines a minute; a gap of %s is noticed in %s of the cases; fix %s",
			writeTime(q.Triage), writeTime(q.Window), writeNumber(q.Speed), writeRate(q.Gap), writeRate(q.Recognise), writeTime(q.Fix)),
		fmt.Sprintf("with them: table %s, trace %s, health %s, a wrong track %s to %s, fix %s; %s of traces are kept",
			writeTime(w.Dashboard), writeTime(w.Trace), writeTime(w.Health), writeTime(w.DetourFrom), writeTime(w.DetourTo), writeTime(w.Fix), writeRate(p.Sampling)))
	for _, l := range lines {
		b.WriteString(indent(wrap(l, showWidth-2)))
	}
}
