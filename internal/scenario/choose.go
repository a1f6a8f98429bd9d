package scenario

import (
	"fmt"
	"slices"
	"strings"
)

// Choose keeps the strategies with the names, in that order.
func (s *Scenario) Choose(names []string) error {
	var chosen []Strategy
	for _, name := range names {
		name = strings.TrimSpace(name)
		i := slices.IndexFunc(s.Strategies, func(st Strategy) bool { return st.Name == name })
		if i < 0 {
			return fmt.Errorf("scenario %s has no strategy %q; it has %s", s.Name, name, strings.Join(s.strategyNames(), ", "))
		}
		if slices.ContainsFunc(chosen, func(st Strategy) bool { return st.Name == name }) {
			return fmt.Errorf("strategy %q is named twice", name)
		}
		chosen = append(chosen, s.Strategies[i])
	}
	s.Strategies = chosen
	return nil
}

func (s *Scenario) strategyNames() []string {
	var names []string
	for i := range s.Strategies {
		names = append(names, s.Strategies[i].Name)
	}
	return names
}
