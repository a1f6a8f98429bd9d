package stats

import (
	"math"
	"math/cmplx"
)

// Law is the distribution of a whole number from 0 on: Law[v] = P(X = v).
type Law []float64

// Moments are the law's expectation and variance.
func (l Law) Moments() (mean, variance float64) {
	for v, p := range l {
		mean += float64(v) * p
		variance += float64(v) * float64(v) * p
	}
	return mean, variance - float64(mean*mean)
}

// Part is N independent draws of one law.
type Part struct {
	Law Law
	N   int
}

// SumTails are P(S ≤ s) and P(S ≥ s) of the sum of all parts' draws. Parts that
// are single trials with different chances make it the Poisson-binomial law.
//
// The distribution comes from its characteristic function at the M = max(S)+1
// roots of unity (Hong, Comput. Stat. Data Anal. 59 (2013) 41, for trials; the
// same for any lattice law). Its error is absolute, about 1e-11: smaller tails
// are not told apart from nothing.
func SumTails(parts []Part, s int) Tails {
	most := 0
	for _, p := range parts {
		most += p.N * (len(p.Law) - 1)
	}
	if s < 0 || s > most {
		return Tails{Low: tail(s > most), High: tail(s < 0)}
	}
	low := cumulative(parts, s, most+1)
	below := 0.0
	if s > 0 {
		below = cumulative(parts, s-1, most+1)
	}
	return Tails{unit(low), unit(1 - below)}
}

func tail(all bool) float64 {
	if all {
		return 1
	}
	return 0
}

func unit(p float64) float64 { return max(0, min(1, p)) }

// cumulative is P(S ≤ s) where S takes values below m.
func cumulative(parts []Part, s, m int) float64 {
	sum := float64(s+1) / float64(m)
	step := 2 * math.Pi / float64(m)
	for k := 1; 2*k <= m; k++ {
		w := step * float64(k)
		size, turn := 0.0, 0.0
		for _, p := range parts {
			z := p.Law.at(w)
			size += float64(p.N) * math.Log(cmplx.Abs(z))
			turn += float64(p.N) * cmplx.Phase(z)
		}
		if size < -60 { // below 1e-26: nothing of it is left in the sum
			continue
		}
		// Σ_{j≤s} e^{−iwj} is the Dirichlet kernel, turned by half of s.
		kernel := math.Sin(float64(w*float64(s+1))/2) / math.Sin(w/2)
		term := math.Exp(size) * math.Cos(turn-float64(w*float64(s))/2) * kernel / float64(m)
		if 2*k < m {
			term *= 2 // the conjugate frequency
		}
		sum += term
	}
	return sum
}

// at is the characteristic function of the law.
func (l Law) at(w float64) complex128 {
	z := complex(0, 0)
	for v, p := range l {
		if p > 0 {
			sin, cos := math.Sincos(float64(w * float64(v)))
			z += complex(float64(p*cos), float64(p*sin))
		}
	}
	return z
}

// Smooth is a random variable that is known by its characteristic function, and
// about how far it spreads.
type Smooth struct {
	At func(w float64) complex128
	// Mean and SD scale the inversion; they need not be exact.
	Mean, SD float64
}

// Tails are P(S ≤ x) and P(S ≥ x) by inverting the characteristic function
// (Gil-Pelaez, Biometrika 38 (1951) 481) with the midpoint rule: its error falls
// exponentially as long as nothing lies farther than forty standard deviations.
// What has not died out at the end of the integral widens both tails.
func (v Smooth) Tails(x float64) Tails {
	const reach, end = 40.0, 400.0
	h := math.Pi / (reach * v.SD)
	sum, size := 0.0, 1.0
	for w := h / 2; w*v.SD < end; w += h {
		z := v.At(w)
		size = cmplx.Abs(z)
		if size < 1e-18 {
			size = 0
			break
		}
		sin, cos := math.Sincos(float64(w * x))
		sum += (imag(z)*cos - real(z)*sin) / w
	}
	low := 0.5 - sum*h/math.Pi
	return Tails{unit(low + size), unit(1 - low + size)}
}
