// Package stats holds the arithmetic of honesty: intervals for rates that say
// how much a count of k in n is worth.
//
// [Wilson] is for a sample whose size was fixed beforehand, [Anytime] for a rate
// that is watched while it grows, [ClopperPearson] for promises: it errs only on
// the safe side. [McNemar] compares two treatments of the same tasks.
//
// It imports nothing of ours.
package stats
