// Package report says in words and figures what a run has shown: it formats
// numbers for people, tells events as sentences, judges the claims of the story
// and writes the result as JSON, text or Markdown.
//
// It reads the fold of package metrics and nothing else. Every figure is
// measured (counted in the run), declared (a parameter of the scenario, or worked
// out with one) or quoted (only the story says so), and says which.
package report
