package main_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the generated parts of the documents anew")

// The house rules, held by a test. A rule looks at one file; what it finds it
// says with the place, the reason and what to do instead.

// rule is one house rule.
type rule struct {
	name    string
	why     string // reason, as the end of "… is not allowed: "
	instead string
	tests   bool              // it holds in test files too
	except  map[string]string // files and folders where it does not hold, with the reason
	check   func(s *source, found func(n ast.Node, format string, args ...any))
}

// source is a Go file of the module.
type source struct {
	path string // relative to the module, with slashes
	fset *token.FileSet
	file *ast.File
	pkg  *folder
	text string
}

// folder is what the rules need to know of a whole package.
type folder struct {
	vars map[string]bool // variables of package level, outside tests
}

func (s *source) dir() string  { return path.Dir(s.path) }
func (s *source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

func (s *source) line(p token.Pos) int { return s.fset.Position(p).Line }

// importName is the name under which the file uses an import; "" if it has not
// got it.
func (s *source) importName(pkg string) string {
	for _, i := range s.file.Imports {
		if strings.Trim(i.Path.Value, `"`) != pkg {
			continue
		}
		if i.Name != nil {
			return i.Name.Name
		}
		base := path.Base(pkg)
		if regexp.MustCompile(`^v\d+$`).MatchString(base) {
			base = path.Base(path.Dir(pkg))
		}
		return base
	}
	return ""
}

// uses calls found for each use of one of the names of an imported package.
func (s *source) uses(pkg string, names string, found func(n ast.Node, name string)) {
	local := s.importName(pkg)
	if local == "" {
		return
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, ok := sel.X.(*ast.Ident)
		if ok && x.Name == local && x.Obj == nil && strings.Contains(" "+names+" ", " "+sel.Sel.Name+" ") {
			found(sel, pkg+"."+sel.Sel.Name)
		}
		return true
	})
}

// apply runs a rule over a file.
func (r *rule) apply(s *source) []string {
	if s.isTest() && !r.tests || r.exempt(s.path) {
		return nil
	}
	var list []string
	r.check(s, func(n ast.Node, format string, args ...any) {
		line := 1
		if n != nil {
			line = s.line(n.Pos())
		}
		list = append(list, fmt.Sprintf("%s:%d: %s: %s\n\twhy: %s\n\tinstead: %s", s.path, line, r.name, fmt.Sprintf(format, args...), r.why, r.instead))
	})
	return list
}

func (r *rule) exempt(file string) bool {
	for f := file; f != "." && f != "/"; f = path.Dir(f) {
		if _, ok := r.except[f]; ok {
			return true
		}
	}
	return false
}

// parse makes a source of a text.
func parse(name, text string) (*source, error) {
	s := &source{path: name, fset: token.NewFileSet(), text: text, pkg: &folder{vars: map[string]bool{}}}
	var err error
	s.file, err = parser.ParseFile(s.fset, name, text, parser.ParseComments)
	return s, err
}

// noteVars remembers the variables of package level.
func (s *source) noteVars() {
	for _, d := range s.file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, spec := range g.Specs {
			for _, name := range spec.(*ast.ValueSpec).Names {
				s.pkg.vars[name.Name] = true
			}
		}
	}
}

// tree parses every Go file of the module.
func tree(t *testing.T) []*source {
	t.Helper()
	var all []*source
	folders := map[string]*folder{}
	walk(t, func(name string, text []byte) {
		if !strings.HasSuffix(name, ".go") || strings.Contains(name, "testdata/") {
			return
		}
		s, err := parse(name, string(text))
		if err != nil {
			t.Fatal(err)
		}
		if folders[s.dir()] == nil {
			folders[s.dir()] = s.pkg
		}
		s.pkg = folders[s.dir()]
		if !s.isTest() {
			s.noteVars()
		}
		all = append(all, s)
	})
	return all
}

// walk reads the files of the module, hidden folders left out, but .ci.
func walk(t *testing.T, f func(name string, text []byte)) {
	t.Helper()
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(name, ".") && name != "." && name != ".ci":
			return fs.SkipDir
		case d.IsDir() || !d.Type().IsRegular() || strings.HasPrefix(path.Base(name), "."):
			return nil
		}
		text, err := os.ReadFile(name)
		if err == nil {
			f(name, text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTidy holds every rule against every file.
func TestTidy(t *testing.T) {
	files := tree(t)
	if len(files) < 100 {
		t.Fatalf("only %d Go files: the walk has missed some", len(files))
	}
	for _, r := range rules() {
		t.Run(r.name, func(t *testing.T) {
			for _, s := range files {
				for _, f := range r.apply(s) {
					t.Error(f)
				}
			}
		})
	}
}

// places are folders that stand on one developer's machine only.
var places = regexp.MustCompile(`(^|[\s"'` + "`" + `(=:])/(home|root|work|Users|mnt)/\w`)

// TestNoMachine looks for paths of somebody's machine, in all kinds of files.
func TestNoMachine(t *testing.T) {
	walk(t, func(name string, text []byte) {
		if name == "tidybite_test.go" {
			return
		}
		for i, line := range strings.Split(string(text), "\n") {
			if m := places.FindString(line); m != "" {
				t.Errorf("%s:%d: names a place on one machine: %q\n\twhy: nobody else has it\n\tinstead: a path inside the module, or $HOME", name, i+1, strings.TrimSpace(m))
			}
		}
	})
}

// TestDependenciesHaveReasons: a dependency is worth its cost or goes.
func TestDependenciesHaveReasons(t *testing.T) {
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	direct := 0
	for i, line := range strings.Split(string(text), "\n") {
		module := regexp.MustCompile(`^\t?(?:require )?([\w./-]+\.[\w./-]+) v[\w.+-]+`).FindStringSubmatch(line)
		if module == nil || strings.Contains(line, "// indirect") {
			continue
		}
		direct++
		if !strings.Contains(line, "// ") {
			t.Errorf("go.mod:%d: %s is required without a reason\n\tinstead: a comment behind it that says what it is for", i+1, module[1])
		}
	}
	if direct == 0 {
		t.Error("go.mod: no direct dependency found")
	}
}
