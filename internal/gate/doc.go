// Package gate decides whether a request may go in: who sends it, shown by a
// signed token, and what that person may do, by a policy.
//
// It is a library of functions. The instant is an argument (time since the start
// of whatever is being watched), keys follow from a seed, and nothing is
// remembered from one request to the next: whoever was let in before has no
// influence on who is let in now.
//
// A [Policy] is data. Its rules are tried in order and the first that fits
// allows; what no rule allows is denied.
package gate
