package engine

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// Memory is a store in memory, in the same stored form as a file would have. It
// survives its core, so that a test can crash one and begin another on it. The
// zero value is empty and ready to use.
type Memory struct {
	mu       sync.Mutex
	history  map[TaskID][]byte // records, each after its length
	open     map[TaskID]bool
	rows     map[TaskID]Row
	keys     map[string]TaskID
	services map[string][]byte
	apps     [][]byte
	trail    [][]byte
	last     TaskID
	seq      uint32
	buf      []byte
}

// Append keeps the batch.
func (m *Memory) Append(b *Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.history == nil {
		m.history, m.open = map[TaskID][]byte{}, map[TaskID]bool{}
		m.rows = map[TaskID]Row{}
		m.keys, m.services = map[string]TaskID{}, map[string][]byte{}
	}
	for i := range b.Records {
		m.append(&b.Records[i])
	}
	for _, s := range b.Services {
		m.services[s.Name] = bytes.Clone(s.State)
	}
	if b.App != nil {
		m.apps = append(m.apps, bytes.Clone(b.App))
	}
	for _, row := range b.Trail {
		m.trail = append(m.trail, bytes.Clone(row))
	}
	return nil
}

func (m *Memory) append(r *Record) {
	m.buf = AppendRecord(m.buf[:0], r)
	h := binary.AppendUvarint(m.history[r.Task], uint64(len(m.buf)))
	m.history[r.Task] = append(h, m.buf...)
	switch {
	case r.Task == 0:
		m.seq = r.Seq
	case r.Kind == Submitted:
		m.open[r.Task], m.last = true, max(m.last, r.Task)
		m.rows[r.Task] = Row{Task: r.Task, Template: r.Class, Key: r.Text, Submitted: r.At}
		if r.Text != "" {
			m.keys[r.Text] = r.Task
		}
	case r.Kind.Ends():
		delete(m.open, r.Task)
		m.rows[r.Task] = m.rows[r.Task].Over(r.Kind, r.At)
	}
}

// Last implements Store.
func (m *Memory) Last() (TaskID, uint32, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last, m.seq, nil
}

// Open implements Store.
func (m *Memory) Open(f func(TaskID, []Record) error) error {
	m.mu.Lock()
	ids := slices.Sorted(maps.Keys(m.open))
	m.mu.Unlock()
	for _, id := range ids {
		history, err := m.Task(id)
		if err != nil {
			return err
		}
		if err := f(id, history); err != nil {
			return err
		}
	}
	return nil
}

// Task implements Store.
func (m *Memory) Task(id TaskID) ([]Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	buf, ok := m.history[id]
	if !ok && id != 0 {
		return nil, fmt.Errorf("task %d: %w", id, ErrUnknown)
	}
	var history []Record
	for len(buf) > 0 {
		n, used := binary.Uvarint(buf)
		r, err := ParseRecord(buf[used : used+int(n)])
		if err != nil {
			return nil, fmt.Errorf("task %d: %w", id, err)
		}
		r.Task, r.Seq = id, uint32(len(history)+1)
		history = append(history, r)
		buf = buf[used+int(n):]
	}
	return history, nil
}

// Query implements Store, by looking at everything.
func (m *Memory) Query(q Query, f func(Row) bool) error {
	m.mu.Lock()
	var found []Row
	for _, id := range slices.Sorted(maps.Keys(m.rows)) {
		if row := m.rows[id]; q.Matches(&row) && (q.Limit == 0 || len(found) < q.Limit) {
			found = append(found, row)
		}
	}
	m.mu.Unlock()
	for _, row := range found {
		if !f(row) {
			break
		}
	}
	return nil
}

// Retain implements Store.
func (m *Memory) Retain(r Retention) (dropped int, next TaskID, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(m.rows)) {
		row := m.rows[id]
		if id < r.From || !r.Drops(&row) {
			continue
		}
		if r.Limit > 0 && dropped == r.Limit {
			return dropped, id, nil
		}
		delete(m.rows, id)
		delete(m.history, id)
		if m.keys[row.Key] == id {
			delete(m.keys, row.Key)
		}
		dropped++
	}
	return dropped, 0, nil
}

// ByKey implements Store.
func (m *Memory) ByKey(key string) (TaskID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.keys[key], nil
}

// Services implements Store.
func (m *Memory) Services(f func(ServiceState) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(m.services)) {
		if err := f(ServiceState{Name: name, State: m.services[name]}); err != nil {
			return err
		}
	}
	return nil
}

// Apps implements Store.
func (m *Memory) Apps(f func([]byte) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, app := range m.apps {
		if err := f(app); err != nil {
			return err
		}
	}
	return nil
}

// Trail implements Store.
func (m *Memory) Trail(f func([]byte) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, row := range m.trail {
		if err := f(row); err != nil {
			return err
		}
	}
	return nil
}

// Close implements Store; the content stays.
func (m *Memory) Close() error { return nil }
