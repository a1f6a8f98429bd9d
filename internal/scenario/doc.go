// Package scenario reads scenario files: a story as data.
//
// [Parse] turns a YAML file, changed by --set arguments, into a [Scenario] of
// plain valid values, or into all [Problems] at once, each with its place, what
// was found, what is allowed and the nearest name. After the checks of structure
// it rehearses: every expression is evaluated for some tasks, so that misspelt
// fields and wrong types are found before a run and not in it.
//
// # The file
//
// Mappings are keyed by names and keep the order of the file. testdata/ok/everything.yaml
// has every key; a small file needs scenario, load, services and workflows.
// Rates are written 3.3% or 0.033, times 95s, 1.2s, 50ms or 1h30m. A block like
// burst or breaker may be off.
//
// # Expressions
//
// context, worth, bad, the outputs of steps and the amounts of effects are
// expressions (the language of expr-lang/expr). They see
//
//   - the tables and values of data, by name,
//   - task, the number of the task,
//   - in context: the bindings above; elsewhere: all of context, by name,
//   - in a step: steps.<step>.<output> of the steps that it waits for,
//     directly or not.
//
// Beside the library's functions there are pick, chance, uniform, between and
// hexid, which draw, and cents and round2. Functions whose result would depend on
// the clock or on the order of a map are not there.
//
// # Parameters
//
// Every value that --set can change has a path, nearly its path in the file:
// services.<service>.<fault>.<knob>, steps.<step>.retry.base, load.peak,
// data.<value>. A * stands for any one name. [Scenario.Params] lists them.
// Short forms stand for several: faults=off, policies=off, recovery=off,
// retry_limit=N. Arguments apply from left to right; the last one wins.
//
// # How it is built
//
// tree.go hides the YAML library, object.go reads one mapping, the files
// parse_*.go are the sections, each asking for its keys: the keys that nobody
// asked for are the unknown ones, and every value that is read is written down
// as a parameter on the way. So a new key is one line. [Schema] reads an imaginary
// file in which every key is there and notes what is asked for.
package scenario
