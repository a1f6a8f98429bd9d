//go:build failpoint

package failpoint

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// term is one thing that may happen at a point.
type term struct {
	counted bool
	left    int     // how often it still applies, if counted
	share   float64 // how likely it applies, 0 to 1
	action  string
	arg     string
}

// parse reads "point=term->term;point=term".
func parse(text string, seed uint64) (*points, error) {
	p := &points{terms: map[string][]term{}, draw: rand.New(rand.NewPCG(seed, 0))}
	for one := range strings.SplitSeq(text, ";") {
		if one == "" {
			continue
		}
		name, terms, _ := strings.Cut(one, "=")
		if !slices.Contains(Names(), name) {
			return nil, fmt.Errorf("no point %q", name)
		}
		for t := range strings.SplitSeq(terms, "->") {
			parsed, err := parseTerm(t)
			if err != nil {
				return nil, fmt.Errorf("point %s: %w", name, err)
			}
			p.terms[name] = append(p.terms[name], parsed)
		}
	}
	return p, nil
}

// parseTerm reads "3*off", "20%error(text)", "kill".
func parseTerm(text string) (term, error) {
	m := regexp.MustCompile(`^(?:(\d+)\*)?(?:(\d+(?:\.\d+)?)%)?(off|kill|panic|error|on)(?:\((.*)\))?$`).FindStringSubmatch(text)
	if m == nil {
		return term{}, fmt.Errorf("term %q: want [count*][percent%%]off, kill, panic, error(text) or on", text)
	}
	t := term{counted: m[1] != "", share: 1, action: m[3], arg: m[4]}
	var err error
	if m[1] != "" {
		if t.left, err = strconv.Atoi(m[1]); err != nil {
			return term{}, fmt.Errorf("term %q: %w", text, err)
		}
	}
	if m[2] != "" {
		percent, err := strconv.ParseFloat(m[2], 64)
		if err != nil || percent > 100 {
			return term{}, fmt.Errorf("term %q: %s%% is no share", text, m[2])
		}
		t.share = percent / 100
	}
	return t, nil
}
