// Package scenarios holds the scenario files that are built into the program.
package scenarios

import "embed"

// FS holds the files NAME.yaml, one per scenario, examples/NAME.yaml, scenarios
// that show the language, and starter/starter.yaml, what a new one begins as.
//
//go:embed *.yaml starter/*.yaml examples/*.yaml
var FS embed.FS
