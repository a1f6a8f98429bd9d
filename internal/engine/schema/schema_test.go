package schema

import (
	"strings"
	"testing"
)

const order = `{
	"type": "object",
	"required": ["customer", "items"],
	"additionalProperties": false,
	"properties": {
		"customer": {"type": "string", "pattern": "^c[0-9]+$"},
		"mail": {"type": "string", "format": "email"},
		"speed": {"enum": ["slow", "fast"]},
		"currency": {"const": "USD"},
		"discount": {"type": "number", "exclusiveMinimum": 0, "maximum": 0.5},
		"payment": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
		"items": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/item"}}
	},
	"$defs": {"item": {"type": "object", "required": ["sku"], "properties": {"quantity": {"type": "integer", "minimum": 1}}}}
}`

// TestCheck shows what is said of a context: the field, its value, what is
// allowed; all problems at once.
func TestCheck(t *testing.T) {
	check, err := Compile([]byte(order))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, context, want string }{
		{"good", `{"customer": "c7", "items": [{"sku": "a", "quantity": 2}]}`, ""},
		{"not JSON", `{"customer"`, `not JSON: unexpected EOF`},
		{"nothing", ``, `not JSON: EOF`},
		{"no object", `[]`, `context is []: want object`},
		{"missing", `{"items": [{"sku": "a"}]}`, `context is {"items":[{"sku":"a"}]}: want the fields customer`},
		{"deep", `{"customer": "c7", "items": [{"sku": "a"}, {"sku": "b", "quantity": 0}]}`, `items.1.quantity is 0: want at least 1`},
		{"type", `{"customer": "c7", "items": [{"sku": "a", "quantity": "two"}]}`, `items.0.quantity is "two": want integer`},
		{"pattern", `{"customer": "seven", "items": [{"sku": "a"}]}`, `customer is "seven": want a text that matches ^c[0-9]+$`},
		{"format", `{"customer": "c7", "mail": "x", "items": [{"sku": "a"}]}`, `mail is "x": want a text of format email`},
		{"enum", `{"customer": "c7", "speed": "now", "items": [{"sku": "a"}]}`, `speed is "now": want one of ["slow","fast"]`},
		{"const", `{"customer": "c7", "currency": "EUR", "items": [{"sku": "a"}]}`, `currency is "EUR": want "USD"`},
		{"maximum", `{"customer": "c7", "discount": 0.75, "items": [{"sku": "a"}]}`, `discount is 0.75: want at most 0.5`},
		{"alternatives", `{"customer": "c7", "payment": [1], "items": [{"sku": "a"}]}`, `payment is [1]: want what the schema says under anyOf`},
		{"empty list", `{"customer": "c7", "items": []}`, `items is []: want at least 1 items`},
		{"unknown field", `{"customer": "c7", "coupon": 1, "items": [{"sku": "a"}]}`, `want no field coupon`},
		{"two problems", `{"customer": 7, "items": [{"sku": "a", "quantity": -1}]}`,
			`customer is 7: want string; items.0.quantity is -1: want at least 1`},
		{"long value", `{"customer": "` + strings.Repeat("x", 500) + `", "items": [{"sku": "a"}]}`, `xxx…: want a text`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := check([]byte(tt.context))
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("check: %v\nwant   %s", err, tt.want)
			}
		})
	}
}

// TestCompileRefuses shows schemas that are none.
func TestCompileRefuses(t *testing.T) {
	for schema, want := range map[string]string{
		`{`:                             "schema: unexpected EOF",
		`{"type": "strange"}`:           "is not valid against metaschema",
		`{"$ref": "other.json"}`:        "references to other documents are not followed",
		`{"$ref": "#/$defs/forgotten"}`: "forgotten",
	} {
		if _, err := Compile([]byte(schema)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", schema, err, want)
		}
	}
}

// FuzzCheck reads any context: never a panic.
func FuzzCheck(f *testing.F) {
	check, err := Compile([]byte(order))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"customer": "c7", "items": [{"sku": "a", "quantity": 1e400}]}`))
	f.Add([]byte(`[[[{"": {}}]]]`))
	f.Fuzz(func(t *testing.T, context []byte) {
		if err := check(context); err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
	})
}
