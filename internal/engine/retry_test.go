package engine

import "testing"

func TestRetryWait(t *testing.T) {
	const s = 1_000_000
	tasker := Retry{Limit: 9, Base: 1 * s, Cap: 30 * s, Factor: 2}
	jittered := Retry{Limit: 9, Base: 1 * s, Cap: 30 * s, Factor: 2, Jitter: 0.1}
	tests := []struct {
		name  string
		retry Retry
		k     int
		draw  float64
		want  Time
	}{
		{"first is the base", tasker, 1, 0.5, 1 * s},
		{"second", tasker, 2, 0.5, 2 * s},
		{"fifth", tasker, 5, 0.5, 16 * s},
		{"capped", tasker, 6, 0.5, 30 * s},
		{"long after the cap", tasker, 1_000_000, 0.5, 30 * s},
		{"jitter at its least", jittered, 1, 0, 900_000},
		{"jitter in the middle", jittered, 1, 0.5, 1 * s},
		{"jitter near its most", jittered, 1, 0.9999999, 1_100_000},
		{"jitter comes after the cap", jittered, 9, 0.75, 31_500_000},
		{"full jitter", Retry{Base: 1 * s, Jitter: 1}, 1, 0.25, 500_000},
		{"no factor is a constant wait", Retry{Base: 3 * s}, 7, 0.5, 3 * s},
		{"no base is no wait", Retry{Factor: 2, Cap: 30 * s}, 7, 0.5, 0},
		{"rounded to the microsecond", Retry{Base: 3, Factor: 1.5}, 2, 0.5, 5},
		{"no cap is bounded all the same", Retry{Base: 1 * s, Factor: 10}, 400, 0.5, longest},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.retry.Wait(tt.k, tt.draw); got != tt.want {
				t.Errorf("Wait(%d, %v) = %d, want %d", tt.k, tt.draw, got, tt.want)
			}
		})
	}
}
