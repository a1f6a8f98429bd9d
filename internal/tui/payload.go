package tui

import (
	"bytes"
	"encoding/json"
	"strings"

	"tasker-sim/internal/event"
)

// drawPayloads shows what an attempt was given and gave back.
func (s *scene) drawPayloads(p pane, r *lifeRow) {
	if !s.detailed {
		p.clip(3, 0, p.w-4, "input and output are not kept on a tape", inkPend)
		return
	}
	d, ok := s.order.details[s.order.detailKey(r)]
	if !ok {
		p.text(3, 0, "…", inkPend)
		return
	}
	y := 0
	output := d.Output
	if r.attempt.outcome != event.StepSucceeded {
		output = "" // it belongs to another attempt, or never reached the caller
	}
	for _, part := range [...]struct{ label, text string }{{"input", d.Input}, {"output", output}, {s.run.Noun.One, s.order.context}} {
		if part.text == "" {
			continue
		}
		p.clip(3, y, 9, part.label, inkDim)
		for _, line := range jsonLines(part.text, p.w-14, max(p.h-y-2, 1)) {
			p.clip(13, y, p.w-14, line, inkText)
			y++
		}
	}
}

// jsonLines writes JSON text in at most most lines of w columns: a value a line
// if that fits, else run together.
func jsonLines(text string, w, most int) []string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(text), "", " ") == nil {
		if lines := strings.Split(b.String(), "\n"); len(lines) <= most {
			return lines
		}
		text = strings.ReplaceAll(strings.ReplaceAll(b.String(), "\n", " "), "  ", " ")
	}
	lines := wrap(text, max(w, 8))
	if len(lines) > most {
		lines = lines[:most]
		lines[most-1] += " …"
	}
	return lines
}
