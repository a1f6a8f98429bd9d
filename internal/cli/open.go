package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"tasker-sim/internal/rundir"
	"tasker-sim/internal/scenario"
	"tasker-sim/internal/share"
	"tasker-sim/internal/wall"
)

// load finds a scenario by name among the shipped ones, or by the path of a file,
// and parses it.
func load(env *Env, name string, sets []string) (*scenario.Scenario, error) {
	file, text, err := find(env, name)
	if err != nil {
		return nil, err
	}
	sc, problems := scenario.Parse(file, text, sets)
	if len(problems) > 0 {
		return nil, &failure{ExitUsage, problems, ""}
	}
	return sc, nil
}

func find(env *Env, name string) (file string, text []byte, err error) {
	if share.Is(name) {
		r, err := share.Decode(name)
		return r.Scenario + ".yaml", []byte(r.Source), err
	}
	if !strings.HasSuffix(name, ".yaml") && !strings.HasSuffix(name, ".yml") && !strings.ContainsRune(name, filepath.Separator) {
		for _, file := range []string{name + ".yaml", "examples/" + name + ".yaml"} {
			if text, err = fs.ReadFile(env.Scenarios, file); !errors.Is(err, fs.ErrNotExist) {
				return file, text, err
			}
		}
		return "", nil, usage("scenarios: "+strings.Join(shipped(env.Scenarios), ", ")+"; a file of your own ends in .yaml", "no scenario %q%s", name, nearest(env, name))
	}
	text, err = os.ReadFile(name)
	if err != nil {
		return "", nil, trouble(err, "a shipped scenario is named without .yaml: "+strings.Join(shipped(env.Scenarios), ", "))
	}
	return name, text, nil
}

// nearest is ", did you mean …" if a shipped scenario's name is close.
func nearest(env *Env, name string) string {
	if n, ok := scenario.Nearest(name, append(shipped(env.Scenarios), examples(env.Scenarios)...)); ok {
		return fmt.Sprintf("; did you mean %q?", n)
	}
	return ""
}

// newDir is a new directory for a run of the scenario, in the user's state
// directory.
func newDir(scenario string, seed uint64) (string, error) {
	home, err := rundir.Home()
	if err != nil {
		return "", trouble(err, "name a directory with --data-dir")
	}
	if err := os.MkdirAll(home, 0o755); err != nil {
		return "", trouble(err, "name another directory with --data-dir")
	}
	base := filepath.Join(home, fmt.Sprintf("%s-%s-seed%d", wall.Stamp(), scenario, seed))
	for n := 1; ; n++ {
		dir := base
		if n > 1 {
			dir = fmt.Sprintf("%s-%d", base, n)
		}
		err := os.Mkdir(dir, 0o755)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", trouble(err, "name another directory with --data-dir")
		}
		return dir, nil
	}
}

// findRun is the directory of a run that was named on the command line: a path,
// the name of a kept run, or nothing for the latest.
func findRun(args []string) (string, error) {
	home, err := rundir.Home()
	if err != nil {
		return "", trouble(err, "")
	}
	if len(args) == 0 {
		names, err := rundir.List(home)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", trouble(err, "")
		}
		if len(names) == 0 {
			return "", trouble(fmt.Errorf("no run is kept in %s", home), "start one: tasker-sim checkout")
		}
		return filepath.Join(home, names[len(names)-1]), nil
	}
	if _, err := os.Stat(args[0]); err == nil || filepath.IsAbs(args[0]) {
		return args[0], nil
	}
	return filepath.Join(home, args[0]), nil
}

// explain puts a hint to what went wrong with a run directory.
func explain(err error, dir string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, rundir.ErrInUse):
		return trouble(err, "another tasker-sim works in it; end that one, or name another --data-dir")
	case errors.Is(err, rundir.ErrHoldsRun):
		return &failure{ExitUsage, err, "go on with it: tasker-sim resume " + dir + "; or name another --data-dir"}
	case errors.Is(err, rundir.ErrNoRun):
		return trouble(err, "the end of a run names its directory; without a name, the latest is taken")
	case errors.Is(err, rundir.ErrDamaged):
		return trouble(err, "it cannot be gone on with; the same scenario and seed make the same run again, in another --data-dir")
	case errors.Is(err, syscall.ENOSPC):
		return trouble(err, "make room, then go on with it: tasker-sim resume "+dir)
	}
	return trouble(err, "")
}
