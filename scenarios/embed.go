// Package scenarios holds the scenario files that are built into the program.
package scenarios

import "embed"

// FS holds the files NAME.yaml, one per scenario.
//
//go:embed *.yaml
var FS embed.FS
