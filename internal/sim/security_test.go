package sim

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tasker-sim/internal/audit"
	"tasker-sim/internal/engine"
	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
	"tasker-sim/internal/report"
	"tasker-sim/internal/scenario"
	"tasker-sim/internal/vault"
	"tasker-sim/scenarios"
)

// smallSecurity is an hour of the story, at its own density. What the claims say of
// the first strategy's day is taken out: what they say of the last is none or all.
func smallSecurity(t testing.TB, sets ...string) *scenario.Scenario {
	t.Helper()
	text, err := scenarios.FS.ReadFile("security.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.Replace(text, []byte("tasks: 6000\n  duration: 8h"), []byte("tasks: 750\n  duration: 1h"), 1)
	sc, problems := scenario.Parse("security.yaml", text, sets)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for i := range sc.Claims {
		sc.Claims[i].Before = nil
	}
	return sc
}

// filed lives a run with a store and keys of its own.
func filed(t testing.TB, sc *scenario.Scenario, seed uint64) (lived, *engine.Memory, *vault.Vault) {
	t.Helper()
	store, keys := &engine.Memory{}, vault.New(rand.NewChaCha8([32]byte{9}))
	w, err := New(sc, Options{Seed: seed, Window: 5 * event.Second, Store: store, Ledger: &rows{}, Vault: keys})
	if err != nil {
		t.Fatal(err)
	}
	return live(t, w, event.Minute), store, keys
}

// falseAfter are the claims that the run refutes in its last strategy.
func falseAfter(s *metrics.State) (names []string) {
	for _, c := range report.Judge(s) {
		if c.Holds != nil && !*c.Holds {
			names = append(names, c.Name)
		}
	}
	return names
}

// TestSecurityBar: no claim of the whole day is false.
func TestSecurityBar(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a whole day")
	}
	for _, c := range report.Judge(run(t, parse(t, "security"), 11).state) {
		if c.Kind != report.Quoted && (c.Holds == nil || !*c.Holds) {
			t.Errorf("%s: %s (%v, %v)", c.Name, c.Reason, c.MeasuredBefore, c.MeasuredAfter)
		}
	}
}

// TestSecurityAblations: a mechanism that is taken away makes exactly the claims
// false that it is there for.
func TestSecurityAblations(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		off  []string
		want []string
	}{
		{nil, nil},
		{[]string{"gate"}, []string{"illegitimate requests done", "paid out by them", "done without a valid token"}},
		{[]string{"checks"}, []string{"illegitimate requests done", "paid out by them", "done without a valid token"}},
		{[]string{"audit"}, []string{"actions with a record", "people it may have been", "preparing an audit"}},
		{[]string{"redaction"}, []string{"personal data in the log", "personal data in errors"}},
		{[]string{"encryption"}, []string{"personal data in the store"}},
	} {
		var sets []string
		for _, m := range c.off {
			sets = append(sets, "strategies.orchestrated."+m+"=off")
		}
		if got := falseAfter(run(t, smallSecurity(t, sets...), 3).state); !slices.Equal(got, c.want) {
			t.Errorf("without %v: false are %q, want %q", c.off, got, c.want)
		}
	}
}

// TestOracleAndGateAgree: the table of the scenario that judges what was done, and
// the policy that the gate works with, are written apart. Seed by seed they come to
// the same for every single request, but for second factors, of which the table
// knows nothing: those who have one show it.
func TestOracleAndGateAgree(t *testing.T) {
	sc := smallSecurity(t)
	for seed := uint64(1); seed <= 3; seed++ {
		book := newPayloads(sc, dice{seed})
		kinds := map[string]bool{}
		for task := int32(1); task <= int32(sc.Load.Tasks); task++ {
			pl := book.fresh(task)
			truth, access := pl.context["truth"].(map[string]any), pl.context["access"].(map[string]any)
			thief, _ := truth["thief"].(bool)
			in := access["outcome"] == "allowed" || access["outcome"] == "challenged" && !thief
			if in && thief {
				t.Errorf("seed %d, request %d (%s): a thief is let in", seed, task, truth["kind"])
			}
			if legitimate := pl.context["legitimate"].(bool); in != legitimate {
				t.Errorf("seed %d, request %d (%s): legitimate %v, the gate says %v", seed, task, truth["kind"], legitimate, access)
			}
			kinds[truth["kind"].(string)] = true
		}
		if want := len(sc.Data["requests"].([]any)); len(kinds) < want-4 {
			t.Errorf("seed %d: %d kinds of requests of %d came by", seed, len(kinds), want)
		}
	}
}

// TestAsPublished: the post's coordinator lets in who has a role minted, refuses
// every cancel and every return in stock, and breaks over every retry.
func TestAsPublished(t *testing.T) {
	t.Parallel()
	sc := parse(t, "security", "load.tasks=900")
	if err := sc.Choose([]string{"as_published"}); err != nil {
		t.Fatal(err)
	}
	l := run(t, sc, 7)
	done, refused, broken := map[string]int{}, map[string]int{}, map[string]int{}
	for i := range l.events {
		e := &l.events[i]
		if e.Task == 0 {
			continue
		}
		kind := l.world.payloads.fresh(e.Task).context["truth"].(map[string]any)["kind"].(string)
		switch e.Kind {
		case event.TaskSucceeded:
			done[kind]++
		case event.TaskRejected:
			refused[kind]++
		case event.TaskFailed:
			broken[kind]++
		}
	}
	for _, c := range []struct {
		kind string
		in   map[string]int
		what string
	}{
		{"minted role", done, "done"}, {"own task cancelled", refused, "refused"}, {"a lead cancels", refused, "refused"},
		{"a return in stock", refused, "refused"}, {"own step tried again", broken, "broken"}, {"refund by an agent", done, "done"},
		{"expired token", refused, "refused"}, {"replayed second factor", refused, "refused"},
	} {
		all := done[c.kind] + refused[c.kind] + broken[c.kind]
		if all == 0 || c.in[c.kind] != all {
			t.Errorf("%s: %d of %d %s", c.kind, c.in[c.kind], all, c.what)
		}
	}
}

// TestTrailOfTransitions is case (l): every transition of the strategy has exactly
// one record, in order; a strategy without the mechanism has none.
func TestTrailOfTransitions(t *testing.T) {
	l, store, _ := filed(t, smallSecurity(t), 4)
	var want, got []string
	for i := range l.events {
		if e := &l.events[i]; e.Kind.Transition() && e.Strategy == 1 {
			want = append(want, fmt.Sprintf("%d %s %d", e.At, e.Kind, e.Task))
		}
	}
	var trail [][]byte
	if err := store.Trail(func(row []byte) error {
		r, err := audit.Parse(row)
		got = append(got, fmt.Sprintf("%d %s %d", r.At, r.Action, r.Task))
		trail = append(trail, row)
		if r.Chain != "orchestrated" || r.Actor == "" || r.Correlation == "" {
			t.Errorf("record %+v", r)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(want, got) {
		t.Errorf("%d transitions, %d records, and they are not the same", len(want), len(got))
	}
	if r := audit.Verify(trail, headsOf(l)); !r.Whole() || r.Heads < 5 {
		t.Errorf("%d heads, %+v", r.Heads, r.Problems)
	}
	if s := l.state.Strategies[1]; s.Trail.Records != int64(len(got)) || s.Transitions != s.Trail.Records {
		t.Errorf("counted %+v of %d, the store has %d", s.Trail, s.Transitions, len(got))
	}
	if s := l.state.Strategies[0]; s.Trail.Records != 0 {
		t.Errorf("naive keeps %d records", s.Trail.Records)
	}
}

// headsOf are the heads on the tape.
func headsOf(l lived) (heads []audit.Head) {
	for i := range l.events {
		if e := &l.events[i]; e.Kind == event.TrailCounted && e.Class == event.TrailRecords {
			heads = append(heads, audit.Head{Chain: l.world.run.Strategies[e.Strategy].Name, Seq: uint64(e.Amount), Hash: e.Text})
		}
	}
	return heads
}

// TestTrailAfterKill: a run that is killed, once or several times, ends with the
// same trail to the byte, and the same secrets seen.
func TestTrailAfterKill(t *testing.T) {
	sc := smallSecurity(t, "load.tasks=120", "load.duration=10m")
	whole, store, _ := filed(t, sc, 5)
	want := trailOf(t, store)
	for _, kills := range [][]int{{1}, {7}, {20}, {4, 0, 9, 30}} {
		store := &engine.Memory{}
		keys, ledger := vault.New(rand.NewChaCha8([32]byte{9})), &rows{}
		var l lived
		for _, n := range append(kills, -1) {
			opts := Options{Seed: 5, Window: 5 * event.Second, Store: &mortal{store, n}, Ledger: ledger, Rows: slices.Clone(ledger.all), Vault: keys}
			if past, err := ReadPast(store); err == nil {
				opts.Past = past
			}
			w, err := New(sc, opts)
			if err != nil {
				continue // killed before anything was durable
			}
			if n < 0 {
				l = live(t, w, event.Minute)
				break
			}
			for err == nil {
				_, err = w.Advance(w.Horizon() + event.Minute)
			}
		}
		if got := trailOf(t, store); got != want {
			t.Errorf("kills %v: another trail", kills)
		}
		for k := range l.state.Strategies {
			if a, b := whole.state.Strategies[k].Seen, l.state.Strategies[k].Seen; !slices.Equal(a, b) {
				t.Errorf("kills %v, strategy %d: seen %v, without a kill %v", kills, k, b, a)
			}
		}
	}
}

func trailOf(t testing.TB, store engine.Store) string {
	t.Helper()
	var b strings.Builder
	if err := store.Trail(func(row []byte) error {
		b.Write(row)
		b.WriteByte('\n')
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestWhatTheStoreHolds recounts what was seen in the store, from the store: all
// secrets in clear where nothing is sealed, none where it is; and every sealed
// thing opens with its key, as what it was.
func TestWhatTheStoreHolds(t *testing.T) {
	sc := smallSecurity(t, "load.tasks=150", "load.duration=12m")
	if err := sc.Choose([]string{"naive", "as_published", "orchestrated"}); err != nil {
		t.Fatal(err)
	}
	l, store, keys := filed(t, sc, 6)
	secrets := NewSecrets(sc, 6)
	found, opened := map[string]int64{}, 0
	for task := int32(1); task <= int32(sc.Load.Tasks); task++ {
		subject, needles, err := secrets.Of(task)
		if err != nil {
			t.Fatal(err)
		}
		text := map[string]string{}
		if err := Kept(store, l.world.run, task, func(place string, data []byte) {
			strategy, _, _ := strings.Cut(place, "/")
			text[strategy] += string(data)
			plain, err := Unseal(keys, subject, place, data)
			if err != nil || strings.HasSuffix(place, "/context") && !strings.Contains(string(plain), needles[1]) {
				t.Errorf("%s: %v, %.80s", place, err, plain)
			}
			if len(plain) != len(data) {
				opened++
			}
		}); err != nil {
			t.Fatal(err)
		}
		for strategy, text := range text {
			for _, n := range needles {
				if n != "" && strings.Contains(text, n) {
					found[strategy]++
				}
			}
		}
	}
	for k, st := range l.world.run.Strategies {
		if got := l.state.Strategies[k].Seen[sinkStore]; got != found[st.Name] {
			t.Errorf("%s: %d secrets seen in the store, %d found in it", st.Name, got, found[st.Name])
		}
	}
	if found["orchestrated"] != 0 || found["naive"] < 900 || found["as_published"] < found["naive"]/2 || opened < 1000 {
		t.Errorf("found %v, %d things were sealed", found, opened)
	}
}

// TestCasesOfTheRun are the cases (a), (b) and (e) of the facts about the sixth post
// as they end in a run: what is allowed is done and recorded, a thief who cannot
// show a second factor is turned away, and who has no token is anonymous.
func TestCasesOfTheRun(t *testing.T) {
	l, store, _ := filed(t, parse(t, "security", "load.tasks=1200"), 8)
	kind := map[int32]string{}
	for task := int32(1); task <= 1200; task++ {
		kind[task] = l.world.payloads.fresh(task).context["truth"].(map[string]any)["kind"].(string)
	}
	ends, actors := map[string]map[string]int{}, map[string]map[string]bool{}
	for row := range strings.Lines(trailOf(t, store)) {
		r, err := audit.Parse([]byte(row))
		if err != nil {
			t.Fatal(err)
		}
		k := kind[r.Task]
		if ends[k] == nil {
			ends[k], actors[k] = map[string]int{}, map[string]bool{}
		}
		actors[k][r.Actor] = true
		if strings.HasPrefix(r.Action, "task.") && r.Action != "task.submitted" {
			ends[k][r.Action+" "+r.Outcome]++
		}
	}
	for _, c := range []struct{ kind, end string }{
		{"refund with a grant from elsewhere", "task.succeeded ok"}, {"replayed second factor", "task.rejected no_factor"},
		{"no token", "task.rejected 401"}, {"forged token", "task.rejected 401"}, {"expired token", "task.rejected 401"},
		{"another team's refund", "task.rejected 403"}, {"no right to pay out", "task.rejected 403"}, {"somebody else's task", "task.rejected 403"},
		{"suspended account", "task.rejected 403"}, {"training overdue", "task.rejected 403"}, {"minted role", "task.rejected 403"},
		{"a lead cancels", "task.succeeded ok"}, {"own task cancelled", "task.succeeded ok"}, {"own step tried again", "task.succeeded ok"},
	} {
		if got := ends[c.kind]; len(got) != 1 || got[c.end] == 0 {
			t.Errorf("%s ends as %v, want all %s", c.kind, got, c.end)
		}
		anonymous := strings.HasSuffix(c.end, "401")
		if a := actors[c.kind]; a["anonymous"] != anonymous || anonymous && len(a) > 1 {
			t.Errorf("%s: recorded as done by %v", c.kind, a)
		}
	}
}
