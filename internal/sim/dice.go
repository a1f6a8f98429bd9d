package sim

import (
	"hash/fnv"
	"math"
	"math/rand/v2"

	"tasker-sim/internal/event"
)

// purpose tells the draws of one attempt apart.
type purpose uint8

const (
	drawArrival purpose = iota + 1
	drawContext
	drawError
	drawClass
	drawLatency
	drawJitter
	drawBurst
	drawPayload
	drawIncident
	drawResponder
	drawFault
	drawRelease
	drawSubscriber
)

// dice gives draws by key. It has no state but the seed: the same key gives the
// same draw, whoever asks and when.
type dice struct{ seed uint64 }

// mix is the finaliser of splitmix64 (Steele, Lea, Flood 2014): every bit of x
// moves every bit of the result.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// word hashes a name, so that keys depend on what things are called and not on
// where they stand in a list.
func word(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return h.Sum64()
}

// draw is uniform in [0,1) for the key (where, task, n, p): where is the hash of
// a step's or service's name, n an attempt or a running number.
func (d dice) draw(p purpose, where uint64, task, n int) float64 {
	key := mix(where ^ mix(uint64(task)<<20|uint64(n)<<8|uint64(p)))
	return float64(rand.NewPCG(d.seed, key).Uint64()>>11) / (1 << 53)
}

// exponential turns a uniform draw into an exponential one of the given mean,
// at least one microsecond.
func exponential(mean event.Time, u float64) event.Time {
	return max(1, round(-float64(float64(mean)*math.Log1p(-u))))
}

// round makes whole microseconds. Products are forced through float64 before
// they come here, so that no fused multiply-add makes two processors differ.
func round(x float64) event.Time { return event.Time(math.Round(x)) }

// z99 is the 99th percentile of the standard normal distribution.
const z99 = 2.3263478740408408

// logNormal turns a uniform draw into a log-normal one with the given median and
// 99th percentile: sigma = ln(p99/median)/z99.
func logNormal(median, p99 event.Time, u float64) event.Time {
	if p99 <= median {
		return median
	}
	sigma := math.Log(float64(p99)/float64(median)) / z99
	z := math.Sqrt2 * math.Erfinv(float64(2*u)-1)
	if u == 0 {
		z = -8
	}
	return max(1, round(float64(median)*math.Exp(float64(sigma*z))))
}
