// Package stats holds the arithmetic of honesty: intervals for rates that say
// how much a count of k in n is worth. It imports nothing of ours.
package stats
