package main_test

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits in lines. A function or file that is longer for a good reason says so:
// //tidy:long REASON in the function's comment, or above the package clause.
const (
	functionLimit = 60
	fileLimit     = 400
	fileLimitHard = 500
)

const clockCalls = "Now Since Until Sleep After Tick NewTimer NewTicker AfterFunc"

// rules are all rules about single files.
func rules() []rule {
	return append(structureRules(), styleRules()...)
}

func structureRules() []rule {
	return []rule{
		{name: "imports", check: checkImports,
			why:     "each package knows only what it needs, so that a run and its tape cannot be told apart downstream",
			instead: "hand it over as a value or an interface, or move the code to a package that may import both"},
		{name: "clock", tests: true, check: checkClock,
			why:     "a run must not depend on the machine's clock: same seed, same bytes",
			instead: "take the (virtual) time as an argument; for what people are shown, ask package wall",
			except: map[string]string{
				"internal/wall":                   "the one place",
				"internal/engine/example_test.go": "shows the engine in a program that lives in real time",
			}},
		{name: "dice", tests: true, check: checkDice,
			why:     "a draw that is not a function of the seed cannot be repeated",
			instead: "a generator of one's own from math/rand/v2 with a fixed seed; in package sim, the dice by key"},
		{name: "exit", check: checkExit,
			why:     "whoever ends the process skips every deferred Close",
			instead: "return an error; main turns it into an exit code",
			except:  map[string]string{"main.go": "the one place"}},
		{name: "streams", check: checkStreams,
			why:     "commands are tested with streams of their own, and a dashboard owns the screen",
			instead: "write to cli.Env's streams or to an io.Writer that is handed over",
			except:  map[string]string{"main.go": "the one place"}},
		{name: "threads", check: checkThreads,
			why:     "a run has one order of events; whatever runs beside it can change that order",
			instead: "pull with Advance, or let Bubble Tea run the command",
			except: map[string]string{
				"internal/bench":              "clients beside each other are what it measures",
				"internal/cli/orphan.go":      "waits for the end of the supervisor",
				"internal/engine/engine.go":   "the thread-safe front",
				"internal/engine/operator.go": "the same, for operators",
				"internal/engine/loop.go":     "its one draining writer",
				"internal/engine/failpoint":   "points are passed on any thread",
				"internal/engine/memory.go":   "a store may be read beside the writer",
				"internal/sweep/plan.go":      "its cells are runs of their own, which share nothing",
				"internal/lab/pool.go":        "a world per goroutine; worlds share nothing and results go to their own places",
				"internal/telemetry":          "sends beside the run, behind a queue",
				"internal/wall":               "waits for a timer or the end of a context",
			}},
		{name: "state", check: checkState,
			why:     "two runs in one process must not know of each other",
			instead: "a field of what owns the run, or an argument"},
		{name: "names", tests: true, check: checkNames,
			why:     "a package without an idea of its own collects everything and is imported by all",
			instead: "name it after what it knows"},
	}
}

func styleRules() []rule {
	return []rule{
		{name: "length", tests: true, check: checkLength,
			why:     "what does not fit on a screen is not read as a whole",
			instead: "split it at its ideas; a table says //tidy:long REASON"},
		{name: "documented", check: checkDocumented,
			why:     "a reader should not need the body: what it is, units, errors, owner",
			instead: "a comment of at least one full sentence"},
		{name: "errors", check: checkErrors,
			why:     "error texts are put together: \"run directory x: in use\"",
			instead: "lower case, no stop at the end; name the thing and the value"},
		{name: "leftovers", tests: true, check: checkLeftovers,
			why:     "what is not done is not in the program",
			instead: "do it, or write an issue"},
		{name: "emoji", tests: true, check: checkEmoji,
			why:     "terminals do not agree how wide they are",
			instead: "a glyph of width one, or a word"},
	}
}

func checkClock(s *source, found func(ast.Node, string, ...any)) {
	if s.importName("testing/synctest") != "" {
		return // time is virtual there
	}
	s.uses("time", clockCalls, func(n ast.Node, name string) { found(n, "%s", name) })
	s.uses("charm.land/bubbletea/v2", "Tick Every", func(n ast.Node, name string) {
		if s.path != "internal/tui/player.go" {
			found(n, "%s outside of player.go", name)
		}
	})
}

// globalDraws are the functions of math/rand/v2 that draw from its global source.
const globalDraws = "ExpFloat64 Float32 Float64 Int Int32 Int32N Int64 Int64N IntN N NormFloat64 Perm Shuffle Uint Uint32 Uint32N Uint64 Uint64N UintN"

func checkDice(s *source, found func(ast.Node, string, ...any)) {
	for _, i := range s.file.Imports {
		p := strings.Trim(i.Path.Value, `"`)
		if p == "crypto/rand" && s.path == "internal/vault/random.go" {
			continue // a key that followed from the seed could not be forgotten
		}
		if p == "math/rand" || p == "crypto/rand" || p == "hash/maphash" {
			found(i, "import of %s", p)
		}
	}
	s.uses("math/rand/v2", globalDraws, func(n ast.Node, name string) { found(n, "%s draws from the global source", name) })
}

func checkExit(s *source, found func(ast.Node, string, ...any)) {
	s.uses("os", "Exit", func(n ast.Node, name string) { found(n, "%s", name) })
	s.uses("syscall", "Exit", func(n ast.Node, name string) { found(n, "%s", name) })
	s.uses("runtime", "Goexit", func(n ast.Node, name string) { found(n, "%s", name) })
}

func checkStreams(s *source, found func(ast.Node, string, ...any)) {
	s.uses("fmt", "Print Printf Println Scan Scanf Scanln", func(n ast.Node, name string) { found(n, "%s", name) })
	s.uses("os", "Stdin Stdout Stderr Args", func(n ast.Node, name string) { found(n, "%s", name) })
	for _, i := range s.file.Imports {
		if p := strings.Trim(i.Path.Value, `"`); p == "log" || p == "log/slog" {
			found(i, "import of %s", p)
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok {
			if f, ok := c.Fun.(*ast.Ident); ok && f.Obj == nil && (f.Name == "println" || f.Name == "print") {
				found(n, "built-in %s", f.Name)
			}
		}
		return true
	})
}

func checkThreads(s *source, found func(ast.Node, string, ...any)) {
	for _, i := range s.file.Imports {
		p := strings.Trim(i.Path.Value, `"`)
		if p == "sync" || p == "sync/atomic" || strings.HasPrefix(p, "golang.org/x/sync") {
			found(i, "import of %s", p)
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found(n, "go statement")
		case *ast.ChanType:
			found(n, "channel")
		case *ast.SendStmt, *ast.SelectStmt:
			found(n, "communication")
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				found(n, "receive")
			}
		}
		return true
	})
}

// checkState finds assignments to variables of package level.
func checkState(s *source, found func(ast.Node, string, ...any)) {
	assigned := func(e ast.Expr) {
		if id := root(e); id != nil && s.pkg.vars[id.Name] && atPackageLevel(s.file, id) {
			found(id, "%s, a variable of the package, is changed", id.Name)
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				for _, e := range n.Lhs {
					assigned(e)
				}
			}
		case *ast.IncDecStmt:
			assigned(n.X)
		}
		return true
	})
}

// root is the variable that an expression on the left of an assignment is part of.
func root(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// atPackageLevel: the parser resolves what is declared in the same file; what it
// leaves open is of the package.
func atPackageLevel(f *ast.File, id *ast.Ident) bool {
	return id.Obj == nil || f.Scope.Lookup(id.Name) == id.Obj
}

func checkNames(s *source, found func(ast.Node, string, ...any)) {
	banned := " util utils common helper helpers types misc base shared lib "
	for _, name := range []string{strings.TrimSuffix(s.file.Name.Name, "_test"), path.Base(s.dir())} {
		if strings.Contains(banned, " "+name+" ") {
			found(s.file.Name, "package %s", name)
			return
		}
	}
}

// long finds the mark that a length is meant, with its reason.
var long = regexp.MustCompile(`(?m)^//tidy:long \S+`)

func checkLength(s *source, found func(ast.Node, string, ...any)) {
	head := s.text[:s.fset.Position(s.file.Package).Offset]
	lines := strings.Count(s.text, "\n")
	if lines > fileLimitHard || lines > fileLimit && !long.MatchString(head) {
		found(nil, "the file has %d lines, limit %d", lines, fileLimit)
	}
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		from := f.Pos()
		if f.Doc != nil {
			from = f.Doc.Pos()
		}
		n := s.line(f.End()) - s.line(f.Pos()) + 1
		if n > functionLimit && !long.MatchString(s.text[s.fset.Position(from).Offset:s.fset.Position(f.Pos()).Offset]) {
			found(f, "%s has %d lines, limit %d", f.Name.Name, n, functionLimit)
		}
	}
}

func checkDocumented(s *source, found func(ast.Node, string, ...any)) {
	for _, d := range s.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && d.Doc.Text() == "" && exportedReceiver(d) {
				found(d, "%s has no comment", d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				checkSpec(d, spec, found)
			}
		}
	}
}

// checkSpec wants a comment before the spec, behind it, or before its group.
func checkSpec(d *ast.GenDecl, spec ast.Spec, found func(ast.Node, string, ...any)) {
	switch x := spec.(type) {
	case *ast.TypeSpec:
		if x.Name.IsExported() && x.Doc.Text()+x.Comment.Text() == "" && (d.Lparen.IsValid() || d.Doc.Text() == "") {
			found(x, "type %s has no comment", x.Name.Name)
		}
	case *ast.ValueSpec:
		if x.Names[0].IsExported() && x.Doc.Text()+x.Comment.Text()+d.Doc.Text() == "" {
			found(x, "%s has no comment", x.Names[0].Name)
		}
	}
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	id := root(d.Recv.List[0].Type)
	return id == nil || id.IsExported()
}

func checkErrors(s *source, found func(ast.Node, string, ...any)) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		c, ok := n.(*ast.CallExpr)
		if !ok || len(c.Args) == 0 {
			return true
		}
		sel, ok := c.Fun.(*ast.SelectorExpr)
		lit, isText := c.Args[0].(*ast.BasicLit)
		if !ok || !isText || lit.Kind != token.STRING || sel.Sel.Name != "Errorf" && sel.Sel.Name != "New" {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); !ok || x.Name != "fmt" && x.Name != "errors" {
			return true
		}
		if text, err := strconv.Unquote(lit.Value); err != nil || !errorText(text) {
			found(n, "error text %s", lit.Value)
		}
		return true
	})
}

// errorText: lower case, unless the first word is all capitals or a name with
// capitals inside; no stop at the end.
func errorText(text string) bool {
	word, _, _ := strings.Cut(text, " ")
	first, size := utf8.DecodeRuneInString(word)
	if unicode.IsUpper(first) && strings.IndexFunc(word[size:], unicode.IsUpper) < 0 {
		return false
	}
	return text != "" && !strings.ContainsAny(text[len(text)-1:], ".!\n")
}

// leftover is built from pieces, so that this file does not find itself.
var leftover = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|X` + `XX|HA` + `CK)\b`)

func checkLeftovers(s *source, found func(ast.Node, string, ...any)) {
	for _, g := range s.file.Comments {
		if m := leftover.FindString(g.Text()); m != "" {
			found(g, "%s", m)
		}
	}
}

func checkEmoji(s *source, found func(ast.Node, string, ...any)) {
	for i, line := range strings.Split(s.text, "\n") {
		for _, r := range line {
			if r >= 0x1F000 && r <= 0x1FAFF || r == 0xFE0F {
				found(nil, "line %d: %U", i+1, r)
			}
		}
	}
}
