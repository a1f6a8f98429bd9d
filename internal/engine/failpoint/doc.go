// Package failpoint has the places in the engine where a test can make it fail.
//
// Without the build tag failpoint all of it is empty functions, which the
// compiler removes. With it, the environment says what happens where:
//
//	TASKER_FAILPOINTS='bolt.beforeCommit=6*off->kill;append.before=20%error(no space)'
//
// A point's terms are tried from left to right, as in gofail. A count says how
// often a term applies before the next one takes over, a percentage how likely it
// applies; neither means for ever. The actions:
//
//	off         nothing happens
//	kill        SIGKILL to the own process
//	panic       a panic
//	error(text) the error text, at points that can fail
//	on          a mutant is switched on, see [On]
//
// TASKER_FAILPOINT_SEED decides the draws of percentages. A point or an action
// that does not exist ends the process: a test that tests nothing is worse than
// none.
package failpoint
