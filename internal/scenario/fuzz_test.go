package scenario

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"tasker-sim/scenarios"
)

// FuzzParse holds that no file and no --set argument makes Parse panic, that it
// gives either a scenario or problems, and that every problem lies in the file.
func FuzzParse(f *testing.F) {
	text, err := scenarios.FS.ReadFile("checkout.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text), "faults=off")
	files, _ := filepath.Glob("testdata/*/*.yaml")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), "load.tasks=5")
	}
	f.Fuzz(func(t *testing.T, text, set string) {
		s, probs := Parse("fuzz.yaml", []byte(text), []string{set})
		if (s == nil) != (len(probs) > 0) {
			t.Fatalf("scenario %v, problems %v", s, probs)
		}
		lines := newSource("", []byte(text)).lines
		for _, p := range probs {
			if p.Msg == "" || !utf8.ValidString(p.String()) || strings.ContainsRune(p.String(), '\x1b') {
				t.Errorf("unfit problem %q", p.String())
			}
			if strings.HasPrefix(p.File, "--set ") {
				continue
			}
			if p.Line < 1 || p.Line > len(lines) || p.Col < 1 || p.Col > utf8.RuneCountInString(lines[p.Line-1])+1 {
				t.Errorf("%d:%d lies outside of the file", p.Line, p.Col)
			}
		}
	})
}
