package sim

import (
	"testing"

	"tasker-sim/internal/event"
)

// bought are the reservations of each key of stock.yaml, by strategy.
func bought(l lived, strategy int8) (a, b, over int) {
	for i := range l.events {
		e := &l.events[i]
		if e.Kind != event.EffectMade || e.Strategy != strategy || l.world.run.Effects[e.Effect].Name != "reservation" {
			continue
		}
		if e.Task%4 == 0 {
			b++
		} else {
			a++
		}
		if e.Class == "oversold" {
			over++
		}
	}
	return a, b, over
}

// TestStock: who checks first and acts later sells what is not there, as often as
// buyers are between the two moments; who does both in one moment does not, but has
// charged. Both turn away those who come when it is seen to be gone.
func TestStock(t *testing.T) {
	for seed := uint64(1); seed <= 5; seed++ {
		l := run(t, parseFile(t, "stock.yaml"), seed)
		a, b, over := bought(l, 0)
		if a+b <= 13 || over != a+b-13 || over != l.state.Strategies[0].Over[0] {
			t.Errorf("seed %d, naive: %d and %d sold, %d oversold (the fold: %d)", seed, a, b, over, l.state.Strategies[0].Over[0])
		}
		a, b, over = bought(l, 1)
		if a != 10 || b != 3 || over != 0 {
			t.Errorf("seed %d, orchestrated: %d and %d sold, %d oversold, want 10, 3, 0", seed, a, b, over)
		}
		for k := range l.state.Strategies {
			st := &l.state.Strategies[k]
			charges := st.Effects[0].Count
			if st.Tasks.Rejected+charges != 40 || st.Tasks.Rejected == 0 {
				t.Errorf("seed %d, strategy %d: %d rejected and %d charged, want 40 together", seed, k, st.Tasks.Rejected, charges)
			}
			if k == 1 && st.Tasks.Parked != charges-13 {
				t.Errorf("seed %d: %d parked, want the %d who are charged and have nothing", seed, st.Tasks.Parked, charges-13)
			}
		}
	}
}

// TestRefill: what comes later is there for those who wait, and nobody is charged
// twice for it.
func TestRefill(t *testing.T) {
	l := run(t, parseFile(t, "stock.yaml", "resources.stock.refill.at=20s", "resources.stock.refill.share=3"), 1)
	st := &l.state.Strategies[1]
	if st.Tasks.Parked != 0 || st.Tasks.Succeeded <= 13 || st.Tasks.Recovered == 0 || st.Effects[0].Count != st.Tasks.Succeeded {
		t.Errorf("%+v, %d charges: want nobody parked at the end, some recovered, and one charge each", st.Tasks, st.Effects[0].Count)
	}
}

// TestScale: half of everything.
func TestScale(t *testing.T) {
	l := run(t, parseFile(t, "stock.yaml", "resources.stock.scale=0.5"), 1)
	if a, b, _ := bought(l, 1); a != 5 || b != 1 {
		t.Errorf("%d and %d sold, want 5 and 1", a, b)
	}
}

// TestStockSurvivesKills: the shelves are empty after a kill as they were before.
func TestStockSurvivesKills(t *testing.T) {
	sc := parseFile(t, "stock.yaml")
	for seed := uint64(1); seed <= 3; seed++ {
		whole := run(t, sc, seed)
		for _, kills := range [][]int{{1}, {2}, {3}, {4}, {2, 1, 1}} {
			again, _ := crashing(t, sc, seed, 5*event.Second, kills...)
			want, got := business(whole, 1), business(again, 1)
			for task := int32(1); task <= 40; task++ {
				if want[task] != got[task] {
					t.Errorf("seed %d, kills %v, task %d: %q after the kills, %q without", seed, kills, task, got[task], want[task])
				}
			}
		}
	}
}
