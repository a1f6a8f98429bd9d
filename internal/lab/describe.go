package lab

import (
	"fmt"
	"strings"
)

// Describe lists the oracles with the ids (all if there are none), their
// parameters and the cases that are posed by default.
func Describe(only []string) (string, error) {
	var b strings.Builder
	oracles, err := chosen(only)
	for _, o := range oracles {
		b.WriteString(folded(fmt.Sprintf("%-3s %s", o.ID, o.Law), 4))
		b.WriteString(folded("    "+o.About, 4))
		if o.Unposed != "" {
			b.WriteString(folded("    not posed: "+o.Unposed, 4))
			continue
		}
		for i := range o.Params {
			p := &o.Params[i]
			b.WriteString(folded(fmt.Sprintf("    %-22s %s; %s", strings.ToLower(o.ID)+"."+p.Name+"="+p.Default, p.Doc, p.form()), 27))
		}
		for _, c := range o.Cases {
			if c != "" {
				fmt.Fprintf(&b, "    case: %s\n", c)
			}
		}
	}
	return b.String(), err
}
