package lab

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Oracle is a law that a simulator must obey, and how it is asked.
type Oracle struct {
	ID     string // "O1"
	Law    string // in a formula
	About  string // in words
	Params []Param
	Cases  []string // that are posed if nobody asks for others: "p=0.05 n=3"
	// Unposed says why the law cannot be posed yet; "": it can.
	Unposed string

	fits func(v values) error // what a parameter alone cannot tell; may be nil
	pose func(v values, t *trial) error
}

// Oracles are all laws, in order.
func Oracles() []Oracle {
	all := slices.Concat(retryLaws(), chainLaws(), burstLaws(), queueLaws(), stationLaws(), budgetLaws(), breakerLaws(), adaptiveLaws(), contentionLaws(), effectLaws(), serviceLaws())
	slices.SortStableFunc(all, func(a, b Oracle) int { return a.number() - b.number() })
	return all
}

// number is the number in an oracle's id.
func (o *Oracle) number() int {
	n, _ := strconv.Atoi(o.ID[1:]) // ids are O and a number, see the test
	return n
}

// task parameter, the same in most laws.
func tasks(def string) Param {
	return Param{Name: "tasks", Doc: "tasks that are run", Default: def, kind: count, low: 100, high: 2_000_000}
}

// question is a law with the parameters of one case.
type question struct {
	oracle *Oracle
	values values
}

// chosen are the laws with the ids, all if there are none.
func chosen(only []string) ([]Oracle, error) {
	all := Oracles()
	var ids []string
	for i := range all {
		ids = append(ids, all[i].ID)
	}
	for _, id := range only {
		if !slices.Contains(ids, strings.ToUpper(id)) {
			return nil, fmt.Errorf("no oracle %q: there are %s", id, strings.Join(ids, ", "))
		}
	}
	return slices.DeleteFunc(all, func(o Oracle) bool {
		return len(only) > 0 && !slices.ContainsFunc(only, func(id string) bool { return strings.EqualFold(id, o.ID) })
	}), nil
}

// questions are the cases to pose: those of the laws, or of a law for which sets
// ("o1.p=0.2,0.3") assign parameters, one for each combination of their values.
func questions(oracles []Oracle, sets []string) ([]question, error) {
	given := map[string][]string{}
	for _, set := range sets {
		id, rest, ok := strings.Cut(set, ".")
		if !ok || !strings.Contains(rest, "=") {
			return nil, fmt.Errorf("--set %q: want ORACLE.PARAMETER=VALUE, like o1.p=0.2", set)
		}
		i := slices.IndexFunc(oracles, func(o Oracle) bool { return strings.EqualFold(o.ID, id) })
		if i < 0 {
			return nil, fmt.Errorf("--set %q: no oracle %q among those that are asked: %s", set, id, idsOf(oracles))
		}
		given[oracles[i].ID] = append(given[oracles[i].ID], rest)
	}
	var list []question
	for i := range oracles {
		o := &oracles[i]
		if o.Unposed != "" {
			continue
		}
		cases, err := o.assignments(given[o.ID])
		if err != nil {
			return nil, err
		}
		for _, as := range cases {
			v, err := o.values(as)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", strings.ToLower(o.ID), err)
			}
			list = append(list, question{o, v})
		}
	}
	return list, nil
}

func idsOf(oracles []Oracle) string {
	var ids []string
	for i := range oracles {
		ids = append(ids, oracles[i].ID)
	}
	return strings.Join(ids, ", ")
}

// most is how many cases of one law a call may ask for.
const most = 400

// assignments are the cases of the law: its own, or all combinations of the
// values that were given, on top of its first case.
func (o *Oracle) assignments(given []string) ([]assignments, error) {
	if len(given) == 0 {
		var list []assignments
		for _, c := range o.Cases {
			list = append(list, assigned(c))
		}
		return list, nil
	}
	list := []assignments{assigned(o.Cases[0])}
	for _, g := range given {
		name, texts, _ := strings.Cut(g, "=")
		if _, err := o.param(name); err != nil {
			return nil, fmt.Errorf("%s: %w", strings.ToLower(o.ID), err)
		}
		var next []assignments
		for _, as := range list {
			for _, text := range strings.Split(texts, ",") {
				next = append(next, as.with(name, text))
			}
		}
		if list = next; len(list) > most {
			return nil, fmt.Errorf("%s: %d cases: want at most %d", strings.ToLower(o.ID), len(list), most)
		}
	}
	return list, nil
}
