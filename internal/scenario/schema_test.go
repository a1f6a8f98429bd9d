package scenario

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"
)

// compiledSchema is the schema as a validator that is not ours.
func compiledSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(Schema())))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("scenario.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("scenario.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSON is a YAML file as a validator of JSON sees it.
func asJSON(t testing.TB, text []byte) (any, error) {
	t.Helper()
	body, err := yaml.YAMLToJSON(text)
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(strings.NewReader(string(body)))
}

// TestSchemaFile holds the committed schema to the code.
func TestSchemaFile(t *testing.T) {
	t.Log("a new key: go test ./internal/scenario -run SchemaFile -update")
	golden(t, "../../scenarios/scenario.schema.json", string(Schema()))
}

// TestSchemaAcceptsScenarios: what the reader takes, the schema takes.
func TestSchemaAcceptsScenarios(t *testing.T) {
	s := compiledSchema(t)
	for _, pattern := range []string{"testdata/ok/*.yaml", "../../scenarios/*.yaml", "../../scenarios/examples/*.yaml", "../sim/testdata/*.yaml"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			v, err := asJSON(t, text)
			if err == nil {
				err = s.Validate(v)
			}
			if err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

// TestSchemaRefuses: the mistakes that an editor can show while one types, without
// knowing what one part of a file says of another.
func TestSchemaRefuses(t *testing.T) {
	s := compiledSchema(t)
	for _, name := range []string{
		"unknown_key", "missing_key", "limit_zero", "negative_time", "rate_outside", "jitter_above_one",
		"factor_below_one", "wrong_type", "list", "names", "claims", "all_at_once", "windows", "time_unit",
	} {
		text, err := os.ReadFile("testdata/err/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		v, err := asJSON(t, text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if s.Validate(v) == nil {
			t.Errorf("%s.yaml has a mistake that the schema does not see", name)
		}
	}
}

// TestSchemaAgreesOnValues: a rate, time, count, number or switch that the reader
// takes, the schema takes as well, and the other way round.
func TestSchemaAgreesOnValues(t *testing.T) {
	s := compiledSchema(t)
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.SampledFrom([]string{"0", "0.5", "1", "1.5", "-1", "3%", "3.25 %", "200%", "abc", "1e-3", ".5", "%", "1_0%"}).Draw(t, "rate")
		tasks := rapid.SampledFrom([]string{"1", "0", "1_000", "x", "10000000", "10000001", "2.5"}).Draw(t, "tasks")
		length := rapid.SampledFrom([]string{"1h", "90s", "1h30m", "90", "0.5s", "0", "1.s", "s", "-1s", "1d", "250ms"}).Draw(t, "length")
		keys := rapid.SampledFrom([]string{"on", "off", "true", "false", "yes", "no", "maybe", "1"}).Draw(t, "keys")
		text := `{scenario: x, load: {tasks: ` + tasks + `, duration: ` + length + `},
 services: {a: {latency: {median: 1s, p99: 2s}, error: {rate: ` + rate + `}}},
 strategies: {one: {}, two: {keys: ` + keys + `}}, workflows: {a/b@1: {steps: {c: {service: a}}}}}`
		_, probs := Parse("x.yaml", []byte(text), nil)
		body, err := yaml.YAMLToJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal(body, &v); err != nil {
			t.Fatal(err)
		}
		err = s.Validate(v)
		if wide := rate == "200%"; len(probs) > 0 && err == nil && !wide {
			t.Fatalf("the schema takes what the reader does not: %v\n%s", probs, text)
		}
		if len(probs) == 0 && err != nil {
			t.Fatalf("the reader takes what the schema does not: %v\n%s", err, text)
		}
	})
}

// TestEveryKeyIsDocumented: whoever adds a key says what it is for, in the field
// or as the last argument of child, named, list or words.
func TestEveryKeyIsDocumented(t *testing.T) {
	var root map[string]any
	if err := json.Unmarshal(Schema(), &root); err != nil {
		t.Fatal(err)
	}
	n := 0
	var walk func(path string, s map[string]any)
	walk = func(path string, s map[string]any) {
		forms, _ := s["anyOf"].([]any)
		for _, x := range forms {
			walk(path, x.(map[string]any))
		}
		props, _ := s["properties"].(map[string]any)
		for _, key := range sortedKeys(props) {
			p := props[key].(map[string]any)
			n++
			if p["description"] == nil || p["description"] == "" {
				t.Errorf("%s has no documentation", path+key)
			}
			if len(p) < 2 {
				t.Errorf("%s may be anything: read it with read, expr, child, named, list, block or convert", path+key)
			}
			walk(path+key+".", p)
		}
		for _, below := range []string{"items", "additionalProperties"} {
			if x, ok := s[below].(map[string]any); ok {
				walk(path+"*.", x)
			}
		}
	}
	walk("", root)
	if n < 80 {
		t.Errorf("only %d keys found", n)
	}
}

// TestEditorHint: a file that tells an editor where its schema lies says so as seen
// from where it lies itself.
func TestEditorHint(t *testing.T) {
	files, _ := filepath.Glob("../../scenarios/*.yaml")
	more, _ := filepath.Glob("../../scenarios/*/*.yaml")
	for _, file := range append(files, more...) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(text), "\n")
		want := "scenario.schema.json"
		if strings.Contains(file, "/examples/") {
			want = "../" + want
		}
		if strings.HasPrefix(first, "# yaml-language-server") && first != "# yaml-language-server: $schema="+want {
			t.Errorf("%s begins with %q, want # yaml-language-server: $schema=%s", file, first, want)
		}
	}
}
