package redact_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tasker-sim/internal/redact"
)

// planted is a refund with 19 things in it that are nobody's business: at the top,
// nested, in lists and in free text; and some numbers that are not.
const planted = `{
  "customer_id": "cust_12345", "customer_email": "john@example.com", "customer_phone": "212-555-0101",
  "credit_card_last_four": "4567", "date_of_birth": "1980-02-29",
  "contact": {"name": "John Bavodiru", "email": "jb@example.net", "phone": "646-555-0102", "ssn": "987-65-4321"},
  "delivery": {"address": "17 Quillon Street"},
  "items": [{"recipient_name": "Mary Tolu", "recipient_email": "mary@example.org"}],
  "payout": {"bank_account": "DE02120300000000202051", "tax_id": "98-7654321"},
  "notes": "Ola Fen wrote from ola@example.com, 718-555-0103, tax 988-66-1234, card 4000 0000 0000 0002",
  "refund_amount": 4999000000, "at": 1700000000, "order": "8888777766665552"
}`

// needles are the 19.
func needles() []string {
	return []string{"cust_12345", "john@example.com", "212-555-0101", "4567", "1980-02-29", "John Bavodiru", "jb@example.net",
		"646-555-0102", "987-65-4321", "17 Quillon Street", "Mary Tolu", "mary@example.org", "DE02120300000000202051", "98-7654321",
		"Ola Fen", "ola@example.com", "718-555-0103", "988-66-1234", "4000 0000 0000 0002"}
}

// harmless are numbers that patterns may take for something else.
func harmless() []string { return []string{"4999000000", "1700000000", "8888777766665552"} }

func published() []string {
	return []string{"password", "credit_card", "ssn", "email", "phone", "address", "customer_email", "customer_phone",
		"billing_address", "credit_card_last_four", "bank_account", "tax_id"}
}

func declared() redact.Rules {
	return redact.Rules{
		Fields: map[string]string{
			"customer_id": "customer", "customer_email": "contact", "customer_phone": "contact", "credit_card_last_four": "payment_card",
			"date_of_birth": "person", "contact": "contact", "delivery.address": "contact", "items.*.recipient_name": "person",
			"payout": "bank", "order": redact.Public,
		},
		Deny: true, Patterns: redact.Patterns(), Checked: true,
	}
}

// TestWhatRulesLetThrough counts what each set of rules leaves of the 19, and
// what it takes out although it is harmless: rules by keys and patterns leave
// something, rules by declaration do not.
func TestWhatRulesLetThrough(t *testing.T) {
	names := []string{"customer_email", "customer_phone", "customer_address", "billing_address", "shipping_address", "ssn", "tax_id",
		"customer_name", "first_name", "last_name"}
	for _, c := range []struct {
		name         string
		rules        redact.Rules
		leaks, wrong int
	}{
		{"none", redact.Rules{}, 19, 0},
		{"the post's keys", redact.Rules{Keys: published()}, 9, 0},
		{"… and its three patterns", redact.Rules{Keys: published(), Patterns: []string{redact.Email, redact.SSN, redact.Card}}, 6, 1},
		{"… and telephone numbers", redact.Rules{Keys: published(), Patterns: redact.Patterns()}, 5, 3},
		{"… with check digits and formats", redact.Rules{Keys: published(), Patterns: redact.Patterns(), Checked: true}, 5, 0},
		{"the post's mask: exact names at the top", redact.Rules{Top: names}, 17, 0},
		{"declared fields, the rest denied", declared(), 0, 0},
	} {
		text := apply(t, c.rules, planted)
		if leaks, wrong := count(text, needles()), len(harmless())-count(text, harmless()); leaks != c.leaks || wrong != c.wrong {
			t.Errorf("%s: %d of 19 leak and %d harmless ones are gone, want %d and %d\n%s", c.name, leaks, wrong, c.leaks, c.wrong, text)
		}
	}
}

func apply(t *testing.T, rules redact.Rules, text string) string {
	t.Helper()
	r, err := redact.New(rules)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	dec := json.NewDecoder(strings.NewReader(text))
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	if v.(map[string]any)["at"] != nil {
		v.(map[string]any)["at"], v.(map[string]any)["refund_amount"] = 1700000000, 4999000000
	}
	out, err := json.Marshal(r.Value(v))
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func count(text string, words []string) (n int) {
	for _, w := range words {
		if strings.Contains(text, w) {
			n++
		}
	}
	return n
}

// TestPatterns shows what is taken for what, with and without checks.
func TestPatterns(t *testing.T) {
	for _, c := range []struct{ text, loose, checked string }{
		{"write to a.b+c@example.co.uk now", "write to [REDACTED:email] now", "write to [REDACTED:email] now"},
		{"987-65-4321", "[REDACTED:ssn]", "[REDACTED:ssn]"},
		{"000-12-3456", "[REDACTED:ssn]", "000-12-3456"},
		{"666-12-3456", "[REDACTED:ssn]", "666-12-3456"},
		{"123-00-3456", "[REDACTED:ssn]", "123-00-3456"},
		{"call (212) 555-0101", "call (212) 555-0101", "call [REDACTED:phone]"},
		{"call 212.555.0101", "call [REDACTED:phone]", "call [REDACTED:phone]"},
		{"at 1700000000 s", "at [REDACTED:phone] s", "at 1700000000 s"},
		{"112-555-0101", "[REDACTED:phone]", "112-555-0101"},
		{"4000 0000 0000 0002", "[REDACTED:card]", "[REDACTED:card]"},
		{"4000000000000002", "[REDACTED:card]", "[REDACTED:card]"},
		{"8888777766665552", "[REDACTED:card]", "8888777766665552"},
		{"378282246310005", "378282246310005", "[REDACTED:card]"},
		{"nothing here", "nothing here", "nothing here"},
	} {
		for _, checked := range []bool{false, true} {
			r, err := redact.New(redact.Rules{Patterns: redact.Patterns(), Checked: checked})
			if err != nil {
				t.Fatal(err)
			}
			want := c.loose
			if checked {
				want = c.checked
			}
			if got := r.Text(c.text); got != want {
				t.Errorf("%q, checked %v: %q, want %q", c.text, checked, got, want)
			}
		}
	}
}

// TestUnknownPattern names what there is.
func TestUnknownPattern(t *testing.T) {
	_, err := redact.New(redact.Rules{Patterns: []string{"iban"}})
	if want := `unknown pattern "iban": there are card, ssn, phone, email`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// TestDeniedTextNeverShows: whatever text stands wherever in whatever value, it is
// not in what rules leave that declare nothing and deny the rest.
func TestDeniedTextNeverShows(t *testing.T) {
	r, err := redact.New(redact.Rules{Deny: true})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		needle := rapid.StringMatching(`[a-z]{12}`).Draw(t, "needle")
		v := nest(t, needle, rapid.IntRange(0, 4).Draw(t, "depth"))
		if out := fmt.Sprint(r.Value(v)); strings.Contains(out, needle) {
			t.Fatalf("%v leaves %s", v, out)
		}
	})
}

func nest(t *rapid.T, needle string, depth int) any {
	if depth == 0 {
		return rapid.SampledFrom([]string{"", "before ", "1 "}).Draw(t, "before") + needle
	}
	x := nest(t, needle, depth-1)
	if rapid.Bool().Draw(t, "list") {
		return []any{1, x}
	}
	return map[string]any{"a": 2, "b": x}
}

// TestLuhn checks the digit against a second way to work it out: the digits'
// sum, every second one doubled from the right, is a multiple of ten.
func TestLuhn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`[0-9]{1,18}`).Draw(t, "digits")
		whole := digits + string(redact.CheckDigit(digits))
		double := [...]int{0, 2, 4, 6, 8, 1, 3, 5, 7, 9}
		sum := 0
		for i := range len(whole) {
			d := int(whole[len(whole)-1-i] - '0')
			if i%2 == 1 {
				d = double[d]
			}
			sum += d
		}
		if sum%10 != 0 || !redact.Luhn(whole) {
			t.Fatalf("%s: sum %d", whole, sum)
		}
	})
}
