package bench

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// driveEnv makes the test program the child that [Store] starts and kills.
const driveEnv = "BENCH_DRIVE"

func TestMain(m *testing.M) {
	path, running, child := strings.Cut(os.Getenv(driveEnv), "|")
	if !child {
		os.Exit(m.Run())
	}
	n, err := strconv.Atoi(running)
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		err = Drive(ctx, os.Stdout, path, n)
	}
	if err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
}

// TestStore fills a small store, and a process goes on with it three times,
// killed in between.
func TestStore(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	r, err := Store(t.Context(), StoreOptions{
		Finished: 1500, Running: 30, Workflows: 100, Rounds: 3, Dir: dir,
		Drive: func(path string, running int) *exec.Cmd {
			cmd := exec.CommandContext(t.Context(), self)
			cmd.Env = append(os.Environ(), driveEnv+"="+path+"|"+strconv.Itoa(running))
			cmd.Stderr = os.Stderr
			return cmd
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Curve) != 2 || r.Curve[0].Finished != 1000 || r.Curve[1].Finished != 1500 || r.Finished != 1500+110 {
		t.Errorf("curve %+v, %d finished", r.Curve, r.Finished)
	}
	for _, p := range r.Curve {
		if f := p.Figures; f.Workflows != 100 || f.Commits <= 0 || f.Commits > steps+2 || p.Lookup.P50 <= 0 {
			t.Errorf("point %+v", p)
		}
	}
	if len(r.Restarts) != 3 || r.Size < 1500*payload {
		t.Errorf("%d restarts, %d bytes", len(r.Restarts), r.Size)
	}
	for _, s := range r.Restarts {
		if s.Open <= 0 || s.First < s.Open || s.All < s.First {
			t.Errorf("restart %+v", s)
		}
	}
	if text := r.Text(); !strings.Contains(text, "1610 finished and 30 running tasks") {
		t.Errorf("text:\n%s", text)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestDriveEnds shows that a child says what is wrong instead of waiting.
func TestDriveEnds(t *testing.T) {
	if err := Drive(t.Context(), os.Stderr, t.TempDir(), 1); err == nil {
		t.Error("a directory was taken for a store")
	}
}

func TestMarks(t *testing.T) {
	for n, want := range map[int][]int{500: {500}, 1000: {1000}, 20_000: {1000, 10_000, 20_000}} {
		if got := marks(n); !slices.Equal(got, want) {
			t.Errorf("marks of %d: %v, want %v", n, got, want)
		}
	}
}
