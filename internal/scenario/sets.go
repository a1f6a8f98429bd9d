package scenario

import (
	"fmt"
	"slices"
	"strings"

	"tasker-sim/internal/event"
)

func timeOf(x float64) event.Time { return event.Time(x) }

// override is one --set argument, or one of those that a macro stands for.
type override struct {
	text    string // as given: "faults=off"
	pattern string // the path that it reaches; * stands for any one name
	value   string
	macro   bool // one of several: need not reach anything
	used    bool
}

// macros are short forms of --set: name=value or, where the value is free, name.
func macros(name, value string) []string {
	switch {
	case name == "faults" && value == "off":
		return []string{"services.*.error.rate=0", "services.*.lost_response.rate=0",
			"services.*.burst=off", "services.*.windows=off", "services.*.faults=off", "faults=off", "services.*.rate_limit=off", "bad=off", "incident=off"}
	case name == "policies" && value == "off":
		return []string{"services.*.breaker=off", "services.*.limit=off"}
	case name == "retry_limit" && isCount(value):
		return []string{"steps.*.retry.limit=" + value}
	case name == "recovery" && value == "off":
		return []string{"recovery.after=0s"}
	}
	return nil
}

func isCount(s string) bool {
	_, err := parseCount(s)
	return err == nil
}

// macroNames are the macros with their values, for hints and help.
func macroNames() []string {
	return []string{"faults=off", "policies=off", "recovery=off", "retry_limit=N"}
}

// parseSets reads the --set arguments.
func (r *reader) parseSets(args []string) {
	for _, arg := range args {
		path, value, ok := strings.Cut(arg, "=")
		path, value = strings.TrimSpace(path), strings.TrimSpace(value)
		if !ok || path == "" || value == "" {
			r.fail(place{set: arg}, "", "must be of the form path=value")
			continue
		}
		expanded := macros(path, value)
		if expanded == nil {
			if path == "retry_limit" {
				r.fail(place{set: arg}, "", "retry_limit must be a count like 3, not %q", value)
				continue
			}
			if path == "policies" || path == "recovery" {
				r.fail(place{set: arg}, "", "%s can only be set to off, not to %q", path, value)
				continue
			}
			r.sets = append(r.sets, &override{text: arg, pattern: path, value: value})
		}
		for _, one := range expanded {
			p, v, _ := strings.Cut(one, "=")
			r.sets = append(r.sets, &override{text: arg, pattern: p, value: v, macro: true})
		}
	}
}

// override finds the last --set for a path; nil: there is none.
func (r *reader) override(path string) *override {
	var last *override
	for _, s := range r.sets {
		if matches(s.pattern, path) {
			s.used, last = true, s
		}
	}
	return last
}

// matches tells whether a path fits a pattern.
func matches(pattern, path string) bool {
	if !strings.Contains(pattern, "*") {
		return pattern == path
	}
	want, got := strings.Split(pattern, "."), strings.Split(path, ".")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != "*" && want[i] != got[i] {
			return false
		}
	}
	return true
}

// reaches tells whether a pattern names something below a path.
func reaches(pattern, path string) bool {
	depth := strings.Count(path, ".") + 1
	parts := strings.Split(pattern, ".")
	return len(parts) > depth && matches(strings.Join(parts[:depth], "."), path)
}

// block is a mapping that may be absent or off as a whole, like a burst. It is
// nil if it is absent. The last --set decides: "burst=off" takes it away, a
// later "burst.rate=50%" brings it back.
func (o *object) block(key, doc string) *object {
	path := o.sub(key)
	e := o.entry(key)
	o.document(key, []string{doc})
	if o.schema != nil {
		e.value.schema.add(&form{enum: []any{"off"}})
		return o.r.object(path, o.at, e.value)
	}
	inFile := e != nil && e.value.kind != nullNode && (e.value.kind != scalarNode || e.value.text != "off")
	present, at := o.r.setBlock(path, inFile)
	o.r.params = append(o.r.params, Param{Path: path, Value: writeSwitch(present), Default: writeSwitch(inFile), Kind: "block", Doc: doc})
	switch {
	case !present:
		return nil
	case !inFile:
		return o.r.object(path, at, nil)
	}
	return o.r.object(path, e.at, e.value)
}

// rareBlock is a block that is listed as a parameter only where the file or
// --set gives it.
func (o *object) rareBlock(key, doc string) *object {
	n := len(o.r.params)
	b := o.block(key, doc)
	if b == nil && o.entry(key) == nil {
		o.r.params = o.r.params[:n]
	}
	return b
}

// setBlock tells whether a block is there after all --set arguments, and which
// of them brought it.
func (r *reader) setBlock(path string, inFile bool) (present bool, at place) {
	present = inFile
	for _, s := range r.sets {
		switch {
		case matches(s.pattern, path):
			s.used = true
			present = inFile && s.value == "on"
			if s.value != "off" && !present {
				r.fail(place{set: s.text}, "", "%s can be set to off as a whole; to turn it on set its parts, %s.…=…", path, path)
			}
		case reaches(s.pattern, path) && !s.macro:
			present, at = true, place{set: s.text}
		}
	}
	if !present {
		for _, s := range r.sets {
			s.used = s.used || reaches(s.pattern, path)
		}
	}
	return present, at
}

// unusedSets reports the --set arguments that reached nothing.
func (r *reader) unusedSets() {
	var paths []string
	for _, p := range r.params {
		paths = append(paths, p.Path)
	}
	slices.Sort(paths)
	for _, s := range r.sets {
		if s.used || s.macro {
			continue
		}
		hint := didYouMean(s.pattern, append(paths, "faults", "policies", "recovery", "retry_limit"))
		if hint == "" {
			hint = fmt.Sprintf("show --params lists the paths; short forms are %s", oneOf(macroNames()))
		}
		r.fail(place{set: s.text}, hint, "no parameter %q in this scenario", s.pattern)
	}
}
