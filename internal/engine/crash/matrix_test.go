package crash

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"tasker-sim/internal/engine"
	"tasker-sim/internal/engine/failpoint"
)

var (
	crashes = flag.Int("crashes", 40, "how many crashes the matrix and the random kills are to come to, each")
	seed    = flag.Uint64("seed", 1, "decides the plans and when processes die")
	only    = flag.Int("story", -1, "tell this story only")
)

// cell is a way to die.
type cell struct {
	point string
	hit   int // it is passed so often before, less one
}

// cells are all points with the hits at which processes die there. Some points
// are passed only now and then.
func cells() []cell {
	var list []cell
	add := func(hits []int, points ...string) {
		for _, hit := range hits {
			for _, p := range points {
				list = append(list, cell{p, hit})
			}
		}
	}
	add([]int{1, 2, 7}, failpoint.SubmitBefore, failpoint.SubmitAfter, failpoint.AppendBefore, failpoint.CommitBefore,
		failpoint.CommitAfter, failpoint.AppendAfter, failpoint.ClaimAfter, failpoint.EffectBefore, failpoint.LedgerSync,
		failpoint.EffectAfter, failpoint.HandlerAfter, failpoint.TimerBefore, failpoint.TimerAfter, failpoint.BreakerFlip,
		failpoint.RecoverMid, failpoint.RecoverDone)
	add([]int{40, 90, 150}, failpoint.BucketPut, failpoint.Write)
	add([]int{5, 20, 60}, failpoint.SyncData, failpoint.WriteMeta, failpoint.SyncMeta, failpoint.SyncedPages)
	add([]int{2, 4}, failpoint.DiskSpace)
	add([]int{2}, failpoint.Resize) // 1 is the making of the store, see TestCreation
	add([]int{1, 2}, failpoint.Map, failpoint.Unmap)
	return list
}

// inRecovery are passed at the start of a process that has something to recover.
func (c cell) inRecovery() bool {
	switch c.point {
	case failpoint.RecoverMid, failpoint.RecoverDone, failpoint.Map, failpoint.Unmap:
		return true
	}
	return false
}

// once is passed one time by each process.
func (c cell) once() bool { return c.point == failpoint.RecoverDone }

// at is the term for a death, at a hit.
func at(point string, hit int) death {
	return death{terms: fmt.Sprintf("%s=%d*off->kill", point, hit-1)}
}

// modes are what happens after the first death.
func modes() []string { return []string{"single", "in recovery", "five in a row"} }

// deaths are those of a story in a cell.
func (c cell) deaths(mode string) []death {
	var list []death
	switch {
	case c.once():
		list = append(list, at(failpoint.EffectAfter, 5))
		for range c.hit {
			list = append(list, at(c.point, 1))
		}
	case c.inRecovery():
		list = append(list, at(failpoint.EffectAfter, 20), at(c.point, c.hit))
	default:
		list = append(list, at(c.point, c.hit))
	}
	switch mode {
	case "in recovery":
		list = append(list, at(failpoint.RecoverMid, 1), at(failpoint.RecoverDone, 1))
	case "five in a row":
		for len(list) < 5 {
			list = append(list, list[len(list)-1])
		}
	}
	return list
}

// TestMatrix kills at every fail point, in every shape, until there were as many
// crashes as -crashes says and every cell was met.
func TestMatrix(t *testing.T) {
	program := pointed(t)
	total := newTally()
	all := cells()
	t.Run("story", func(t *testing.T) {
		crew := newCrew()
		for n := max(*only, 0); n < 3*(*crashes+len(all)) && total.goOn(all) && (*only < 0 || n == *only); n++ {
			c, mode, shape := all[n%len(all)], modes()[n/len(all)%3], shapes()[(n+n/len(all)/3)%len(shapes())].Name
			if *only < 0 && total.enough() && total.met(c) {
				continue
			}
			crew.do(func() {
				s := &story{plan: plan{shape, *seed + uint64(n), 14, never}, program: program, dir: t.TempDir()}
				s.tell(t, c.deaths(mode), fmt.Sprintf("-run Matrix -seed %d -story %d (%s, hit %d, %s, %s)", *seed, n, c.point, c.hit, mode, shape))
				total.add(s)
				_ = os.RemoveAll(s.dir)
			})
		}
		crew.wait()
	})
	t.Log(total)
	if *only >= 0 {
		return
	}
	for _, c := range all {
		if !total.met(c) {
			t.Errorf("no process died at %s, hit %d, with anything in flight", c.point, c.hit)
		}
	}
	total.check(t)
}

// death is the one that must have happened for the cell to count.
func (c cell) death() death {
	if c.once() {
		return at(c.point, 1)
	}
	return at(c.point, c.hit)
}

// tell lets processes die one after the other, finishes and judges.
func (s *story) tell(t *testing.T, deaths []death, repeat string) {
	for _, d := range deaths {
		if l := s.start(t, d); l.code == exitDone {
			break
		}
	}
	s.finish(t)
	found := judge(s)
	for i, f := range found {
		if i < 10 {
			t.Errorf("%s", f)
		}
	}
	if len(found) > 0 {
		t.Errorf("%s: to repeat: go test ./internal/engine/crash %s", s.deaths(), repeat)
	}
}

// deaths says what each process died of.
func (s *story) deaths() string {
	var list []string
	for _, l := range s.lives {
		list = append(list, fmt.Sprintf("{%s lines %d: code %d, %s}", l.terms, l.lines, l.code, l.last()))
	}
	return strings.Join(list, " ")
}

// TestRandom kills anywhere: after any line that a process says. It needs no
// fail points.
func TestRandom(t *testing.T) {
	total := newTally()
	t.Run("story", func(t *testing.T) {
		crew := newCrew()
		for n := max(*only, 0); !total.enough() && (*only < 0 || n == *only); n++ {
			crew.do(func() {
				rng := rand.New(rand.NewPCG(*seed, uint64(n)))
				s := &story{plan: plan{shapes()[n%len(shapes())].Name, *seed + uint64(n), 14, never}, dir: t.TempDir()}
				var deaths []death
				for range 1 + n%3*2 {
					deaths = append(deaths, death{lines: 1 + rng.IntN(80)})
				}
				s.tell(t, deaths, fmt.Sprintf("-run Random -seed %d -story %d", *seed, n))
				total.add(s)
				_ = os.RemoveAll(s.dir)
			})
		}
		crew.wait()
	})
	t.Log(total)
	if *only < 0 && !testing.Short() {
		total.check(t)
	}
}

// crew runs stories, a few at a time.
type crew struct {
	wg    sync.WaitGroup
	seats chan struct{}
}

func newCrew() *crew { return &crew{seats: make(chan struct{}, 3)} }

func (c *crew) do(f func()) {
	c.seats <- struct{}{}
	c.wg.Go(func() {
		defer func() { <-c.seats }()
		f()
	})
}

func (c *crew) wait() { c.wg.Wait() }

// tally is what all stories came to.
type tally struct {
	mu       sync.Mutex
	stories  int
	killed   int            // processes that died with something in flight
	idle     int            // processes that died without; they do not count
	fired    map[string]int // processes that died, by what of
	repeated int            // calls of an attempt that an earlier process had called
	known    int            // effects that were asked for again
	kinds    map[engine.Kind]int
	classes  map[string]int // of failures
}

func newTally() *tally {
	return &tally{fired: map[string]int{}, kinds: map[engine.Kind]int{}, classes: map[string]int{}}
}

// enough tells whether there were as many crashes as wanted.
func (c *tally) enough() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if testing.Short() {
		return c.killed >= 10
	}
	return c.killed >= *crashes
}

// met tells whether a process died in the cell.
func (c *tally) met(x cell) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fired[fmt.Sprint(x.death())] > 0
}

// goOn tells whether another story is needed.
func (c *tally) goOn(all []cell) bool {
	return !c.enough() || slices.ContainsFunc(all, func(x cell) bool { return !c.met(x) })
}

// check refuses to pass if it was for nothing.
func (c *tally) check(t *testing.T) {
	if c.killed == 0 || c.idle > c.killed/10 || c.repeated == 0 || c.known == 0 {
		t.Errorf("a trivial pass: %s", c)
	}
	for k := engine.Submitted; k <= engine.Undone; k++ {
		switch k {
		case engine.Cancelled, engine.Reset, engine.Resolved, engine.Supplied, engine.Left, engine.Stalled:
			continue // nobody asks for these here
		}
		if c.kinds[k] == 0 {
			t.Errorf("%v never happened", k)
		}
	}
	for _, class := range []string{"503", "429", "reset", "decline", engine.ClassTimeout} {
		if c.classes[class] == 0 {
			t.Errorf("no attempt failed with %s", class)
		}
	}
}

func (c *tally) add(s *story) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stories++
	for i := range s.lives {
		l := &s.lives[i]
		switch {
		case !l.killed || l.overtime:
		case l.inFlight():
			c.killed++
			c.fired[fmt.Sprint(l.death)]++
		default:
			c.idle++
		}
	}
	if s.final() != nil {
		for _, h := range s.final().history {
			for _, r := range h {
				c.kinds[r.Kind]++
				c.classes[r.Class]++
			}
		}
	}
	calls := map[line]bool{}
	for _, l := range s.ledger {
		switch l.what {
		case "repeat":
			c.known++
		case "call":
			l.process, l.at = 0, 0
			if calls[l] {
				c.repeated++
			}
			calls[l] = true
		}
	}
}

func (c *tally) String() string {
	return fmt.Sprintf("%d stories, %d crashes with something in flight, %d without, %d calls repeated, %d effects asked for again and not repeated",
		c.stories, c.killed, c.idle, c.repeated, c.known)
}
