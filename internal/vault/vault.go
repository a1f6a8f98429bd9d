// Package vault keeps things sealed, each under the key of the person they are
// about, so that forgetting one key makes everything about that person unreadable
// wherever a copy of it lies.
//
// Things are sealed with AES-256-GCM. The place at which a thing is kept is bound
// to it: moved elsewhere it does not open. The nonce follows from the place, so
// that sealing the same thing again for the same place gives the same bytes; two
// different things must never be sealed for one place under one key.
//
// Keys are random and belong in a file of their own, apart from what they open.
// Whoever uses a vault makes [Vault.Fresh] durable there before anything that was
// sealed: a thing without its key is lost.
package vault

import (
	"bufio"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Errors that a caller may want to tell apart.
var (
	// ErrForgotten: the subject has no key, or has no longer.
	ErrForgotten = errors.New("the key is forgotten")
	// ErrBroken: the bytes were not sealed for that subject and place, or changed since.
	ErrBroken = errors.New("the seal is broken")
)

// keyBytes is the length of a key: 256 bits.
const keyBytes = 32

// Vault holds the keys. It has one owner.
type Vault struct {
	random io.Reader
	keys   map[string]cipher.AEAD
	fresh  []byte // lines of the key file for keys made since Fresh was called
}

// New makes a vault without keys; random is where they will come from.
func New(random io.Reader) *Vault {
	return &Vault{random: random, keys: map[string]cipher.AEAD{}}
}

// entry is a line of the key file.
type entry struct {
	Subject string `json:"subject"`
	Key     string `json:"key"`
}

// Read adds the keys of a key file. A last line that was cut is passed over:
// nothing was sealed with its key.
func (v *Vault) Read(file io.Reader) error {
	in := bufio.NewReader(file)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("key file: %w", err)
		}
		if err := v.readLine(line); err != nil {
			return fmt.Errorf("key file: line %d: %w", n, err)
		}
	}
}

func (v *Vault) readLine(line []byte) error {
	var e entry
	if err := json.Unmarshal(line, &e); err != nil {
		return err
	}
	key, err := base64.RawStdEncoding.DecodeString(e.Key)
	if err != nil {
		return fmt.Errorf("key of %q: %w", e.Subject, err)
	}
	seal, err := sealer(key)
	if err != nil {
		return fmt.Errorf("key of %q: %w", e.Subject, err)
	}
	v.keys[e.Subject] = seal
	return nil
}

func sealer(key []byte) (cipher.AEAD, error) {
	if len(key) != keyBytes {
		return nil, fmt.Errorf("%d bytes, want %d", len(key), keyBytes)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// Seal seals a thing about the subject for a place. A subject without a key gets one.
func (v *Vault) Seal(subject, place string, plain []byte) ([]byte, error) {
	seal, ok := v.keys[subject]
	if !ok {
		key := make([]byte, keyBytes)
		if _, err := io.ReadFull(v.random, key); err != nil {
			return nil, fmt.Errorf("make key of %q: %w", subject, err)
		}
		var err error
		if seal, err = sealer(key); err != nil {
			return nil, err
		}
		v.keys[subject] = seal
		v.fresh = appendLine(v.fresh, entry{subject, base64.RawStdEncoding.EncodeToString(key)})
	}
	return seal.Seal(nil, nonce(seal, place), plain, []byte(place)), nil
}

// Open opens a thing about the subject that was sealed for the place.
func (v *Vault) Open(subject, place string, sealed []byte) ([]byte, error) {
	seal, ok := v.keys[subject]
	if !ok {
		return nil, fmt.Errorf("%s: %w", subject, ErrForgotten)
	}
	plain, err := seal.Open(nil, nonce(seal, place), sealed, []byte(place))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", place, ErrBroken)
	}
	return plain, nil
}

func nonce(seal cipher.AEAD, place string) []byte {
	sum := sha256.Sum256([]byte(place))
	return sum[:seal.NonceSize()]
}

// Fresh are the lines to be added to the key file for the keys that were made
// since the last call.
func (v *Vault) Fresh() []byte {
	lines := v.fresh
	v.fresh = nil
	return lines
}

// Forget forgets the key of a subject here and tells whether there was one. It is
// forgotten for good once the key file was written anew, see [Without].
func (v *Vault) Forget(subject string) bool {
	_, had := v.keys[subject]
	delete(v.keys, subject)
	return had
}

// Without copies a key file line by line and leaves out what it says of the
// subject; it tells how many lines those were.
func Without(subject string, from io.Reader, to io.Writer) (left int, err error) {
	in := bufio.NewReader(from)
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return left, nil
		}
		if err != nil {
			return left, fmt.Errorf("key file: %w", err)
		}
		var e entry
		if json.Unmarshal(line, &e) == nil && e.Subject == subject {
			left++
			continue
		}
		if _, err := to.Write(line); err != nil {
			return left, fmt.Errorf("key file: %w", err)
		}
	}
}

// Subjects are those who have a key, sorted.
func (v *Vault) Subjects() []string {
	var names []string
	for name := range v.keys {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func appendLine(buf []byte, e entry) []byte {
	line, err := json.Marshal(e)
	if err != nil {
		panic("vault: a line of two strings cannot be written: " + err.Error())
	}
	return append(append(buf, line...), '\n')
}
