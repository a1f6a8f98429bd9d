package report

import (
	"testing"

	"tasker-sim/internal/event"
)

// TestGuardSentences shows how the events about senders, secrets and records read.
func TestGuardSentences(t *testing.T) {
	run := &event.Run{Noun: event.Noun{One: "request", Many: "requests"}, Strategies: []event.Strategy{{Name: "naive"}}}
	for _, c := range []struct {
		e    event.Event
		want string
	}{
		{event.Event{Kind: event.TaskSubmitted, Task: 7, Amount: 1250, Text: "the key", Attempt: 14, Step: event.None},
			"request 7, naive: arrived, worth $12.50, from the key: one of 14 people"},
		{event.Event{Kind: event.TaskSubmitted, Task: 7, Amount: 1250, Text: "agent.3", Attempt: 1, Step: event.None},
			"request 7, naive: arrived, worth $12.50, from agent.3"},
		{event.Event{Kind: event.SecretSeen, Task: 7, Class: event.SinkLog, Text: "email card", Amount: 2, Step: event.None},
			"request 7, naive: the log shows email card"},
		{event.Event{Kind: event.TrailCounted, Class: event.TrailRecords, Amount: 1200, Text: "0123456789abcdef", Step: event.None},
			"naive: the audit trail has 1,200 records, head 0123456789ab"},
		{event.Event{Kind: event.TrailCounted, Class: event.TrailBytes, Amount: 9000, Step: event.None},
			"naive: the audit trail takes 9,000 bytes"},
	} {
		if got := Sentence(run, c.e); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
