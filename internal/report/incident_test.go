package report

import (
	"strings"
	"testing"

	"tasker-sim/internal/event"
)

// TestSentencesAboutIncidents: what alarms and the person on call do.
func TestSentencesAboutIncidents(t *testing.T) {
	var b strings.Builder
	for _, e := range []event.Event{
		{Kind: event.FaultBegan, Strategy: -1, Service: 1, Class: event.FaultHang, Text: "45 % of calls never answer"},
		{Kind: event.AlertFired, Service: 1, Step: 1, Class: "slow_parcels", Amount: 1, Text: "30 of 84 executions of ship took over 3s"},
		{Kind: event.AlertFired, Service: 1, Step: 1, Class: "latency", Text: "1 of 2 executions of ship took over 10s"},
		{Kind: event.AlertFired, Service: -1, Step: -1, Class: "conversion", Amount: 1, Text: "conversion is down by 21 %"},
		{Kind: event.AlertResolved, Service: -1, Step: -1, Class: "conversion", Amount: 1, Dur: 3 * event.Hour},
		{Kind: event.ResponderActs, Service: -1, Step: -1, Class: event.ActTriage},
		{Kind: event.ResponderFound, Service: -1, Step: -1, Class: event.ActTriage, Text: "all 8 services answer their health checks"},
		{Kind: event.ResponderActs, Service: 1, Step: -1, Class: event.ActLog, Amount: 1443},
		{Kind: event.ResponderFound, Service: 1, Step: -1, Class: event.ActLog, Amount: 1, Text: "649 calls began, 352 ended"},
		{Kind: event.ResponderActs, Service: -1, Step: -1, Class: event.ActDashboard},
		{Kind: event.ResponderFound, Service: 1, Step: 1, Class: event.ActDashboard, Amount: 1, Text: "top of the table: ship, 42 of 105 over 3s"},
		{Kind: event.ResponderActs, Service: -1, Step: 1, Class: event.ActTrace},
		{Kind: event.ResponderFound, Service: 1, Step: 1, Class: event.ActTrace, Amount: 1, Text: "order 2254: ship open for 12s"},
		{Kind: event.ResponderActs, Service: 1, Step: 1, Class: event.ActHealth},
		{Kind: event.ResponderFound, Service: 1, Step: 1, Class: event.ActHealth, Amount: 1, Text: "connection pool exhausted: 50 of 50 in use"},
		{Kind: event.ResponderActs, Service: -1, Step: -1, Class: event.ActDetour},
		{Kind: event.ResponderActs, Service: 1, Step: -1, Class: event.ActFix},
		{Kind: event.IncidentMended, Service: 1, Step: -1, Dur: 577 * event.Second},
		{Kind: event.ResponderFound, Service: -1, Step: -1, Class: event.ActStandDown, Text: "nothing is wrong any more"},
	} {
		e.Effect = event.None
		b.WriteString(Sentence(shop(), e) + "\n")
	}
	golden(t, "incidents.txt", []byte(b.String()))
}

// TestMinutes writes lengths of time as people on call say them.
func TestMinutes(t *testing.T) {
	for x, want := range map[float64]string{0: "0 min", 1.6: "1.6 min", 9.96: "10.0 min", 12: "12 min", 99.6: "100 min", 100: "1.7 h", 192: "3.2 h"} {
		if got := Minutes(x); got != want {
			t.Errorf("%g: %q, want %q", x, got, want)
		}
	}
}
