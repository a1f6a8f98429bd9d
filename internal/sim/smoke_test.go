package sim

import (
	"io"
	"testing"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
	"tasker-sim/internal/scenario"
	"tasker-sim/scenarios"
)

func TestSmoke(t *testing.T) {
	text, err := scenarios.FS.ReadFile("checkout.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sc, problems := scenario.Parse("checkout.yaml", text, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for seed := uint64(1); seed <= 5; seed++ {
		w, err := New(sc, Options{Seed: seed, Window: 5 * event.Second})
		if err != nil {
			t.Fatal(err)
		}
		st := metrics.New(w.Run())
		n := 0
		for {
			evs, err := w.Advance(w.Horizon() + 60*event.Second)
			for i := range evs {
				st.Apply(&evs[i])
			}
			n += len(evs)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for i := range st.Strategies {
			s := &st.Strategies[i]
			t.Logf("seed %d %s: %+v lost %d promises %+v waited %d attempts %d", seed, w.Run().Strategies[i].Name, s.Tasks, s.LostCents, s.Promises, s.WaitedLong, s.Attempts)
		}
		t.Logf("events %d now %s pairs %+v checks %+v", n, st.Now.Clock(), st.Pairs, st.Checks)
	}
}
