// Package schema checks the contexts of tasks against a JSON Schema.
package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"sort"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// Compile makes a check of a JSON Schema (draft 2020-12 unless it names another
// one). The check is safe for concurrent use; its error lists each field that is
// wrong, with its value and what is allowed. A schema may refer to its own parts
// only, not to files or addresses.
func Compile(schema []byte) (func(context []byte) error, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(nowhere{})
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	compiled, err := c.Compile("schema.json")
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return func(context []byte) error { return check(compiled, context) }, nil
}

// nowhere refuses references to the outside.
type nowhere struct{}

// Load implements the library's loader.
func (nowhere) Load(url string) (any, error) {
	return nil, fmt.Errorf("%s: references to other documents are not followed", url)
}

func check(s *jsonschema.Schema, context []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(context))
	if err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	err = s.Validate(value)
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return err
	}
	var problems []string
	collect(invalid, value, &problems)
	sort.Strings(problems) // the library walks maps
	return errors.New(strings.Join(problems, "; "))
}

// collect appends one line for each cause that has no causes of its own.
// Alternatives (anyOf, oneOf) are told as a whole: each of them alone misleads.
func collect(e *jsonschema.ValidationError, value any, problems *[]string) {
	switch e.ErrorKind.(type) {
	case *kind.AnyOf, *kind.OneOf, *kind.Not, *kind.Contains:
	default:
		if len(e.Causes) > 0 {
			for _, c := range e.Causes {
				collect(c, value, problems)
			}
			return
		}
	}
	*problems = append(*problems, fmt.Sprintf("%s is %s: want %s", field(e.InstanceLocation), show(at(value, e.InstanceLocation)), want(e.ErrorKind)))
}

// field names a place: "items.0.quantity"; the whole is "context".
func field(path []string) string {
	if len(path) == 0 {
		return "context"
	}
	return strings.Join(path, ".")
}

// at is the part of a value that a path leads to.
func at(value any, path []string) any {
	for _, p := range path {
		switch v := value.(type) {
		case map[string]any:
			value = v[p]
		case []any:
			i, err := strconv.Atoi(p)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			value = v[i]
		}
	}
	return value
}

// shown is how much of a value an error repeats, in bytes.
const shown = 60

func show(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	if len(text) > shown {
		return strings.ToValidUTF8(string(text[:shown]), "") + "…"
	}
	return string(text)
}

// want says what is allowed.
func want(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.Type:
		return strings.Join(k.Want, " or ")
	case *kind.Enum:
		return "one of " + show(k.Want)
	case *kind.Const:
		return show(k.Want)
	case *kind.Required:
		return "the fields " + strings.Join(k.Missing, ", ")
	case *kind.AdditionalProperties:
		return "no field " + strings.Join(k.Properties, ", ")
	case *kind.Minimum:
		return "at least " + number(k.Want)
	case *kind.Maximum:
		return "at most " + number(k.Want)
	case *kind.ExclusiveMinimum:
		return "more than " + number(k.Want)
	case *kind.ExclusiveMaximum:
		return "less than " + number(k.Want)
	case *kind.Pattern:
		return "a text that matches " + k.Want
	case *kind.Format:
		return "a text of format " + k.Want
	}
	return sized(k)
}

// sized says what is allowed of lengths, and names the keyword of all the rest.
func sized(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.MinItems:
		return fmt.Sprintf("at least %d items", k.Want)
	case *kind.MaxItems:
		return fmt.Sprintf("at most %d items", k.Want)
	case *kind.MinLength:
		return fmt.Sprintf("at least %d characters", k.Want)
	case *kind.MaxLength:
		return fmt.Sprintf("at most %d characters", k.Want)
	}
	return "what the schema says under " + strings.Join(k.KeywordPath(), "/")
}

// number writes a limit as people do: 0.5, not 1/2.
func number(r *big.Rat) string {
	f, _ := r.Float64()
	return strconv.FormatFloat(f, 'g', -1, 64)
}
