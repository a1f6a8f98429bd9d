package main_test

import (
	"fmt"
	"go/ast"
	"os"
	"slices"
	"strings"
	"testing"
)

// layer is a package and what it may import. The standard library is free,
// except that a pure one cannot reach the machine.
type layer struct {
	pkg   string
	ours  string // packages of ours
	third string // of others: modules, or the beginnings of their paths
	pure  bool   // no files, processes, network
	why   string
}

const (
	charm = "charm.land/ github.com/charmbracelet/"
	yaml  = "github.com/goccy/go-yaml"
	expr  = "github.com/expr-lang/expr"
	bbolt = "go.etcd.io/bbolt"
	cobra = "github.com/spf13/"
	hdr   = "github.com/HdrHistogram/hdrhistogram-go"
	term  = "golang.org/x/term"

	otel = "go.opentelemetry.io/otel"
	prom = "github.com/prometheus/client_golang"

	schema = "github.com/santhosh-tekuri/jsonschema/v6"
	jwt    = "github.com/golang-jwt/jwt/v5"
)

// layers is the import table. ARCHITECTURE.md has a copy, which
// TestImportTableInArchitecture holds to this one.
var layers = []layer{
	{"event", "", "", true, "it is the vocabulary of all others"},
	{"stats", "", "", true, "arithmetic needs nothing"},
	{"wall", "", "", false, "the one place that reads the wall clock"},
	{"gate", "", jwt, true, "tokens and policy as functions; tokens are signed and read by a kept library, because that is where mistakes are made"},
	{"redact", "", "", true, "what is taken out of a text depends on the text and the rules"},
	{"vault", "", "", true, "bytes and keys; whoever has files keeps them"},
	{"needle", "", "", true, "a search in bytes"},
	{"evidence", "audit event metrics", "", true, "a reader of the fold and of records"},
	{"audit", "", "", true, "a chain of records is arithmetic; its rows are written by whoever does what they tell"},
	{"engine", "engine/failpoint", "", true, "a library of its own: it would serve a program that is no simulator"},
	{"engine/failpoint", "", "", false, "where tests make the engine fail; empty without its build tag"},
	{"engine/crash", "", "", true, "tests only: it kills a program that uses the engine and judges what is left"},
	{"engine/bolt", "engine engine/failpoint", bbolt, false, "the one place that knows the database"},
	{"engine/schema", "", schema, true, "a check of contexts as a function; the engine knows no schema language"},
	{"fault", "event", "", true, "the one language of faults: reading and writing it needs nothing of a run"},
	{"logline", "event", "", true, "a line of a log is the same to whoever reads it: the responder of a run, or a person"},
	{"responder", "event logline scenario", "", true, "a fold over one strategy's events: it sees what its instruments show, and asks the world through an interface"},
	{"scenario", "event fault gate redact", yaml + " " + expr, true, "a file becomes a value; what happens with it is not its business"},
	{"metrics", "event logline stats", hdr, true, "a fold over events; a tape gives the same figures as a live run"},
	{"sim", "event fault scenario engine responder redact vault audit", "", false, "the world drives the engine and is handed its store; it does not know what is drawn of it"},
	{"report", "event metrics stats", "", true, "a reader of the fold: it cannot know more than a tape tells"},
	{"lab", "engine event metrics scenario sim stats", "", true, "it judges the world by its events, as a user of scenario files; of the engine it only borrows the waits, for its model of contention"},
	{"rundir", "audit engine engine/bolt event scenario sim vault wall", "", false, "where a run meets its files; it times how long coming back takes"},
	{"share", "", "", true, "a run as one word; it knows nothing of runs but their names"},
	{"sweep", "event metrics report scenario sim stats", "", true, "many worlds beside each other, and what a figure comes to over them"},
	{"bench", "engine engine/bolt wall", bbolt, false, "it measures the engine beside the bare database"},
	{"tui", "event fault logline metrics report stats wall", charm, false, "a reader of the fold: it cannot see the world or the engine, so it cannot cheat"},
	{"telemetry", "event report wall", otel + " " + prom, false, "a reader of the events for other people's tools; nothing comes back from it into the run"},
	{"crashtest", "", "", true, "tests only: it kills the real program and looks at what is left"},
	{"cli", "audit bench event evidence fault lab metrics needle report rundir scenario share sim stats sweep telemetry tui wall", cobra + " " + term, false, "the wiring; nothing but main imports it"},
}

func rowOf(dir string) *layer {
	i := slices.IndexFunc(layers, func(l layer) bool { return "internal/"+l.pkg == dir })
	switch {
	case i >= 0:
		return &layers[i]
	case dir == ".":
		return &layer{ours: "cli /scenarios", third: term, why: "main only wires the process to the command line"}
	case dir == "scenarios":
		return &layer{why: "it holds files"}
	}
	return nil
}

// machine are the packages of the standard library that reach the machine.
const machine = " net net/http os os/exec os/signal os/user path/filepath plugin syscall unsafe "

func checkImports(s *source, found func(ast.Node, string, ...any)) {
	l := rowOf(s.dir())
	if l == nil {
		found(nil, "package %s has no row in the import table", s.dir())
		return
	}
	for _, i := range s.file.Imports {
		p := strings.Trim(i.Path.Value, `"`)
		switch own, ours := strings.CutPrefix(p, "tasker-sim/"); {
		case ours:
			if own = strings.TrimPrefix("/"+own, "/internal/"); !slices.Contains(strings.Fields(l.ours), own) {
				found(i, "%s imports %s: %s", s.dir(), own, l.why)
			}
		case strings.Contains(strings.Split(p, "/")[0], "."):
			if !slices.ContainsFunc(strings.Fields(l.third), func(t string) bool { return strings.HasPrefix(p, t) }) {
				found(i, "%s imports %s: %s", s.dir(), p, l.why)
			}
		case l.pure && strings.Contains(machine, " "+p+" "):
			found(i, "%s imports %s, but is pure", s.dir(), p)
		}
	}
}

// importTable draws the table for ARCHITECTURE.md.
func importTable() string {
	var b strings.Builder
	b.WriteString("| package | imports of ours | of others | because |\n|---|---|---|---|\n")
	for _, l := range layers {
		b.WriteString(fmt.Sprintf("| `%s` | %s | %s | %s |\n", l.pkg, list(l.ours), list(l.third), l.why))
	}
	return b.String()
}

func list(words string) string {
	if words == "" {
		return "–"
	}
	return strings.ReplaceAll(words, " ", ", ")
}

// TestImportTableInArchitecture compares the copy in ARCHITECTURE.md.
func TestImportTableInArchitecture(t *testing.T) {
	generated(t, "ARCHITECTURE.md", "imports", importTable())
}

// TestLayersExist finds rows of packages that are gone, or there twice.
func TestLayersExist(t *testing.T) {
	for i, l := range layers {
		if slices.ContainsFunc(layers[:i], func(o layer) bool { return o.pkg == l.pkg }) {
			t.Errorf("import table: %s has two rows", l.pkg)
		}
		if _, err := os.Stat("internal/" + l.pkg); err != nil {
			t.Errorf("import table: %v", err)
		}
	}
}

// generated compares the part of a document between <!-- name --> and
// <!-- /name --> with what it should be, or writes it.
func generated(t *testing.T, file, name, want string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), "<!-- "+name+" -->\n")
	got, after, ok2 := strings.Cut(rest, "<!-- /"+name+" -->")
	if !ok || !ok2 {
		t.Fatalf("%s: no part <!-- %s -->", file, name)
	}
	if got == want {
		return
	}
	if !*update {
		t.Errorf("%s: the part %q is out of date (run `go test . -update`); want:\n%s", file, name, want)
		return
	}
	text = []byte(before + "<!-- " + name + " -->\n" + want + "<!-- /" + name + " -->" + after)
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
}
