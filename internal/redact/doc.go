// Package redact takes what is nobody's business out of what a program writes
// down: log lines, error messages, records.
//
// [Rules] are data. Those that hold are rules by declaration: the author of a
// payload says of each field what it is, and text of which nothing is said is
// taken out. Rules by the names of keys and by patterns are here too, because
// that is what most programs have; its tests measure what they let through.
//
// What is taken out leaves "[REDACTED:class]" behind. Values are copied, never
// changed: what flows through the program stays as it is.
package redact
