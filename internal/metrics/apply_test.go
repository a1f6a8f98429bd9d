package metrics

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"tasker-sim/internal/event"
)

// The card is charged, the warehouse does not answer: naive, the order is lost
// and somebody owes the customer a parcel; orchestrated it takes another try.
func TestChargedNoParcel(t *testing.T) {
	y := tell(t).order(1)
	y.ok(naive, 1, pay).attempt(event.StepFailed, naive, 1, ship, 1).task(event.TaskFailed, naive, 1, at(ship), dur(4*event.Second))
	y.ok(orchestrated, 1, pay).attempt(event.StepRetrying, orchestrated, 1, ship, 1)
	s := y.sound()
	if got := s.Strategies[orchestrated].Steps[ship]; got.Waiting != 1 || got.Running != 0 {
		t.Errorf("waiting %d, running %d; want 1, 0", got.Waiting, got.Running)
	}
	y.attempt(event.StepSucceeded, orchestrated, 1, ship, 2).ok(orchestrated, 1, mail)
	y.task(event.TaskSucceeded, orchestrated, 1, dur(12*event.Second))
	s = y.sound()

	a, b := s.Strategies[naive], s.Strategies[orchestrated]
	equal(t, a.Tasks, Tasks{Submitted: 1, Failed: 1, FirstPassFailed: 1})
	equal(t, b.Tasks, Tasks{Submitted: 1, Succeeded: 1})
	equal(t, a.Promises[0], Promise{Broken: 1})
	equal(t, b.Promises[0], Promise{Kept: 1})
	equal(t, s.Pairs, Pairs{OnlyFirstFailed: 1, Rescued: 1, FirstFailed: 1})
	equal(t, s.Impact(naive), Impact{SupportTickets: 0.6, ManualRecoveryHours: 5.0 / 4 / 60, RevenueLostCents: 10_000, Cases: 1})
	equal(t, [2]int{a.WaitedLong, b.WaitedLong}, [2]int{0, 1})
	equal(t, [2]int64{b.LostCents, b.DoneCents}, [2]int64{0, 10_000})
	equal(t, [4]int{b.Attempts, b.Retries, b.Steps[ship].Attempts, b.Steps[ship].Failures}, [4]int{4, 1, 2, 1})
}

func equal[T any](t *testing.T, got, want T) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("want (-), got (+):\n%s", d)
	}
}

// A promise is in one place at every instant: unknown while the answer is out,
// running, parked, and kept at the end.
func TestWhereAPromiseStands(t *testing.T) {
	y := tell(t).order(1)
	seen := []Promise{}
	look := func() { seen = append(seen, y.sound().Strategies[orchestrated].Promises[0]) }
	look()
	y.task(event.StepStarted, orchestrated, 1, at(pay), try(1)).makes(orchestrated, 1, pay, 1)
	look()
	y.task(event.StepSucceeded, orchestrated, 1, at(pay), try(1))
	look()
	y.attempt(event.StepRetrying, orchestrated, 1, ship, 1).attempt(event.StepFailed, orchestrated, 1, ship, 2)
	y.task(event.TaskParked, orchestrated, 1, at(ship), dur(9*event.Second))
	look()
	y.task(event.TaskRedriven, orchestrated, 1, at(ship), class(event.ClassRecovery))
	look()
	y.attempt(event.StepSucceeded, orchestrated, 1, ship, 3)
	look()
	equal(t, seen, []Promise{{}, {Unknown: 1}, {Running: 1}, {Parked: 1}, {Running: 1}, {Kept: 1}})

	y.ok(orchestrated, 1, mail).task(event.TaskSucceeded, orchestrated, 1, dur(70*event.Second))
	st := y.sound().Strategies[orchestrated]
	equal(t, st.Tasks, Tasks{Submitted: 1, Succeeded: 1, Recovered: 1, EverParked: 1, FirstPassFailed: 1})
	equal(t, [2]int{st.Steps[ship].Stopped, st.WaitedLong}, [2]int{0, 1})
}

// The caller gives up on a charge that happens all the same; the news comes
// after the task has ended.
func TestLateEffect(t *testing.T) {
	y := tell(t).order(1).attempt(event.StepFailed, naive, 1, pay, 1).task(event.TaskFailed, naive, 1, at(pay))
	equal(t, y.sound().Strategies[naive].CleanFailures, 1)
	y.makes(naive, 1, pay, 1)
	st := y.sound().Strategies[naive]
	equal(t, st.CleanFailures, 0)
	equal(t, st.Promises[0], Promise{Broken: 1})
}

// Told "failed" although the parcel is on its way.
func TestUntold(t *testing.T) {
	y := tell(t).order(1).ok(naive, 1, pay, ship)
	y.attempt(event.StepFailed, naive, 1, mail, 1).task(event.TaskFailed, naive, 1, at(mail))
	s := y.sound()
	equal(t, s.Strategies[naive].Untold, 1)
	equal(t, s.Impact(naive).SupportTickets, 0.2)
}

// A bad card is declined in every strategy and is no failure, whatever hit it.
func TestBadCard(t *testing.T) {
	y := tell(t).badCard(1)
	y.attempt(event.StepFailed, naive, 1, pay, 1).task(event.TaskDeclined, naive, 1, at(pay), class(event.ClassDecline))
	for n := range int16(3) {
		k := event.StepRetrying
		if n == 2 {
			k = event.StepFailed
		}
		y.attempt(k, orchestrated, 1, pay, n+1)
	}
	y.task(event.TaskParked, orchestrated, 1, at(pay))
	y.task(event.TaskRedriven, orchestrated, 1, at(pay)).attempt(event.StepFailed, orchestrated, 1, pay, 4)
	y.task(event.TaskDeclined, orchestrated, 1, at(pay), class(event.ClassDecline))
	s := y.sound()
	equal(t, s.Pairs, Pairs{Declined: 1})
	equal(t, s.Strategies[orchestrated].Tasks, Tasks{Submitted: 1, Declined: 1, EverParked: 1})
	equal(t, s.FirstPassRate(orchestrated).K, 0)
}

// Retries without keys charge twice.
func TestTwice(t *testing.T) {
	y := tell(t)
	y.s.Run.Strategies[naive].Retries = true
	y.order(1).task(event.StepStarted, naive, 1, at(pay), try(1)).makes(naive, 1, pay, 1)
	y.task(event.StepRetrying, naive, 1, at(pay), try(1), due(event.Hour)).ok(naive, 1)
	y.attempt(event.StepSucceeded, naive, 1, pay, 2).ok(naive, 1, ship, mail).task(event.TaskSucceeded, naive, 1)
	s := y.sound()
	equal(t, s.Strategies[naive].Promises[0], Promise{Kept: 1, Twice: 1})
	equal(t, s.Strategies[naive].Effects[charge], Effect{Count: 2, Amount: 20_000})
}

// A kill ends what ran in the naive strategy and nothing else.
func TestProcessDied(t *testing.T) {
	y := tell(t).order(1)
	y.task(event.StepStarted, naive, 1, at(pay), try(1)).task(event.StepStarted, orchestrated, 1, at(pay), try(1))
	y.say(event.Event{Kind: event.ProcessDied, Strategy: event.None, Step: event.None, Service: event.None, Effect: event.None, Amount: 2})
	y.task(event.TaskFailed, naive, 1, at(pay), class(event.ClassDied))
	s := y.sound()
	equal(t, s.Deaths, []Death{{At: 4*event.Second + event.Second, InFlight: 2}})
	equal(t, [2]int{s.Strategies[naive].Steps[pay].Running, s.Strategies[orchestrated].Steps[pay].Running}, [2]int{0, 1})
	equal(t, s.Strategies[naive].Tasks.Failed, 1)
}

func TestFaultsAndBreakers(t *testing.T) {
	y := tell(t)
	none := func(k event.Kind, id int64, c string) event.Event {
		return event.Event{Kind: k, Strategy: event.None, Step: event.None, Effect: event.None, Amount: id, Class: c}
	}
	y.say(none(event.FaultBegan, 1, "burst")).say(none(event.FaultInjected, 2, "outage")).say(none(event.FaultEnded, 1, "burst"))
	y.task(event.BreakerOpened, orchestrated, 0, service(0), due(30*event.Second))
	s := y.sound()
	outage := Fault{ID: 2, Name: "outage", Begin: 2 * event.Second, Live: true}
	equal(t, s.Faults, []Fault{outage})
	equal(t, s.FaultLog, []Fault{{ID: 1, Name: "burst", Begin: event.Second, End: 3 * event.Second}, outage})
	equal(t, s.Live, true)
	equal(t, s.Strategies[orchestrated].Breakers[0], Breaker{State: Open, Since: 4 * event.Second, Until: 30 * event.Second, Opens: 1})
	y.task(event.BreakerHalfOpened, orchestrated, 0, service(0)).task(event.BreakerClosed, orchestrated, 0, service(0))
	equal(t, y.sound().Strategies[orchestrated].Breakers[0], Breaker{State: Closed, Since: 6 * event.Second, Opens: 1})
}
