package scenario

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"tasker-sim/internal/event"
)

// beatWidth is the longest sentence of a beat: it stands on one line of a screen
// of 80 columns.
const beatWidth = 74

// beats reads the moments of the story that deserve a sentence.
func (r *reader) beats(o *object) {
	for i, n := range o.list("beats", "moments of the story that deserve a sentence on the dashboard when they come") {
		c := r.object(fmt.Sprintf("beats.%d", i+1), n.at, n)
		r.s.Beats = append(r.s.Beats, r.beat(c))
		c.done()
	}
}

func (r *reader) beat(o *object) event.Beat {
	var b event.Beat
	b.At, _ = read(o, times(), field{key: "at", hide: true, def: "0s", doc: "the instant at which it comes"})
	b.First = r.oneName(o, field{key: "first", words: beatKinds(), doc: "or: it comes with the first event of this kind, like breaker.opened"}, "kind of event", beatKinds())
	all := slices.Concat(r.s.Strategies, r.s.Spare)
	b.Strategy = r.oneName(o, field{key: "strategy", doc: "… in this strategy"}, "strategy", namesOf(all, func(s Strategy) string { return s.Name }))
	b.Service = r.oneName(o, field{key: "service", doc: "… of this service"}, "service", r.s.serviceNames())
	b.Step = r.oneName(o, field{key: "step", doc: "… at this step"}, "step", r.s.stepNames())
	b.Class = o.words("class", "", "… of this class, like timeout or outage")
	var says place
	b.Says, says = read(o, texts(), field{key: "says", need: true, hide: true, doc: fmt.Sprintf("the sentence, at most %d characters", beatWidth)})
	if n := utf8.RuneCountInString(b.Says); n > beatWidth {
		r.fail(says, "", "%s.says has %d characters, at most %d fit into a line", o.path, n, beatWidth)
	}
	switch {
	case b.First == "" && !o.has("at"):
		r.fail(o.at, "", "%s needs at (an instant) or first (a kind of event)", o.path)
	case b.First != "" && o.has("at"):
		r.fail(o.at, "", "%s has both at and first: a moment comes at an instant or with an event", o.path)
	case b.First == "" && b.Strategy+b.Service+b.Step+b.Class != "":
		r.fail(o.at, "", "%s names whose event it waits for, but not which: first is missing", o.path)
	}
	return b
}

// oneName reads a name out of a list; absent: "".
func (r *reader) oneName(o *object, f field, what string, names []string) string {
	f.hide = true
	name, at := read(o, texts(), f)
	if name != "" {
		r.indexOf(what, name, at, names)
	}
	return name
}

// beatKinds are the kinds of events that a beat can wait for: all but the ends of
// the run.
func beatKinds() []string {
	var names []string
	for _, k := range event.Kinds() {
		if k != event.RunStarted && k != event.RunEnded {
			names = append(names, k.String())
		}
	}
	return names
}

func (s *Scenario) stepNames() []string {
	var names []string
	for i := range s.Workflows {
		names = append(names, namesOf(s.Workflows[i].Steps, func(st Step) string { return st.Name })...)
	}
	return names
}

// showBeats lists the moments in the order of the file.
func (s *Scenario) showBeats(b *strings.Builder) {
	if len(s.Beats) == 0 {
		return
	}
	b.WriteString("\nmoments\n")
	for _, x := range s.Beats {
		fmt.Fprintf(b, "  %s\n    %s\n", beatWhen(&x), x.Says)
	}
}

// beatWhen is when a beat comes, in words.
func beatWhen(b *event.Beat) string {
	if b.First == "" {
		return "at " + writeTime(b.At)
	}
	text := "first " + b.First
	if b.Class != "" {
		text += " (" + b.Class + ")"
	}
	for _, x := range [][2]string{{" at ", b.Step}, {" of ", b.Service}, {" in ", b.Strategy}} {
		if x[1] != "" {
			text += x[0] + x[1]
		}
	}
	return text
}
