package telemetry

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// ListenAddress checks an address to listen on: HOST:PORT, :PORT for every
// interface, or a bare PORT for this machine only.
func ListenAddress(text string) (string, error) {
	addr := text
	if !strings.Contains(text, ":") {
		addr = "localhost:" + text
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil || !isPort(port) {
		return "", fmt.Errorf("%q: want HOST:PORT or PORT, e.g. localhost:9464", text)
	}
	return addr, nil
}

// Receiver checks the address of an OTLP receiver: HOST:PORT, or a URL for https
// or a path of its own. The result is a URL without a slash at the end.
func Receiver(text string) (string, error) {
	addr := text
	if !strings.Contains(text, "://") {
		addr = "http://" + text
	}
	u, err := url.Parse(addr)
	switch {
	case err != nil || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
	case u.Scheme != "http" && u.Scheme != "https":
		return "", fmt.Errorf("%q: %s is no way to send OTLP here, want http or https", text, u.Scheme)
	case u.Port() == "" && !strings.Contains(text, "://"):
		return "", fmt.Errorf("%q: the port is missing; receivers of OTLP over HTTP usually have %s:4318", text, u.Hostname())
	case u.Port() != "" && (!isPort(u.Port()) || u.Port() == "0"):
		return "", fmt.Errorf("%q: %s is no port, want 1 to 65535", text, u.Port())
	case u.Port() == "4317" && !strings.Contains(text, "://"):
		return "", fmt.Errorf("%q: 4317 is the port of OTLP over gRPC; what is sent here is OTLP over HTTP, usually %s:4318", text, u.Hostname())
	default:
		return strings.TrimSuffix(u.Scheme+"://"+u.Host+u.Path, "/"), nil
	}
	return "", fmt.Errorf("%q: want HOST:PORT or a URL, e.g. localhost:4318 or https://otel.example:4318", text)
}

func isPort(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n >= 0 && n <= 65535
}
