package engine

import "testing"

func linear(n int) Template {
	t := Template{Ref: Ref{"test", "linear", "1"}}
	for i := range n {
		s := Step{Name: string(rune('a' + i)), Service: "svc", Retry: Retry{Limit: 3, Base: 1000, Factor: 2, Cap: 10_000}}
		if i > 0 {
			s.DependsOn = []string{string(rune('a' + i - 1))}
		}
		t.Steps = append(t.Steps, s)
	}
	return t
}

func BenchmarkCore(b *testing.B) {
	c, err := New(Config{Store: Discard{}, Templates: []Template{linear(5)}})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	var now Time
	var running []Attempt
	for range 64 {
		c.SubmitTo(now, 0, Submission{})
	}
	done := 0
	for done < b.N {
		now++
		running = c.Claim(now, running[:0])
		for _, a := range running {
			if err := c.Succeed(now, a, nil); err != nil {
				b.Fatal(err)
			}
			if a.Step == 4 {
				done++
				c.SubmitTo(now, 0, Submission{})
			}
		}
		c.Flush(nil)
	}
}
