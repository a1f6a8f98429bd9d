package sweep

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ErrOther is returned for a file that keeps the samples of another sweep.
var ErrOther = errors.New("it keeps another sweep")

// Keeper writes samples to a file as they come, one line each after a line with
// the plan, so that a sweep that was interrupted can go on.
type Keeper struct{ to io.Writer }

// Resume reads what a file keeps of this plan; it is nothing if the file is empty.
// end is where the next line belongs: a last line that was cut off is dropped.
func (p *Plan) Resume(from io.Reader) (have []Sample, end int64, err error) {
	in := bufio.NewReader(from)
	for n := 0; ; n++ {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return have, end, nil
		}
		if err != nil {
			return nil, 0, err
		}
		if n == 0 {
			if head, err := json.Marshal(p); err != nil || !bytes.Equal(bytes.TrimSpace(line), head) {
				return nil, 0, errors.Join(ErrOther, err)
			}
		} else {
			var s Sample
			if err := json.Unmarshal(line, &s); err != nil || !p.has(&s) {
				return nil, 0, fmt.Errorf("line %d is no sample of this sweep", n+1)
			}
			have = append(have, s)
		}
		end += int64(len(line))
	}
}

// has tells whether the sample is one of the plan's.
func (p *Plan) has(s *Sample) bool {
	return s.Point >= 0 && s.Point < p.Points() && s.Seed >= p.Seed && s.Seed-p.Seed < uint64(p.Seeds) && len(s.Values) > 0
}

// Keep goes on writing to a file of which end bytes were read; with none it writes
// the plan first.
func (p *Plan) Keep(to io.Writer, end int64) (*Keeper, error) {
	k := &Keeper{to}
	if end > 0 {
		return k, nil
	}
	return k, k.line(p)
}

// Add keeps a sample.
func (k *Keeper) Add(s Sample) error { return k.line(s) }

func (k *Keeper) line(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = k.to.Write(append(text, '\n'))
	return err
}
