package lab

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// adaptiveLaws are about a client that refuses its own calls. No strategy of the
// language has such a client, so that this is a small model of its own.
func adaptiveLaws() []Oracle {
	return []Oracle{{
		ID: "O14", Law: "reject = max(0, (req-K·acc)/(req+1)); the backend sees min(N, K·accepts)",
		About: "Adaptive throttling (Google SRE): a client that refuses its own calls by how many were accepted lately, before a backend that accepts so many of N a turn. A model of its own, since no strategy has such a client.",
		Params: []Param{
			{Name: "offered", Doc: "calls that the client would make in a turn, N", Default: "200", kind: count, low: 1, high: 10000},
			{Name: "accepts", Doc: "calls that the backend accepts in a turn", Default: "40", kind: count, high: 10000},
			{Name: "K", Doc: "how many calls the client risks for each that is accepted", Default: "2", kind: number, low: 1, high: 100},
			{Name: "window", Doc: "turns that the client remembers", Default: "120", kind: count, low: 1, high: 10000},
			{Name: "turns", Doc: "turns that are counted", Default: "2000", kind: count, low: 10, high: 1_000_000},
		},
		Cases: []string{"accepts=40", "accepts=80 K=1.5", "accepts=120", "accepts=0 window=20"},
		fits:  adaptiveFits,
		pose:  poseAdaptive,
	}}
}

// adaptiveFits refuses cases in which chance often lets fewer calls through than the
// backend would accept: what it accepts is then not c.
func adaptiveFits(v values) error {
	n, c, k := float64(v.count("offered")), float64(v.count("accepts")), v.number("K")
	sent := k * c
	if c == 0 || sent >= n || sent-5*math.Sqrt(sent*(1-sent/n)) >= c {
		return nil
	}
	return fmt.Errorf("accepts=%v K=%v: want accepts=0, K·accepts of at least offered=%v, or a K·accepts that is five standard deviations above accepts", c, k, n)
}

// throttled is a client that keeps its calls and what was accepted of them for a
// number of turns.
type throttled struct {
	k                  float64
	requests, accepts  []int // by turn, round and round
	turn               int
	requested, allowed int // sums over the window
}

// refuses is the chance that the client refuses a call, by the turns before this one.
func (c *throttled) refuses() float64 {
	return max(0, (float64(c.requested)-float64(c.k*float64(c.allowed)))/float64(c.requested+1))
}

// end notes the calls of a turn, refused ones included, and what was accepted.
func (c *throttled) end(requests, accepts int) {
	i := c.turn % len(c.requests)
	c.requested += requests - c.requests[i]
	c.allowed += accepts - c.accepts[i]
	c.requests[i], c.accepts[i] = requests, accepts
	c.turn++
}

// poseAdaptive counts what reaches the backend once the window is full.
func poseAdaptive(v values, t *trial) error {
	offered, capacity, k := v.count("offered"), v.count("accepts"), v.number("K")
	window, turns := v.count("window"), v.count("turns")
	rng := rand.New(rand.NewPCG(t.seed, 14))
	client := throttled{k: k, requests: make([]int, window), accepts: make([]int, window)}
	reached := 0
	for turn := range window + turns {
		sent, refuse := 0, client.refuses()
		for range offered {
			if rng.Float64() >= refuse {
				sent++
			}
		}
		client.end(offered, min(sent, capacity))
		if turn >= window {
			reached += sent
		}
	}
	all := float64(offered * window)
	p := min(1, (1+float64(k*float64(capacity*window)))/(all+1))
	t.find("calls that reach the backend", "share", hits{reached, offered * turns, p})
	return nil
}
