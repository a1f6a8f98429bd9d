// Package evidence makes a pack for an auditor out of a run: what was checked, how
// many there were of it and how many exceptions, with samples of single actions.
//
// It is evidence in the style of a SOC 2 examination and no report of one: nobody
// has examined anything, and nothing here says that something passed. The ids are
// those of the Trust Services Criteria that the sixth post of the Tasker series
// names; the labels are in words of our own.
package evidence

import (
	"fmt"
	"io"
	"strings"

	"tasker-sim/internal/audit"
	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// Source is what a pack is made of.
type Source struct {
	State  *metrics.State
	Rows   [][]byte     // of the trail
	Report audit.Report // of its verification
	Stored []Stored     // by strategy
}

// Stored is how many contexts a strategy keeps, and how many of them are sealed.
type Stored struct {
	Strategy         string
	Contexts, Sealed int
}

// Pack is the evidence about one strategy.
type Pack struct {
	Title     string    `json:"title"`
	Scenario  string    `json:"scenario"`
	Seed      uint64    `json:"seed"`
	Sets      []string  `json:"sets,omitempty"`
	Strategy  string    `json:"strategy"`
	Has       []string  `json:"mechanisms,omitempty"`
	VirtualMS float64   `json:"virtual_ms"`
	Complete  bool      `json:"complete"`
	Head      string    `json:"head"` // hash of the latest record; empty: there is none
	Whole     bool      `json:"trail_whole"`
	Controls  []Control `json:"controls"`
	Samples   []Sample  `json:"samples"`
	Answered  int       `json:"questions_answered"`
	Questions int       `json:"questions"`
}

// Control is one thing that was checked.
type Control struct {
	ID         string `json:"id"`
	Label      string `json:"label"`
	Checked    string `json:"checked"` // what was counted
	Population int    `json:"population"`
	Exceptions int    `json:"exceptions"`
	Text       string `json:"text"`
}

// Sample is one action and what the records say of it; an empty answer is one that
// they do not give.
type Sample struct {
	Task    int32  `json:"task"`
	Who     string `json:"who"`
	What    string `json:"what"`
	When    string `json:"when"`
	Outcome string `json:"outcome"`
	Data    string `json:"data_class"`
}

// title says what a pack is, and what it is not.
const title = "SOC 2-style evidence, of a simulation; nobody has examined it"

// samples is how many actions are looked at one by one.
const samples = 25

// asked is how many questions each sample stands for: who, what, when, with which
// outcome, about which class of data.
const asked = 5

// Collect makes the pack of strategy k.
func Collect(src Source, k int) Pack {
	s := src.State
	run := s.Run
	p := Pack{
		Title: title, Scenario: run.Scenario, Seed: run.Seed, Sets: run.Sets, Strategy: run.Strategies[k].Name, Has: run.Strategies[k].Mechanisms,
		VirtualMS: s.Now.Millis(), Complete: s.Ended, Whole: src.Report.Whole(), Head: src.Report.Chains[run.Strategies[k].Name].Hash,
	}
	p.Controls = append(p.Controls, access(s, k)...)
	p.Controls = append(p.Controls, senders(s, k), secrets(s, k), sealed(&src, p.Strategy), records(s, k), whole(&src), byHand(s, k))
	p.Samples = sample(src.Rows, run, k)
	p.Questions = asked * len(p.Samples)
	for _, x := range p.Samples {
		for _, answer := range []string{x.Who, x.What, x.When, x.Outcome, x.Data} {
			if answer != "" {
				p.Answered++
			}
		}
	}
	return p
}

// access are the controls of who got in: one for each tag of the scenario.
func access(s *metrics.State, k int) (list []Control) {
	for i, tag := range s.Run.Tags {
		t := &s.Strategies[k].Tagged[i].Tasks
		wrong := 0
		if a := s.Run.Audit; a != nil && tag == a.Never {
			wrong = t.Succeeded
		} else if a != nil && tag == a.Always {
			wrong = t.Rejected + t.Failed
		}
		list = append(list, Control{
			ID: "CC6.1, CC6.3", Label: "logical access", Checked: "requests tagged " + tag + ", judged apart from the gate",
			Population: t.Submitted, Exceptions: wrong, Text: fmt.Sprintf("%d done, %d refused, %d failed or parked", t.Succeeded, t.Rejected, t.Failed+t.Parked),
		})
	}
	return list
}

func senders(s *metrics.State, k int) Control {
	return Control{
		ID: "CC6.2", Label: "authentication", Checked: "people an action may have come from", Population: s.Strategies[k].Tasks.Submitted,
		Exceptions: int(s.Strategies[k].Senders) - s.Strategies[k].Tasks.Submitted, Text: fmt.Sprintf("%.2f on average", s.Suspects(k)),
	}
}

func secrets(s *metrics.State, k int) Control {
	var places []string
	for i, sink := range event.Sinks() {
		places = append(places, fmt.Sprintf("%s %d", sink, s.Strategies[k].Seen[i]))
	}
	return Control{
		ID: "CC6.7", Label: "disclosure", Checked: "things that requests carry, looked for in store, log, messages and records",
		Population: s.Run.Needles * s.Strategies[k].Tasks.Submitted, Exceptions: int(s.Leaks(k)), Text: strings.Join(places, ", "),
	}
}

func sealed(src *Source, strategy string) Control {
	c := Control{ID: "CC6.1", Label: "encryption at rest", Checked: "contexts in the database", Text: "in transit: not applicable, everything is one process"}
	for _, st := range src.Stored {
		if st.Strategy == strategy {
			c.Population, c.Exceptions = st.Contexts, st.Contexts-st.Sealed
		}
	}
	return c
}

func records(s *metrics.State, k int) Control {
	st := &s.Strategies[k]
	return Control{
		ID: "CC7.2", Label: "monitoring", Checked: "transitions, counted on the tape, that have a record", Population: int(st.Transitions),
		Exceptions: int(st.Transitions - st.Trail.Records), Text: fmt.Sprintf("%d records, %d bytes", st.Trail.Records, st.Trail.Bytes),
	}
}

func whole(src *Source) Control {
	return Control{
		ID: "CC7.3", Label: "integrity of records", Checked: "records of all strategies against their chain and the heads written down elsewhere",
		Population: src.Report.Records + src.Report.Heads, Exceptions: len(src.Report.Problems),
		Text: fmt.Sprintf("%d records, %d heads", src.Report.Records, src.Report.Heads),
	}
}

func byHand(s *metrics.State, k int) Control {
	st := &s.Strategies[k]
	return Control{
		ID: "CC8.1", Label: "change authorization", Checked: "calls for a person", Population: st.Calls,
		Text: fmt.Sprintf("%d tasks went on after being parked", st.Tasks.Recovered),
	}
}

// sample picks actions at equal distances and asks the records about them.
func sample(rows [][]byte, run *event.Run, k int) (list []Sample) {
	var all []audit.Record
	last := map[int32]audit.Record{}
	for _, row := range rows {
		r, err := audit.Parse(row)
		if err != nil || r.Chain != run.Strategies[k].Name {
			continue
		}
		if r.Action == event.TaskSubmitted.String() {
			all = append(all, r)
		}
		if strings.HasPrefix(r.Action, "task.") {
			last[r.Task] = r
		}
	}
	for i := range min(samples, len(all)) {
		r := all[i*len(all)/min(samples, len(all))]
		end := last[r.Task]
		list = append(list, Sample{
			Task: r.Task, Who: r.Actor, What: r.Workflow, When: run.Clock(event.Time(r.At)), Data: r.Data,
			Outcome: strings.TrimPrefix(end.Action, "task.") + " (" + end.Outcome + ")",
		})
	}
	return list
}

// Markdown writes the pack as a page.
func (p *Pack) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", p.Title)
	fmt.Fprintf(&b, "Scenario %s, seed %d, strategy %s", p.Scenario, p.Seed, p.Strategy)
	if len(p.Has) > 0 {
		fmt.Fprintf(&b, " (%s)", strings.Join(p.Has, ", "))
	}
	fmt.Fprintf(&b, ", %s of virtual time", event.Time(p.VirtualMS*float64(event.Millisecond)).Clock())
	if !p.Complete {
		b.WriteString("; the run has not come to its end")
	}
	for _, set := range p.Sets {
		fmt.Fprintf(&b, "; changed: `%s`", set)
	}
	b.WriteString(".\n\n")
	if p.Head == "" {
		b.WriteString("No audit trail: this strategy keeps no records.\n\n")
	} else {
		fmt.Fprintf(&b, "Head of the audit trail: `%s`.\n\n", p.Head)
	}
	b.WriteString("| control | what it is about | what was checked | how many | exceptions | |\n|---|---|---|---:|---:|---|\n")
	for _, c := range p.Controls {
		fmt.Fprintf(&b, "| %s | %s | %s | %d | %d | %s |\n", c.ID, c.Label, c.Checked, c.Population, c.Exceptions, c.Text)
	}
	fmt.Fprintf(&b, "\n## Samples\n\n%d of %d questions answered from the records.\n\n", p.Answered, p.Questions)
	if len(p.Samples) > 0 {
		b.WriteString("| request | who | what | when | outcome | data |\n|---:|---|---|---|---|---|\n")
		for _, x := range p.Samples {
			fmt.Fprintf(&b, "| %d | %s | %s | %s | %s | %s |\n", x.Task, x.Who, x.What, x.When, x.Outcome, x.Data)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
