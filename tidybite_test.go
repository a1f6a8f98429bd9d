package main_test

import (
	"strings"
	"testing"
)

// planted is code that a rule must find, or must leave alone.
type planted struct {
	rule string
	path string
	code string // after the package clause, unless it has one
	bad  bool
}

func plants() []planted {
	return append(structurePlants(), stylePlants()...)
}

//tidy:long table
func structurePlants() []planted {
	return []planted{
		{"imports", "internal/tui/a.go", `import "tasker-sim/internal/sim"`, true},
		{"imports", "internal/tui/a.go", `import "tasker-sim/internal/metrics"`, false},
		{"imports", "internal/event/a.go", `import "tasker-sim/internal/stats"`, true},
		{"imports", "internal/engine/a.go", `import "go.etcd.io/bbolt"`, true},
		{"imports", "internal/engine/bolt/a.go", `import "go.etcd.io/bbolt"`, false},
		{"imports", "internal/engine/a.go", `import "os"`, true},
		{"imports", "internal/sim/a.go", `import "os"`, false},
		{"imports", "internal/helper/a.go", ``, true},
		{"imports", "main.go", `import "tasker-sim/internal/sim"`, true},
		{"imports", "scenarios/a.go", `import "embed"`, false},
		{"clock", "internal/sim/a.go", `import "time"; func f() { _ = time.Now() }`, true},
		{"clock", "internal/sim/a.go", `import t "time"; func f() { t.Sleep(1) }`, true},
		{"clock", "internal/sim/a_test.go", `import "time"; func f() { <-time.After(1) }`, true},
		{"clock", "internal/sim/a_test.go", `import ("testing/synctest"; "time"); func f() { time.Sleep(1); synctest.Wait() }`, false},
		{"clock", "internal/sim/a.go", `import "time"; var d = 3 * time.Second`, false},
		{"clock", "internal/wall/wall.go", `import "time"; func f() { _ = time.Now() }`, false},
		{"clock", "internal/tui/a.go", `import tea "charm.land/bubbletea/v2"; var c = tea.Tick(1, nil)`, true},
		{"clock", "internal/tui/player.go", `import tea "charm.land/bubbletea/v2"; var c = tea.Tick(1, nil)`, false},
		{"dice", "internal/sim/a.go", `import "math/rand"`, true},
		{"dice", "internal/sim/a.go", `import "math/rand/v2"; var x = rand.Float64()`, true},
		{"dice", "internal/sim/a.go", `import "math/rand/v2"; var x = rand.New(rand.NewPCG(1, 2)).Float64()`, false},
		{"dice", "internal/sim/a_test.go", `import "crypto/rand"`, true},
		{"dice", "internal/vault/random.go", `import "crypto/rand"`, false},
		{"exit", "internal/cli/a.go", `import "os"; func f() { os.Exit(1) }`, true},
		{"exit", "main.go", `import "os"; func f() { os.Exit(1) }`, false},
		{"streams", "internal/cli/a.go", `import "fmt"; func f() { fmt.Println(1) }`, true},
		{"streams", "internal/cli/a.go", `import ("fmt"; "os"); func f() { fmt.Fprintln(os.Stderr, 1) }`, true},
		{"streams", "internal/cli/a.go", `import ("fmt"; "io"); func f(w io.Writer) { fmt.Fprintln(w, 1) }`, false},
		{"streams", "internal/cli/a.go", `func f() { println(1) }`, true},
		{"streams", "internal/cli/a.go", `import "log"`, true},
		{"threads", "internal/sim/a.go", `func f() { go f() }`, true},
		{"threads", "internal/sim/a.go", `func f(c chan int) {}`, true},
		{"threads", "internal/sim/a.go", `import "sync"`, true},
		{"threads", "internal/cli/a.go", `import "context"; func f(c context.Context) { <-c.Done() }`, true},
		{"threads", "internal/engine/loop.go", `func f() { go f() }`, false},
		{"state", "internal/sim/a.go", `var n int; func f() { n++ }`, true},
		{"state", "internal/sim/a.go", `var m = map[int]int{}; func f() { m[1] = 2 }`, true},
		{"state", "internal/sim/a.go", `var n int; func f() { n := 1; n = 2; _ = n }`, false},
		{"state", "internal/sim/a.go", `var n = 1; func f() int { return n }`, false},
		{"names", "internal/util/a.go", ``, true},
		{"names", "internal/x/a.go", "package common", true},
		{"names", "internal/sim/a.go", "package sim_test", false},
	}
}

//tidy:long table
func stylePlants() []planted {
	lines := strings.Repeat("\n", functionLimit)
	file := strings.Repeat("\n", fileLimit)
	return []planted{
		{"length", "internal/sim/a.go", "func f() {" + lines + "}", true},
		{"length", "internal/sim/a.go", "//tidy:long table of faults\nfunc f() {" + lines + "}", false},
		{"length", "internal/sim/a.go", "//tidy:long\nfunc f() {" + lines + "}", true},
		{"length", "internal/sim/a_test.go", "func f() {" + lines + "}", true},
		{"length", "internal/sim/a.go", "package sim" + file, false},
		{"length", "internal/sim/a.go", "package sim\n" + file, true},
		{"length", "internal/sim/a.go", "//tidy:long one table\npackage sim\n" + file, false},
		{"length", "internal/sim/a.go", "//tidy:long one table\npackage sim\n" + file + file, true},
		{"documented", "internal/sim/a.go", `func F() {}`, true},
		{"documented", "internal/sim/a.go", "// F does.\nfunc F() {}", false},
		{"documented", "internal/sim/a.go", "//go:noinline\nfunc F() {}", true},
		{"documented", "internal/sim/a.go", `type t int; func (t) F() {}`, false},
		{"documented", "internal/sim/a.go", "// T is.\ntype T int; func (*T) F() {}", true},
		{"documented", "internal/sim/a.go", `type T struct{}`, true},
		{"documented", "internal/sim/a.go", "// Faults.\nconst (\nA = 1\nB = 2\n)", false},
		{"documented", "internal/sim/a.go", "const A = 1", true},
		{"documented", "internal/sim/a.go", "const A = 1 // one", false},
		{"documented", "internal/sim/a_test.go", `func F() {}`, false},
		{"errors", "internal/sim/a.go", `import "errors"; var e = errors.New("Bad thing")`, true},
		{"errors", "internal/sim/a.go", `import "errors"; var e = errors.New("bad thing.")`, true},
		{"errors", "internal/sim/a.go", `import "fmt"; var e = fmt.Errorf("bad %d\n", 1)`, true},
		{"errors", "internal/sim/a.go", `import "fmt"; var e = fmt.Errorf("YAML: %d", 1)`, false},
		{"errors", "internal/sim/a.go", `import "fmt"; var e = fmt.Errorf("%s: bad", "x")`, false},
		{"leftovers", "internal/sim/a.go", "// TO" + "DO: more", true},
		{"leftovers", "internal/sim/a_test.go", "// FIX" + "ME", true},
		{"leftovers", "internal/sim/a.go", "// what is left to do", false},
		{"emoji", "internal/sim/a.go", "// \U0001F680", true},
		{"emoji", "internal/sim/a.go", "// ✓ ↻ █", false},
	}
}

// TestRulesBite: a rule that finds nothing proves nothing.
func TestRulesBite(t *testing.T) {
	for _, r := range rules() {
		bites := false
		for _, p := range plants() {
			if p.rule != r.name {
				continue
			}
			bites = bites || p.bad
			code := p.code
			if !strings.Contains(code, "package ") {
				code = "package x\n\n" + code
			}
			s, err := parse(p.path, code)
			if err != nil {
				t.Fatalf("%s: %v\n%s", r.name, err, code)
			}
			s.noteVars()
			if found := r.apply(s); len(found) > 0 != p.bad {
				t.Errorf("%s, %s: found %v, want a finding: %v\n%.200s", r.name, p.path, found, p.bad, code)
			}
		}
		if !bites {
			t.Errorf("rule %s: no planted violation", r.name)
		}
	}
}

// TestPlaces: what counts as a place on one machine.
func TestPlaces(t *testing.T) {
	for text, want := range map[string]bool{
		"see /ho" + "me/me/x":         true,
		`open("/Us` + `ers/me/x")`:    true,
		"cd /wo" + "rk/x":             true,
		"https://example.com/home/x":  false,
		"a path like work/x or ~/x":   false,
		"kept under $HOME/.local/etc": false,
	} {
		if got := places.MatchString(text); got != want {
			t.Errorf("%q: found %v, want %v", text, got, want)
		}
	}
}
