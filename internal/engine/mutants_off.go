//go:build !failpoint

package engine

// The engine as it is: nothing is changed, and nothing is left of these calls.

func mutateKey(_ Attempt, key string) string               { return key }
func mutateClaimed(claimed []Attempt) []Attempt            { return claimed }
func mutateAnswers(asked []request) []request              { return asked }
func mutateInFlight(_ *Core, attempts []Attempt) []Attempt { return attempts }
func mutateResumed(*task)                                  {}
func mutateWaits(*Core, Time)                              {}
