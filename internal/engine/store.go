package engine

// Batch is what one [Core.Flush] makes durable. It belongs to the core and is
// valid until Append returns.
type Batch struct {
	Records  []Record       // in order; a Submitted opens a task, a record whose Kind Ends closes it
	Services []ServiceState // of services that changed
	App      []byte         // the caller's own bytes; nil: none
	Trail    [][]byte       // rows of the caller's own trail, each kept by itself, in order
}

// ServiceState is the stored state of a service, opaque to the store.
type ServiceState struct {
	Name  string
	State []byte
}

// Store keeps records. A store serves one core at a time and need not be safe
// for concurrent use, except that Task may be called beside anything.
type Store interface {
	// Append makes the batch durable: all of it, or nothing and an error.
	Append(b *Batch) error
	// Last is the highest task number and the highest Seq of services' records.
	Last() (TaskID, uint32, error)
	// Open calls f with the history of each task that is open, by ascending
	// number. Its cost depends on what is open, not on what is over. The slice
	// is valid during the call.
	Open(f func(id TaskID, history []Record) error) error
	// Task returns the history of a task, open or over, or ErrUnknown. Task 0
	// stands for the services' own records.
	Task(id TaskID) ([]Record, error)
	// Query calls f with the rows that q asks for, by ascending task number, until
	// f returns false. Its cost depends on what is found, and on what is open if
	// that is asked for, not on all there is.
	Query(q Query, f func(Row) bool) error
	// Retain drops what the retention asks for, all of it or nothing and an error,
	// and says how many tasks that were and where to go on: the next From, 0 if
	// there is no more.
	Retain(r Retention) (dropped int, next TaskID, err error)
	// ByKey finds the task that was submitted with an idempotency key; 0: none.
	ByKey(key string) (TaskID, error)
	// Services calls f with each service's last state, ordered by name.
	Services(f func(ServiceState) error) error
	// Apps calls f with the caller's bytes of each batch that had some, in order.
	Apps(f func(app []byte) error) error
	// Trail calls f with every row of the caller's trail, in order.
	Trail(f func(row []byte) error) error
	// Close gives the store up.
	Close() error
}

// Discard is a store that keeps nothing, for simulations that need no crash.
type Discard struct{}

// Append forgets the batch.
func (Discard) Append(*Batch) error { return nil }

// Last says that there is no task.
func (Discard) Last() (TaskID, uint32, error) { return 0, 0, nil }

// Open finds no task.
func (Discard) Open(func(TaskID, []Record) error) error { return nil }

// Task knows no task.
func (Discard) Task(TaskID) ([]Record, error) { return nil, ErrUnknown }

// Query finds no task.
func (Discard) Query(Query, func(Row) bool) error { return nil }

// Retain has nothing to drop.
func (Discard) Retain(Retention) (int, TaskID, error) { return 0, 0, nil }

// ByKey finds no task; the core itself knows the keys of open ones.
func (Discard) ByKey(string) (TaskID, error) { return 0, nil }

// Services knows none.
func (Discard) Services(func(ServiceState) error) error { return nil }

// Apps has kept none.
func (Discard) Apps(func([]byte) error) error { return nil }

// Trail has kept none.
func (Discard) Trail(func([]byte) error) error { return nil }

// Close does nothing.
func (Discard) Close() error { return nil }
