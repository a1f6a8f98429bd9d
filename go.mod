module tasker-sim

go 1.26.0

require (
	charm.land/bubbles/v2 v2.2.1 // key bindings that describe themselves
	charm.land/bubbletea/v2 v2.1.1 // the dashboard's loop, keys and terminal
	charm.land/lipgloss/v2 v2.0.6 // colours for terminals with few and with many
	github.com/HdrHistogram/hdrhistogram-go v1.4.0 // latency percentiles in fixed memory
	github.com/charmbracelet/colorprofile v0.4.3 // how many colours a terminal has (NO_COLOR)
	github.com/charmbracelet/x/ansi v0.11.9 // width of text, escape sequences
	github.com/charmbracelet/x/vt v0.1.0 // tests: a terminal to look at
	github.com/creack/pty v1.1.24 // tests: a terminal to press keys on
	github.com/expr-lang/expr v1.17.8 // expressions in scenario files
	github.com/goccy/go-yaml v1.19.2 // scenario files, with line and column
	github.com/golang-jwt/jwt/v5 v5.3.1 // tokens of those who ask to be let in
	github.com/google/go-cmp v0.7.0 // tests: differences that can be read
	github.com/prometheus/client_golang v1.25.0 // the metrics endpoint
	github.com/prometheus/common v0.73.1 // tests: reads the metrics as Prometheus does
	github.com/rogpeppe/go-internal v1.16.0 // tests: scripts of command lines
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3 // contexts of tasks are checked when they are submitted
	github.com/spf13/cobra v1.10.2 // commands, flags, help, completion
	github.com/spf13/pflag v1.0.10 // cobra's flags, whose errors we put in our own words
	go.etcd.io/bbolt v1.5.0 // the engine's database
	go.opentelemetry.io/otel v1.47.0 // traces, metrics and logs for other people's tools
	go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp v0.23.0 // logs over OTLP
	go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp v1.47.0 // metrics over OTLP
	go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp v1.47.0 // traces over OTLP
	go.opentelemetry.io/otel/log v1.47.0 // log records
	go.opentelemetry.io/otel/sdk v1.47.0 // spans
	go.opentelemetry.io/otel/sdk/log v1.47.0 // log records
	go.opentelemetry.io/otel/sdk/metric v1.47.0 // data points
	go.opentelemetry.io/otel/trace v1.47.0 // ids of spans
	go.opentelemetry.io/proto/otlp v1.11.0 // tests: a receiver of OTLP
	go.uber.org/goleak v1.3.0 // tests: no goroutine is left behind
	golang.org/x/term v0.47.0 // whether stdout is a terminal
	google.golang.org/protobuf v1.36.12 // tests: a receiver of OTLP
	pgregory.net/rapid v1.3.0 // tests: properties
)

require (
	github.com/BurntSushi/toml v1.4.1-0.20240526193622-a339e1f7089c // indirect
	github.com/beorn7/perks v1.0.1 // indirect
	github.com/cenkalti/backoff/v5 v5.0.3 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/charmbracelet/ultraviolet v0.0.0-20261008173134-6b8d4baf91b4 // indirect
	github.com/charmbracelet/x/exp/ordered v0.1.0 // indirect
	github.com/charmbracelet/x/term v0.2.2 // indirect
	github.com/charmbracelet/x/termios v0.1.1 // indirect
	github.com/charmbracelet/x/windows v0.2.2 // indirect
	github.com/clipperhouse/displaywidth v0.11.0 // indirect
	github.com/clipperhouse/uax29/v2 v2.7.0 // indirect
	github.com/go-logr/logr v1.4.4 // indirect
	github.com/go-logr/stdr v1.2.2 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/grpc-ecosystem/grpc-gateway/v2 v2.30.0 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/lucasb-eyer/go-colorful v1.4.1 // indirect
	github.com/mattn/go-runewidth v0.0.30 // indirect
	github.com/muesli/cancelreader v0.2.2 // indirect
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // indirect
	github.com/pandatix/go-abnf v0.5.3 // indirect
	github.com/prometheus/client_model v0.6.3 // indirect
	github.com/prometheus/procfs v0.22.0 // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	github.com/xo/terminfo v1.0.0 // indirect
	go.opentelemetry.io/auto/sdk v1.2.1 // indirect
	go.opentelemetry.io/otel/exporters/otlp/otlptrace v1.47.0 // indirect
	go.opentelemetry.io/otel/metric v1.47.0 // indirect
	golang.org/x/exp/typeparams v0.0.0-20231108232855-2478ac86f678 // indirect
	golang.org/x/mod v0.41.0 // indirect
	golang.org/x/net v0.61.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.43.0 // indirect
	golang.org/x/tools v0.51.0 // indirect
	google.golang.org/genproto/googleapis/api v0.0.0-20260928230214-8a89bd6388cc // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20260928230214-8a89bd6388cc // indirect
	google.golang.org/grpc v1.83.2 // indirect
	honnef.co/go/tools v0.8.2 // indirect
)

// the linter of .ci/run; what it looks at is in staticcheck.conf
tool honnef.co/go/tools/cmd/staticcheck
