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
		fmt.Fprintf(&b, "%s  %s\n    %s\n", o.ID, o.Law, o.About)
		if o.Unposed != "" {
			fmt.Fprintf(&b, "    not posed: %s\n", o.Unposed)
			continue
		}
		for i := range o.Params {
			p := &o.Params[i]
			fmt.Fprintf(&b, "    %-22s %s; %s\n", strings.ToLower(o.ID)+"."+p.Name+"="+p.Default, p.Doc, p.form())
		}
		for _, c := range o.Cases {
			if c != "" {
				fmt.Fprintf(&b, "    case: %s\n", c)
			}
		}
	}
	return b.String(), err
}
