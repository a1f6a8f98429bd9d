package crash

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// pointsFile is added to the copy of the database. Fail and Trace are set by the
// program under test before it opens a file.
const pointsFile = `package bbolt

// Fail passes a fail point.
var Fail = func(point string) error { return nil }

// Trace sees writes (W), syncs (S) and new lengths (T) of the file.
var Trace = func(what byte, off int64, data []byte) {}

func passed(point string) {
	if err := Fail("bbolt." + point); err != nil {
		panic(err)
	}
}

func (db *DB) write(b []byte, off int64) (int, error) {
	if err := Fail("bbolt.write"); err != nil {
		return 0, err
	}
	n, err := db.file.WriteAt(b, off)
	if err == nil {
		Trace('W', off, b)
	}
	return n, err
}

func (db *DB) resize(size int64) error {
	err := db.file.Truncate(size)
	if err == nil {
		Trace('T', size, nil)
	}
	return err
}

func (db *DB) sync() error {
	err := db.file.Sync()
	if err == nil {
		Trace('S', 0, nil)
	}
	return err
}

func fdatasync(db *DB) error {
	err := trueSync(db)
	if err == nil {
		Trace('S', 0, nil)
		passed("synced")
	}
	return err
}
`

// built is the program under test with fail points; it is built once.
var built = sync.OnceValues(buildApp)

// removeBuilt removes the program again; the copy of the database stays, for the
// next run to find.
func removeBuilt() error {
	dir, err := cache()
	if err != nil {
		return err
	}
	return os.RemoveAll(appPath(dir))
}

// appPath is where the program of this process is built.
func appPath(dir string) string { return filepath.Join(dir, fmt.Sprintf("app-%d", os.Getpid())) }

// pointed is the path of that program.
func pointed(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("a program with fail points is built for the full tests only")
	}
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// buildApp copies the database, opens its fail points, and builds this package's
// test binary with the copy and with our own fail points.
func buildApp() (string, error) {
	dir, err := cache()
	if err != nil {
		return "", err
	}
	out, err := tool("list", "-m", "-f", "{{.Dir}} {{.Version}}", "go.etcd.io/bbolt")
	if err != nil {
		return "", err
	}
	from, version, _ := strings.Cut(strings.TrimSpace(out), " ")
	to := filepath.Join(dir, "bbolt-"+version)
	if err := copyDatabase(from, to); err != nil {
		return "", err
	}
	root, err := filepath.Abs("../../..")
	if err != nil {
		return "", err
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return "", err
		}
		if name == "go.mod" {
			text = fmt.Appendf(text, "\nreplace go.etcd.io/bbolt => %s\n", to)
		}
		if err := replace(filepath.Join(dir, name), text); err != nil {
			return "", err
		}
	}
	program := appPath(dir)
	_, err = tool("test", "-c", "-modfile", filepath.Join(dir, "go.mod"), "-tags", "failpoint,bboltpoints", "-ldflags", "-s -w", "-o", program, ".")
	return program, err
}

// cache is a folder that stays from run to run, so that the compiler knows the
// copy again.
func cache() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	dir = filepath.Join(dir, "tasker-sim-crash")
	return dir, os.MkdirAll(dir, 0o700)
}

func tool(args ...string) (string, error) {
	var complaints strings.Builder
	cmd := exec.Command("go", args...) // go test puts its own first on the path
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, complaints.String())
	}
	return string(out), nil
}

// replace writes a file that others may read at the same time, if it changes.
func replace(path string, text []byte) error {
	if old, err := os.ReadFile(path); err == nil && string(old) == string(text) {
		return nil
	}
	next := fmt.Sprintf("%s.%d", path, os.Getpid())
	if err := os.WriteFile(next, text, 0o600); err != nil {
		return err
	}
	return os.Rename(next, path)
}

// copyDatabase copies what is needed to build, with the fail points open.
func copyDatabase(from, to string) error {
	for _, dir := range []string{".", "errors", "internal/common", "internal/freelist", "version"} {
		files, err := filepath.Glob(filepath.Join(from, dir, "*"))
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Join(to, dir), 0o700); err != nil {
			return err
		}
		for _, f := range files {
			name := filepath.Base(f)
			if strings.HasSuffix(name, "_test.go") || !strings.HasSuffix(name, ".go") && name != "go.mod" {
				continue
			}
			text, err := os.ReadFile(f)
			if err != nil {
				return err
			}
			if err := replace(filepath.Join(to, dir, name), []byte(openUp(string(text)))); err != nil {
				return err
			}
		}
	}
	return replace(filepath.Join(to, "points.go"), []byte(pointsFile))
}

// openUp makes fail points of the database's comments for gofail, and leads its
// writes and syncs past ours.
func openUp(text string) string {
	text = regexp.MustCompile(`// gofail: var (\w+) struct\{\}`).ReplaceAllString(text, `passed("$1")`)
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		m := regexp.MustCompile(`^\s*// gofail: var (\w+) string`).FindStringSubmatch(lines[i])
		if m == nil {
			continue
		}
		lines[i] = fmt.Sprintf(`if err := Fail("bbolt.%s"); err != nil { %[1]s := err.Error()`, m[1])
		j := i + 1
		for ; strings.HasPrefix(strings.TrimSpace(lines[j]), "// "); j++ {
			lines[j] = strings.Replace(lines[j], "// ", "", 1)
		}
		lines[j-1] += "}"
	}
	return strings.NewReplacer(
		"db.ops.writeAt = db.file.WriteAt", "db.ops.writeAt = db.write",
		"db.file.Truncate(", "db.resize(",
		"db.file.Sync()", "db.sync()",
		"func fdatasync(db *DB) error {", "func trueSync(db *DB) error {",
	).Replace(strings.Join(lines, "\n"))
}
