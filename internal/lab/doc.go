// Package lab holds the simulator against exact theory.
//
// An [Oracle] is a law of probability with parameters: "all n attempts fail with
// probability p^n". [Verify] poses each as a small scenario, written as YAML and
// read by package scenario like anybody's file, lets a world live through it, and
// puts what was counted beside what the law says, with the exact probability that
// chance alone is that far off. All tests of a call together raise a false alarm
// with probability [Bound] at most.
//
// It reads a run from its events only, like the dashboard: it cannot look into
// the world that it judges.
package lab
