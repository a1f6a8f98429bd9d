package report

import (
	"fmt"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// Incident is how a fault that somebody has to mend went on in a strategy. What
// has not happened is null.
type Incident struct {
	Alarm          string   `json:"alarm"`           // the rule that called somebody first
	DetectMinutes  *float64 `json:"detect_minutes"`  // from its begin
	RecoverMinutes *float64 `json:"recover_minutes"` // from its begin until it was mended
	LostTasks      int      `json:"lost_tasks"`
	LostCents      int64    `json:"lost_cents"`
	LinesScanned   int      `json:"lines_scanned"`
	ServicesOpened int      `json:"services_opened"` // logs; one that was opened twice counts twice
	ScreensOpened  int      `json:"screens_opened"`  // tables, traces and health pages
}

// Watch is what watching a strategy took, over the whole run.
type Watch struct {
	Alerts      int `json:"alerts"`
	FalseAlerts int `json:"false_alerts"` // no fault was on meanwhile
	// FalseShare is null without alerts.
	FalseShare *float64 `json:"false_alert_share"`
	Calls      int      `json:"calls"` // alerts that called somebody
	// Candidates is how many tasks a line of a log may be about.
	Candidates float64 `json:"candidates_per_line"`
	LogLines   int     `json:"log_lines"`
	LogBytes   int     `json:"log_bytes"`
	Spans      int     `json:"spans"` // of the traces kept
	SpanBytes  int     `json:"span_bytes"`
}

func incident(s *metrics.State, k int) *Incident {
	w := &s.Strategies[k].Watch
	if s.Run.Watch == nil || w.Began == 0 {
		return nil
	}
	return &Incident{
		Alarm: w.Alarm, DetectMinutes: minutesTo(w.Began, w.Noticed), RecoverMinutes: minutesTo(w.Began, w.Mended),
		LostTasks: w.LostTasks, LostCents: w.LostCents, LinesScanned: w.Lines, ServicesOpened: w.Logs, ScreensOpened: w.Screens,
	}
}

// minutesTo: from one instant to a later one; nil if that has not come.
func minutesTo(from, to event.Time) *float64 {
	if to == 0 {
		return nil
	}
	x := digits9((to - from).Seconds() / 60)
	return &x
}

func watch(s *metrics.State, k int) *Watch {
	if s.Run.Watch == nil {
		return nil
	}
	st := &s.Strategies[k].Watch
	w := &Watch{
		Candidates: digits9(s.Candidates(k)), LogLines: st.LogLines, LogBytes: st.LogBytes, Spans: st.Spans, SpanBytes: st.SpanBytes,
	}
	w.FalseAlerts, w.Alerts = s.FalseAlerts(k)
	for _, a := range st.Alerts {
		if a.Calls {
			w.Calls++
		}
	}
	if w.Alerts > 0 {
		x := digits9(float64(w.FalseAlerts) / float64(w.Alerts))
		w.FalseShare = &x
	}
	return w
}

// Minutes writes a number of minutes: "2.1 min", "41 min", "3.2 h".
func Minutes(m float64) string {
	switch {
	case m < 10:
		return Decimal(m) + " min"
	case m < 100:
		return fmt.Sprintf("%.0f min", m)
	}
	return Hours(m / 60)
}

// Since writes how long after the begin of an incident something happened.
func Since(began, at event.Time) string {
	if at == 0 {
		return "not yet"
	}
	return Minutes((at - began).Seconds() / 60)
}

// addIncident adds the rows of an incident to the columns.
func (r *Result) addIncident(add func(string, func(int, *metrics.Strategy) string)) {
	if r.run.Watch == nil {
		return
	}
	if r.state.Strategies[0].Watch.Began > 0 {
		add("noticed, mended after", func(_ int, st *metrics.Strategy) string {
			return Since(st.Watch.Began, st.Watch.Noticed) + ", " + Since(st.Watch.Began, st.Watch.Mended)
		})
		add("failed meanwhile", func(_ int, st *metrics.Strategy) string {
			return Count(st.Watch.LostTasks) + ", " + Money(st.Watch.LostCents)
		})
		add("opened, lines read", func(_ int, st *metrics.Strategy) string {
			return fmt.Sprintf("%s logs, %s screens, %s", Count(st.Watch.Logs), Count(st.Watch.Screens), Count(st.Watch.Lines))
		})
	}
	add("alarms, of them false", func(k int, _ *metrics.Strategy) string {
		wrong, all := r.state.FalseAlerts(k)
		return Count(all) + ", " + Count(wrong)
	})
	add("a line may be about", func(k int, _ *metrics.Strategy) string {
		n := r.state.Candidates(k)
		if n == 1 {
			return "1 " + r.run.Noun.One
		}
		return Decimal(n) + " " + r.run.Noun.Many
	})
	add("log lines, spans kept", func(_ int, st *metrics.Strategy) string {
		return Count(st.Watch.LogLines) + ", " + Count(st.Watch.Spans)
	})
}

// toldWatch puts what alarms and the person on call do into words.
func (t teller) toldWatch() string {
	e := t.e
	switch e.Kind {
	case event.AlertFired:
		calls := ""
		if e.Amount > 0 {
			calls = ", somebody is called"
		}
		switch t.brief {
		case 0:
			return "alarm " + words(e.Class) + ": " + e.Text + calls
		case 1:
			return "alarm " + words(e.Class) + ": " + e.Text
		}
		return "alarm " + words(e.Class) + calls
	case event.AlertResolved:
		return "alarm " + words(e.Class) + " is over after " + Span(e.Dur)
	case event.ResponderFound:
		if e.Class == event.ActLog {
			return "log of " + t.service() + ": " + e.Text
		}
		if e.Class == event.ActHealth {
			return t.service() + " says: " + e.Text
		}
		return e.Text
	case event.IncidentMended:
		return t.service() + " is mended, " + Minutes(e.Dur.Seconds()/60) + " after it began"
	}
	name := ""
	if e.Service >= 0 {
		name = t.service()
	}
	return DeedText(e.Class, name, int(e.Amount))
}

// DeedText says what the person on call does; service is the name of what they
// look at and lines how much of its log.
func DeedText(act, service string, lines int) string {
	switch act {
	case event.ActTriage:
		return "looks at health checks"
	case event.ActLog:
		return "reads " + Count(lines) + " lines of " + service
	case event.ActDashboard:
		return "opens the table of slow steps"
	case event.ActTrace:
		return "opens a trace"
	case event.ActHealth:
		return "asks " + service + " how it is"
	case event.ActDetour:
		return "is on a wrong track"
	case event.ActFix:
		return "mends " + service
	case event.ActStandDown:
		return "stands down"
	}
	return words(act)
}
