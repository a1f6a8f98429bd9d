package lab

// queueLaws are those of waiting, and of what retries do to it.
func queueLaws() []Oracle {
	const (
		noQueue  = "needs a service with servers and a queue of its own"
		noBudget = "needs a strategy with a retry budget"
	)
	return []Oracle{
		{ID: "O8", Law: "M/M/c: Wq = C/(c·mu-lambda), C by Erlang", About: "Waiting for one of c servers.", Unposed: noQueue},
		{ID: "O11", Law: "amplification = 1 + delta·s + C/N", About: "Calls with a retry budget.", Unposed: noBudget},
		{ID: "O12", Law: "a 10 % budget: at most 1.1 times the calls", About: "Retry budget of the SRE book.", Unposed: noBudget},
		{ID: "O13", Law: "gRPC throttle: retries iff f < r/(1+r)", About: "Token throttle of gRPC.", Unposed: noBudget},
		{ID: "O14", Law: "reject = max(0, (req-K·acc)/(req+1))", About: "Adaptive throttling.", Unposed: "needs a client that refuses its own calls"},
		{ID: "O15", Law: "stuck iff rho > 1/(1+R)", About: "Metastable failure by R immediate retries.", Unposed: noQueue},
		{ID: "O16", Law: "trigger d* = T(1+1/rho)/2", About: "The outage that tips it.", Unposed: noQueue},
		{ID: "O17", Law: "backoff does not cure it; budget, LIFO and deadlines do", About: "Remedies.", Unposed: noQueue},
		{ID: "O18", Law: "calls: full <= equal <= decorrelated < exponential < none", About: "Contention by jitter.", Unposed: "needs jitter kinds and optimistic locking"},
	}
}
