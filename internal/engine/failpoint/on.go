//go:build failpoint

package failpoint

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
)

// Enabled tells whether the program was built with fail points.
const Enabled = true

// registry is what the environment said when it was first asked.
var registry = sync.OnceValue(func() *points {
	seed, _ := strconv.ParseUint(os.Getenv(EnvSeed), 10, 64) // none means 0
	p, err := parse(os.Getenv(Env), seed)
	if err != nil {
		panic(fmt.Sprintf("%s: %v", Env, err))
	}
	return p
})

// points are the terms of each point, and the draws that they share.
type points struct {
	mu    sync.Mutex
	terms map[string][]term
	draw  *rand.Rand
}

// Hit passes a point: nothing, the end of the process or a panic. An error has
// nowhere to go here and is a panic too.
func Hit(name string) {
	if err := Err(name); err != nil {
		panic(err)
	}
}

// Err passes a point that can fail.
func Err(name string) error {
	t := registry().next(name)
	switch t.action {
	case "kill":
		die()
	case "panic":
		panic("failpoint " + name)
	case "error":
		return fmt.Errorf("failpoint %s: %w", name, errors.New(t.arg))
	}
	return nil
}

// On tells whether a mutant is switched on.
func On(name string) bool { return registry().next(name).action == "on" }

// next is the term that applies this time.
func (p *points) next(name string) term {
	p.mu.Lock()
	defer p.mu.Unlock()
	terms := p.terms[name]
	for i := range terms {
		t := &terms[i]
		if t.counted && t.left == 0 || t.share < 1 && p.draw.Float64() >= t.share {
			continue
		}
		t.left--
		return *t
	}
	return term{}
}

// die ends the process as no deferred function can notice.
func die() {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	if err != nil {
		panic(err)
	}
	select {} // the signal is on its way
}
