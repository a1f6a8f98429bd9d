package main_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"tasker-sim/internal/cli"
	"tasker-sim/internal/event"
	"tasker-sim/internal/lab"
	"tasker-sim/internal/scenario"
	"tasker-sim/internal/sim"
	"tasker-sim/internal/tui"
	"tasker-sim/scenarios"
)

// What the documents show is made or tried by these tests, so that it cannot
// grow old.

// call runs the program as main would, without a terminal.
func call(args []string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = cli.Main(args, cli.Env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Scenarios: scenarios.FS, Getenv: os.Getenv,
	})
	return code, out.String(), errs.String()
}

var fence = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")

// commands are the lines of a document's shell blocks that start our program,
// each as its arguments.
func commands(t *testing.T, file string) (lines []string, args [][]string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range fence.FindAllStringSubmatch(string(text), -1) {
		for line := range strings.Lines(block[1]) {
			line = strings.TrimSpace(line)
			for _, start := range []string{"tasker-sim ", "go run . "} {
				if rest, ok := strings.CutPrefix(line, start); ok {
					lines, args = append(lines, line), append(args, words(t, rest))
				}
			}
		}
	}
	return lines, args
}

// words splits a command line as a shell would, up to a comment, a pipe or a
// redirection.
func words(t *testing.T, line string) []string {
	t.Helper()
	var list []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		if strings.ContainsAny(line[:1], "#|>&;") {
			break
		}
		var word string
		if line[0] == '\'' {
			end := strings.IndexByte(line[1:], '\'')
			if end < 0 {
				t.Fatalf("quote without end: %s", line)
			}
			word, line = line[1:1+end], line[end+2:]
		} else {
			word, line, _ = strings.Cut(line, " ")
		}
		list = append(list, word)
	}
	return list
}

// hurried adds flags that make a run short: as fast as it goes and, unless its length
// is given, three minutes instead of an hour; of an example, sixty tasks. Claims are
// not judged then: that is for the tests of the scenarios.
func hurried(args []string) []string {
	if args[0] != "run" && !slices.Contains(shipped(), args[0]) {
		return args
	}
	args = append(slices.Clone(args), "--speed", "max")
	example := false
	for _, a := range args {
		if a == "--tasks" || a == "--duration" || strings.HasPrefix(a, "load.") {
			return args
		}
		_, err := fs.Stat(scenarios.FS, "examples/"+a+".yaml")
		example = example || err == nil
	}
	if example {
		return append(args, "--tasks", "60")
	}
	return append(args, "--duration", "3m")
}

func shipped() []string {
	files, _ := fs.Glob(scenarios.FS, "*.yaml")
	for i := range files {
		files[i] = strings.TrimSuffix(files[i], ".yaml")
	}
	return files
}

// TestCommandsInDocuments runs, in order and in one directory, every command
// that README, CONTRIBUTING and docs show. Each must end well.
func TestCommandsInDocuments(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_STATE_HOME", filepath.Join(dir, "state"))
	lines, all := commands(t, "README.md")
	readme := len(lines)
	documents, _ := filepath.Glob("docs/*.md")
	for _, file := range append(documents, "CONTRIBUTING.md") {
		more, rest := commands(t, file)
		lines, all = append(lines, more...), append(all, rest...)
	}
	if len(lines) < 15 {
		t.Errorf("only %d commands found", len(lines))
	}
	t.Chdir(dir)
	for i, args := range all {
		if testing.Short() && (i >= readme || slices.Contains([]string{"verify", "sweep"}, args[0])) {
			continue
		}
		if code, _, stderr := call(hurried(args)); code != 0 {
			t.Errorf("%s\n\tends with %d: %s", lines[i], code, stderr)
		}
	}
}

// TestHelpInReadme compares the help in README with what the program prints.
func TestHelpInReadme(t *testing.T) {
	code, help, _ := call([]string{"--help"})
	if code != 0 {
		t.Fatalf("--help ends with %d", code)
	}
	_, help, _ = strings.Cut(help, "\nUsage:")
	generated(t, "README.md", "help", "```text\nUsage:"+help+"```\n")
}

// TestKeysInReadme looks for the table of keys in the dashboard's own help.
func TestKeysInReadme(t *testing.T) {
	m := dashboard(t)
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 90})
	m.Update(tea.KeyPressMsg{Code: '?', Text: "?"})
	help := ansi.Strip(m.View().Content)
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "| key | does |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	rows := 0
	for row := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(row, "| \n"), " | ")
		keys := strings.Fields(strings.ReplaceAll(cells[0], "`", ""))
		does := []string{cells[1]}
		if len(keys) > 1 {
			does = strings.Split(cells[1], ", ")
		}
		for i, key := range keys {
			rows++
			if !regexp.MustCompile(`(?m)^ +` + regexp.QuoteMeta(key) + ` +` + regexp.QuoteMeta(does[i])).MatchString(help) {
				t.Errorf("key %q, %q: not in the dashboard's help\n%s", key, does[i], help)
			}
		}
	}
	if rows < 15 {
		t.Errorf("only %d keys found", rows)
	}
}

// TestPictureInReadme draws the dashboard for README: the shipped checkout with
// its own seed, forty minutes into the hour.
func TestPictureInReadme(t *testing.T) {
	m := dashboard(t)
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	for range 40 * 60 {
		_, cmd := m.Update(tea.KeyPressMsg{Code: '.', Text: "."}) // a second on
		obey(m, cmd)
	}
	m.Update(tea.KeyPressMsg{Code: tea.KeySpace, Text: " "})
	var frame strings.Builder
	for line := range strings.Lines(ansi.Strip(m.View().Content) + "\n") {
		frame.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	generated(t, "README.md", "picture", "```text\n"+frame.String()+"```\n")
}

// dashboard is that of the shipped checkout, paused at the start.
func dashboard(t *testing.T) *tui.Model {
	t.Helper()
	yaml, err := fs.ReadFile(scenarios.FS, "checkout.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sc, problems := scenario.Parse("checkout.yaml", yaml, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	world, err := sim.New(sc, sim.Options{Seed: 7, Window: event.Second})
	if err != nil {
		t.Fatal(err)
	}
	m := tui.New(world, tui.Options{Speed: 60, Paused: true})
	obey(m, m.Init())
	return m
}

// obey runs a command and what follows from it, as the program's loop would.
func obey(m *tui.Model, cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			obey(m, c)
		}
	default:
		_, next := m.Update(msg)
		obey(m, next)
	}
}

// TestOraclesInDocuments compares the table of laws with the program's own.
func TestOraclesInDocuments(t *testing.T) {
	var b strings.Builder
	b.WriteString("| id | law | what it is about |\n|---|---|---|\n")
	for _, o := range lab.Oracles() {
		about := o.About
		if o.Unposed != "" {
			about += " *Not posed yet: " + o.Unposed + ".*"
		}
		b.WriteString("| " + o.ID + " | `" + o.Law + "` | " + about + " |\n")
	}
	generated(t, "docs/verify.md", "oracles", b.String())
}
