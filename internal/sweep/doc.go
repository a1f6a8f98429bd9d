// Package sweep runs a scenario over ranges of its parameters and many seeds, and
// says what a figure comes to at each point.
//
// A [Plan] is a grid: one or two axes, each a parameter with the values it takes,
// and a number of seeds. Every cell of it is a world of its own that shares nothing
// but the scenario, which does not change, so that cells may run beside each other;
// what comes out stands in the order of the grid, never in that of the clock.
//
// Seeds are clusters: orders of one run share its bursts, so that what varies is
// the run. The interval of a point is Student's, over its seeds.
package sweep
