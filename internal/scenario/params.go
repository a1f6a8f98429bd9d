package scenario

import "slices"

// Param is one value that --set can change.
type Param struct {
	Path    string // as --set takes it
	Value   string // as it is now; --set Path=Value changes nothing
	Default string // without any --set: what the file says, or else the language
	Kind    string // "rate", "time", "count", "number", "switch", "peak", …
	Doc     string // one line
}

// Params lists everything that --set can change one by one, in the order of the
// language and of the file. The short forms (faults=off, policies=off,
// recovery=off, retry_limit=N) stand for several of these.
func (s *Scenario) Params() []Param { return slices.Clone(s.params) }
