package scenario

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares text with a file of testdata.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", file, diff)
	}
}

// setsOf reads lines "# set: path=value" at the head of a test's file.
func setsOf(text []byte) (sets []string) {
	for _, line := range strings.Split(string(text), "\n") {
		if arg, ok := strings.CutPrefix(line, "# set: "); ok {
			sets = append(sets, arg)
		}
	}
	return sets
}

// TestProblems holds every NAME.yaml of testdata/err against NAME.out: one kind
// of mistake each, and the words a person reads about it.
func TestProblems(t *testing.T) {
	files, _ := filepath.Glob("testdata/err/*.yaml")
	if len(files) == 0 {
		t.Fatal("no files")
	}
	for _, file := range files {
		base := filepath.Base(file)
		t.Run(strings.TrimSuffix(base, ".yaml"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s, probs := Parse(base, text, setsOf(text))
			if s != nil || len(probs) == 0 {
				t.Fatalf("no problem found")
			}
			golden(t, strings.TrimSuffix(file, ".yaml")+".out", probs.Error()+"\n")
		})
	}
}

// TestNoProblems parses every file of testdata/ok.
func TestNoProblems(t *testing.T) {
	files, _ := filepath.Glob("testdata/ok/*.yaml")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, probs := Parse(filepath.Base(file), text, setsOf(text)); len(probs) > 0 {
			t.Errorf("%v", probs)
		}
	}
	if len(files) == 0 {
		t.Fatal("no files")
	}
}
