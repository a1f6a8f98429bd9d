package scenario

import (
	"fmt"
	"slices"
	"strings"
)

// Choose keeps the strategies with the names, in that order, be they spare or not.
func (s *Scenario) Choose(names []string) error {
	all := slices.Concat(s.Strategies, s.Spare)
	var chosen []Strategy
	for _, name := range names {
		name = strings.TrimSpace(name)
		i := slices.IndexFunc(all, func(st Strategy) bool { return st.Name == name })
		if i < 0 {
			return fmt.Errorf("scenario %s has no strategy %q; it has %s", s.Name, name, strings.Join(namesOf(all, func(st Strategy) string { return st.Name }), ", "))
		}
		if slices.ContainsFunc(chosen, func(st Strategy) bool { return st.Name == name }) {
			return fmt.Errorf("strategy %q is named twice", name)
		}
		chosen = append(chosen, all[i])
	}
	s.Strategies = chosen
	return nil
}
