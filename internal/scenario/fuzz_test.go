package scenario

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"tasker-sim/scenarios"

	"pgregory.net/rapid"
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
	f.Fuzz(func(t *testing.T, text, set string) { fit(t, text, set) })
}

// TestMangled holds the same for scenarios of which lines are missing, moved or
// mixed up: most of them are YAML and get further than random bytes do.
func TestMangled(t *testing.T) {
	whole, err := os.ReadFile("testdata/ok/everything.yaml")
	if err != nil {
		t.Fatal(err)
	}
	pieces := []string{"off", "on", "-1s", "5", "150%", "[a, b]", "{}", "{a: 1}", "*x", "&x 1", "\"\"", "null", "pick([])", "1 +", "|", "- 1", "x: y", "é", "1e999"}
	rapid.Check(t, func(t *rapid.T) {
		lines := strings.Split(string(whole), "\n")
		for range rapid.IntRange(1, 4).Draw(t, "edits") {
			i := rapid.IntRange(0, len(lines)-1).Draw(t, "line")
			j := rapid.IntRange(0, len(lines)-1).Draw(t, "other")
			key, _, _ := strings.Cut(lines[i], ":")
			switch rapid.IntRange(0, 4).Draw(t, "edit") {
			case 0:
				lines = slices.Delete(lines, i, i+1)
			case 1:
				lines[i], lines[j] = lines[j], lines[i]
			case 2:
				lines = slices.Insert(lines, i, lines[j])
			case 3:
				lines[i] = key + ": " + rapid.SampledFrom(pieces).Draw(t, "piece")
			case 4:
				lines[i] = strings.Replace(lines[i], rapid.SampledFrom([]string{"a", "e", ":", "%", "s", " "}).Draw(t, "from"), "", 1)
			}
			if len(lines) == 0 {
				return
			}
		}
		fit(t, strings.Join(lines, "\n"), "services.*.burst.rate=5%")
	})
}

// fit parses a file and checks that what comes back is fit for people.
func fit(t interface{ Fatalf(string, ...any) }, text, set string) {
	s, probs := Parse("fuzz.yaml", []byte(text), []string{set})
	if (s == nil) != (len(probs) > 0) {
		t.Fatalf("scenario %v, problems %v", s, probs)
	}
	lines := newSource("", []byte(text)).lines
	for _, p := range probs {
		if p.Msg == "" || !utf8.ValidString(p.String()) || strings.ContainsRune(p.String(), '\x1b') {
			t.Fatalf("unfit problem %q", p.String())
		}
		if strings.HasPrefix(p.File, "--set ") {
			continue
		}
		if p.Line < 1 || p.Line > len(lines) || p.Col < 1 || p.Col > utf8.RuneCountInString(lines[p.Line-1])+1 {
			t.Fatalf("%d:%d lies outside of the file", p.Line, p.Col)
		}
	}
}
