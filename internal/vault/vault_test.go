package vault_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tasker-sim/internal/vault"
)

// random is a source of keys that is the same in every test.
func random() *rand.ChaCha8 { return rand.NewChaCha8([32]byte{1}) }

// TestSealAndOpen shows what opens a sealed thing and what does not.
func TestSealAndOpen(t *testing.T) {
	v := vault.New(random())
	sealed, err := v.Seal("jane", "task 1", []byte("4567"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Seal("john", "task 2", []byte("1234")); err != nil {
		t.Fatal(err)
	}
	changed := bytes.Clone(sealed)
	changed[0] ^= 1
	for _, c := range []struct {
		name, subject, place string
		sealed               []byte
		want                 error
	}{
		{"as it was sealed", "jane", "task 1", sealed, nil},
		{"at another place", "jane", "task 2", sealed, vault.ErrBroken},
		{"with another's key", "john", "task 1", sealed, vault.ErrBroken},
		{"one bit changed", "jane", "task 1", changed, vault.ErrBroken},
		{"cut", "jane", "task 1", sealed[:3], vault.ErrBroken},
		{"without a key", "nobody", "task 1", sealed, vault.ErrForgotten},
	} {
		plain, err := v.Open(c.subject, c.place, c.sealed)
		if !errors.Is(err, c.want) || err == nil && string(plain) != "4567" {
			t.Errorf("%s: %q, %v, want error %v", c.name, plain, err, c.want)
		}
	}
}

// TestKeyFile: the lines of a vault open its things in another process.
func TestKeyFile(t *testing.T) {
	v := vault.New(random())
	sealed, _ := v.Seal("jane", "a", []byte("secret"))
	file := string(v.Fresh())
	_, _ = v.Seal("jane", "b", []byte("more"))
	if more := v.Fresh(); len(more) > 0 {
		t.Errorf("a subject gets one key, the file grew by %q", more)
	}
	w := vault.New(random())
	if err := w.Read(strings.NewReader(file + `{"subject":"cut`)); err != nil {
		t.Fatalf("a line that was cut by a crash: %v", err)
	}
	if plain, err := w.Open("jane", "a", sealed); err != nil || string(plain) != "secret" {
		t.Errorf("opened %q, %v", plain, err)
	}
	for _, bad := range []string{"no json\n", `{"subject":"x","key":"short"}` + "\n"} {
		if err := vault.New(random()).Read(strings.NewReader(bad)); err == nil {
			t.Errorf("key file %q was read", bad)
		}
	}
}

// TestErasure: once a key is gone nothing about its subject opens, and the others'
// things still do.
func TestErasure(t *testing.T) {
	v := vault.New(random())
	jane, _ := v.Seal("jane", "a", []byte("secret"))
	john, _ := v.Seal("john", "b", []byte("other"))
	var after bytes.Buffer
	n, err := vault.Without("jane", bytes.NewReader(v.Fresh()), &after)
	if n != 1 || err != nil {
		t.Fatalf("left out %d lines, %v", n, err)
	}
	w := vault.New(random())
	if err := w.Read(&after); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Open("jane", "a", jane); !errors.Is(err, vault.ErrForgotten) {
		t.Errorf("jane's thing: %v, want %v", err, vault.ErrForgotten)
	}
	if plain, err := w.Open("john", "b", john); err != nil || string(plain) != "other" {
		t.Errorf("john's thing: %q, %v", plain, err)
	}
	if !v.Forget("jane") || v.Forget("jane") {
		t.Error("forgetting tells whether there was a key")
	}
}

// TestSealIsAFunction: the same thing for the same place gives the same bytes, as
// a process needs that seals it again after a crash, and never shows its content.
func TestSealIsAFunction(t *testing.T) {
	v := vault.New(random())
	rapid.Check(t, func(t *rapid.T) {
		subject, place := rapid.String().Draw(t, "subject"), rapid.String().Draw(t, "place")
		plain := rapid.SliceOfN(rapid.Byte(), 8, 64).Draw(t, "plain")
		a, err := v.Seal(subject, place, plain)
		b, _ := v.Seal(subject, place, plain)
		if err != nil || !bytes.Equal(a, b) {
			t.Fatalf("sealed %x, again %x, %v", a, b, err)
		}
		if bytes.Contains(a, plain) {
			t.Fatalf("%x holds %x", a, plain)
		}
		if back, err := v.Open(subject, place, a); err != nil || !bytes.Equal(back, plain) {
			t.Fatalf("opened %x, %v", back, err)
		}
	})
}
