package report

import (
	"fmt"

	"tasker-sim/internal/event"
	"tasker-sim/internal/metrics"
)

// Traffic is the load that a strategy makes and what is answered of it, of runs in
// which some service has a limited number of servers.
type Traffic struct {
	// Amplification is the calls made for each that there would be without retries.
	Amplification float64 `json:"amplification"`
	// Settled… look at the tasks that arrive in the third quarter of the run.
	SettledSuccess       float64    `json:"settled_success_share"`
	SettledSuccessCI95   [2]float64 `json:"settled_success_share_ci95"`
	SettledAmplification float64    `json:"settled_amplification"`

	BucketMS ms    `json:"bucket_ms"`
	Demand   []int `json:"demand"`   // by bucket: tasks that arrive
	Offered  []int `json:"offered"`  // … calls that begin
	Answered []int `json:"answered"` // … calls that are answered well: goodput

	Stations object[Station] `json:"stations"`
}

// Station is a service's servers and the line before them.
type Station struct {
	Servers     int     `json:"servers"`
	Served      int     `json:"served"`
	Late        int     `json:"late"` // worked on for callers who were gone
	Dropped     int     `json:"dropped"`
	Expired     int     `json:"expired"` // of the dropped: there was no time left for them
	Longest     int     `json:"longest_line"`
	Utilisation float64 `json:"utilisation"` // of all servers, from the beginning to now
	WaitP50     *ms     `json:"wait_p50_ms"`
	WaitP99     *ms     `json:"wait_p99_ms"`
}

func traffic(s *metrics.State, k int) *Traffic {
	if !metrics.Crowded(s.Run) {
		return nil
	}
	st, settled := &s.Strategies[k], s.SettledRate(k)
	t := &Traffic{
		Amplification:  digits9(s.Amplification(k, 0, s.Now)),
		SettledSuccess: digits9(settled.Share()), SettledSuccessCI95: ends(settled.Interval),
		SettledAmplification: digits9(s.SettledAmplification(k)), BucketMS: s.Width().Millis(),
	}
	for i := range st.Minutes {
		b := &st.Minutes[i]
		t.Demand, t.Offered, t.Answered = append(t.Demand, b.Submitted), append(t.Offered, b.Calls), append(t.Answered, b.Answered)
	}
	for i := range st.Stations {
		if q := &st.Stations[i]; q.Servers > 0 {
			t.Stations = append(t.Stations, member[Station]{s.Run.Services[i].Name, Station{
				Servers: q.Servers, Served: q.Served, Late: q.Late, Dropped: q.Dropped, Expired: q.Expired, Longest: q.Longest,
				Utilisation: digits9(utilisation(q, s.Now)), WaitP50: quantile(q.Wait, 0.5), WaitP99: quantile(q.Wait, 0.99),
			}})
		}
	}
	return t
}

func utilisation(q *metrics.Station, now event.Time) float64 {
	if now == 0 {
		return 0
	}
	return float64(q.Busy) / float64(now) / float64(q.Servers)
}

// addTraffic adds the rows of load to the columns.
func (r *Result) addTraffic(add func(string, func(int, *metrics.Strategy) string)) {
	s := r.state
	add("of the third quarter", func(k int, _ *metrics.Strategy) string { return rateText(s.SettledRate(k)) + " succeed" })
	add("calls for each needed", func(k int, _ *metrics.Strategy) string {
		return "x" + Decimal(s.Amplification(k, 0, s.Now)) + ", in the third quarter x" + Decimal(s.SettledAmplification(k))
	})
	for i := range r.run.Services {
		if r.run.Services[i].Servers == 0 {
			continue
		}
		name := r.run.Services[i].Name
		add("work of "+name+" in vain", func(_ int, st *metrics.Strategy) string {
			q := &st.Stations[i]
			return fmt.Sprintf("%s of %s, longest line %s", Count(q.Late), Count(q.Served), Count(q.Longest))
		})
	}
}
