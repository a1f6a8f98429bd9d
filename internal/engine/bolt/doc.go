// Package bolt keeps an engine's records in one bbolt file.
//
// Buckets:
//
//	meta      "format" -> version of what is described here; "last" -> highest task, once some were dropped
//	history   task, first Seq (big-endian) -> records of one batch, each after its length, and a CRC-32C
//	tasks     task -> [engine.Row], written when the task is submitted and when it ends
//	open      task -> nothing; the tasks that are not over
//	ended     template, 0, kind of its end, task -> nothing; the tasks that are over
//	keys      idempotency key -> task
//	services  name -> last state; services' own records are the history of task 0
//	apps      number -> the caller's bytes of one batch
//	trail     number -> a row of the caller's trail; there from the first row on
//
// Keys rise with the task's number, so nearly all writing happens at the end of
// the tree, and what one batch has about a task costs one key. A batch is one
// transaction: two fdatasyncs, whatever its size. Opening reads what is open;
// what is over costs file space only.
package bolt
