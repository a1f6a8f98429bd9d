package telemetry

import (
	"fmt"
	"strings"
	"sync"
)

// signal kinds of OTLP, as indices of an [Account].
const (
	spans = iota
	logs
	points
	signalEnd
)

// Account is what became of a run's telemetry. Of each signal what was made is
// what was sent and what was dropped.
type Account struct {
	Made, Sent, Dropped [signalEnd]int
	// Traces are the tasks of which a trace was made, LeftOut those for which the
	// queue had no room from the beginning, Cut those that it lost on the way.
	Traces, LeftOut, Cut int
	// Unread events concern no task and found no room, or were still in the queue
	// when there was no more time.
	Unread int
	// Remark is the latest thing that the receiver complained about, or what went
	// wrong on the way to it.
	Remark string
}

// Whole tells whether everything arrived.
func (a *Account) Whole() bool {
	return a.Sent == a.Made && a.LeftOut+a.Cut+a.Unread == 0
}

// String says it in a line or two.
func (a *Account) String() string {
	s := fmt.Sprintf("%s of %s, %s and %s sent",
		plural(a.Sent[spans], "span"), plural(a.Traces, "trace"), plural(a.Sent[logs], "log record"), plural(a.Sent[points], "reading of the metrics"))
	if a.Sent == [signalEnd]int{} {
		s = "nothing sent"
	}
	var lost []string
	for i, word := range [signalEnd]string{"span", "log record", "reading"} {
		if n := a.Dropped[i]; n > 0 {
			lost = append(lost, plural(n, word))
		}
	}
	if n := a.LeftOut; n > 0 {
		lost = append(lost, plural(n, "whole trace"))
	}
	if n := a.Cut; n > 0 {
		lost = append(lost, "the rest of "+plural(n, "trace"))
	}
	if n := a.Unread; n > 0 {
		lost = append(lost, plural(n, "event")+" that there was no room or time for")
	}
	if len(lost) > 0 {
		s += "; dropped: " + strings.Join(lost, ", ")
	}
	if a.Remark != "" {
		s += "\n  " + a.Remark
	}
	return s
}

// plural is the number with its word: "1,204 spans".
func plural(n int, one string) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	switch {
	case n == 1:
		return text + " " + one
	case strings.HasPrefix(one, "reading"):
		return text + " readings" + strings.TrimPrefix(one, "reading")
	}
	return text + " " + one + "s"
}

// book is an account that is written while others read it.
type book struct {
	mu sync.Mutex
	Account
}

// note changes the account.
func (b *book) note(f func(*Account)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f(&b.Account)
}

// soFar is the account as it stands.
func (b *book) soFar() Account {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Account
}
