package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"tasker-sim/internal/engine"
)

// appendRow writes a row as kind, times and the two texts, the first after its
// length.
func appendRow(buf []byte, r *engine.Row) []byte {
	buf = append(buf, byte(r.End))
	buf = binary.AppendVarint(buf, int64(r.Submitted))
	buf = binary.AppendVarint(buf, int64(r.Ended))
	buf = binary.AppendUvarint(buf, uint64(len(r.Template)))
	return append(append(buf, r.Template...), r.Key...)
}

func parseRow(id engine.TaskID, buf []byte) (engine.Row, error) {
	if len(buf) < 4 || buf[0] != 0 && !engine.Kind(buf[0]).Ends() {
		return engine.Row{}, badRow(id, buf)
	}
	rest := buf[1:]
	var times [2]int64
	for i := range times {
		v, n := binary.Varint(rest)
		if n <= 0 {
			return engine.Row{}, badRow(id, buf)
		}
		times[i], rest = v, rest[n:]
	}
	size, n := binary.Uvarint(rest)
	if n <= 0 || size > uint64(len(rest)-n) {
		return engine.Row{}, badRow(id, buf)
	}
	rest = rest[n:]
	row := engine.Row{Task: id, Submitted: engine.Time(times[0]), Template: string(rest[:size]), Key: string(rest[size:])}
	if buf[0] != 0 {
		return row.Over(engine.Kind(buf[0]), engine.Time(times[1])), nil
	}
	return row, nil
}

func badRow(id engine.TaskID, buf []byte) error {
	return fmt.Errorf("row of task %d, %d bytes: %w", id, len(buf), engine.ErrCorrupt)
}

// rowOf reads the row of a task that is known to exist.
func rowOf(tx *bbolt.Tx, id engine.TaskID) (engine.Row, error) {
	return parseRow(id, tx.Bucket(bucketTasks).Get(idKey(uint64(id))))
}

// endedKey is where the tasks of a template that ended in a way are found, by
// number: template, 0, kind, task. Without a task it is their common beginning.
func endedKey(template string, end engine.Kind) []byte {
	return append(append([]byte(template), 0), byte(end))
}

// source is a cursor over keys that have a common beginning and end with a task's
// number.
type source struct {
	cursor *bbolt.Cursor
	prefix []byte
	key    []byte // where it stands; nil: at the end
}

// seek stands at the first task with number from or above.
func seek(b *bbolt.Bucket, prefix []byte, from engine.TaskID) *source {
	s := &source{cursor: b.Cursor(), prefix: prefix}
	k, _ := s.cursor.Seek(append(bytes.Clone(prefix), idKey(uint64(from))...))
	s.stand(k)
	return s
}

func (s *source) next() {
	k, _ := s.cursor.Next()
	s.stand(k)
}

func (s *source) stand(k []byte) {
	if s.key = k; !bytes.HasPrefix(k, s.prefix) {
		s.key = nil
	}
}

// id is the number that it stands at.
func (s *source) id() (engine.TaskID, error) { return taskOf(s.key[len(s.prefix):]) }
