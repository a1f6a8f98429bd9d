package cli_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestTelemetryChangesNothing: tape and result are the same bytes with and without
// telemetry, whether its receiver takes it, refuses it, or is not there.
func TestTelemetryChangesNothing(t *testing.T) {
	takes := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer takes.Close()
	refuses := httptest.NewServer(http.NotFoundHandler())
	defer refuses.Close()
	without := live(t, "2", []string{"--speed", "max"})
	for _, flags := range [][]string{
		{"--otlp", takes.URL, "--metrics", "localhost:0"},
		{"--otlp", refuses.URL, "--flush", "instant"},
		{"--otlp", "localhost:1"},
	} {
		got := live(t, "2", append(flags, "--speed", "max"))
		if !bytes.Equal(got.tape, without.tape) {
			t.Errorf("%v: another tape", flags)
		}
		if !bytes.Equal(got.result, without.result) {
			t.Errorf("%v: another result:\n%s", flags, got.result)
		}
	}
}

// TestMetricsLinger fetches the metrics of a headless run that is over, and compares
// them with its result; an interrupt ends the wait.
func TestMetricsLinger(t *testing.T) {
	cmd := exec.Command("tasker-sim", "checkout", "--output", "json", "--duration", "2m", "--data-dir", t.TempDir()+"/run",
		"--metrics", "localhost:0", "--linger", "10m")
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	url := ""
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		if m := regexp.MustCompile(`^metrics stay at (\S+) for 10m0s$`).FindStringSubmatch(lines.Text()); m != nil {
			url = m[1]
			break
		}
	}
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("interrupted while it lingers: %v", err)
	}
	var result struct {
		Strategies map[string]struct {
			Tasks struct{ Succeeded, Failed json.Number }
		}
	}
	if err := json.Unmarshal(stdout.Bytes(), &result); err != nil {
		t.Fatal(err)
	}
	for name, s := range result.Strategies {
		for status, want := range map[string]json.Number{"completed": s.Tasks.Succeeded, "failed": s.Tasks.Failed} {
			line := `tasker_tasks_total{namespace="ecommerce",status="` + status + `",strategy="` + name + `",task_name="process_order",version="1.0.0"} ` + want.String() + "\n"
			if !strings.Contains(string(text), line) {
				t.Errorf("the endpoint does not say %s", line)
			}
		}
	}
}

// TestMetricsPortInUse: an error that says so, and no run is left behind.
func TestMetricsPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dir := t.TempDir() + "/run"
	out, err := exec.Command("tasker-sim", "checkout", "--headless", "--data-dir", dir, "--metrics", l.Addr().String()).CombinedOutput()
	want := "error: --metrics: cannot listen on " + l.Addr().String() + ": bind: address already in use\nhint: name another port, or :0 for any that is free\n"
	if string(out) != want || err == nil || err.Error() != "exit status 3" {
		t.Errorf("%v:\n%swant\n%s", err, out, want)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("a run directory is left: %v", err)
	}
}
