package gate

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Claims are what a token says of its bearer.
type Claims struct {
	Issuer  string // who has issued it; empty: whose key signs it
	Subject string // whose token it is: the id of an account
	Role    string
	Team    string
	Issued  time.Duration // since the start, like all instants here; may be before it
	Expires time.Duration
	// MFA is when the bearer last showed a second factor; nil: never.
	MFA *time.Duration
}

// Errors of a token that opens nothing.
var (
	ErrMissing = errors.New("missing token")
	ErrInvalid = errors.New("invalid token")
	ErrExpired = errors.New("expired token")
)

// Signer signs tokens and verifies those it has signed. It holds a key and is
// read only.
type Signer struct {
	issuer string
	key    []byte
}

// NewSigner makes the signer of an issuer. Its key, 32 bytes for HS256, follows
// from name and seed, so that a run can be repeated; a program that guards
// something real would draw it.
func NewSigner(issuer string, seed uint64) *Signer {
	key := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("token key of "+issuer+"\x00"), seed))
	return &Signer{issuer: issuer, key: key[:]}
}

// bearer is the token's content.
type bearer struct {
	jwt.RegisteredClaims
	Role string           `json:"role,omitempty"`
	Team string           `json:"team,omitempty"`
	MFA  *jwt.NumericDate `json:"mfa,omitempty"`
}

// epoch is the date that stands for the start: tokens know dates only.
func epoch() time.Time { return time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC) }

func date(at time.Duration) *jwt.NumericDate { return jwt.NewNumericDate(epoch().Add(at)) }

func since(d *jwt.NumericDate) time.Duration { return d.Sub(epoch()) }

// Sign makes the token: a JWT, signed with HS256. Instants are cut to whole seconds.
func (s *Signer) Sign(c Claims) (string, error) {
	if c.Issuer == "" {
		c.Issuer = s.issuer
	}
	b := bearer{Role: c.Role, Team: c.Team, RegisteredClaims: jwt.RegisteredClaims{
		Issuer: c.Issuer, Subject: c.Subject, IssuedAt: date(c.Issued), ExpiresAt: date(c.Expires),
	}}
	if c.MFA != nil {
		b.MFA = date(*c.MFA)
	}
	text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, b).SignedString(s.key)
	if err != nil {
		return "", fmt.Errorf("sign token of %s: %w", c.Subject, err)
	}
	return text, nil
}

// Verify reads a token as of an instant: signed with this key by HS256 and nothing
// else, from this issuer, not before it was issued and not after it has expired.
func (s *Signer) Verify(token string, at time.Duration) (Claims, error) {
	if token == "" {
		return Claims{}, ErrMissing
	}
	var b bearer
	_, err := jwt.ParseWithClaims(token, &b, func(*jwt.Token) (any, error) { return s.key, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithIssuer(s.issuer),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithTimeFunc(func() time.Time { return epoch().Add(at) }))
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return Claims{}, ErrExpired
	case err != nil || b.Subject == "" || b.IssuedAt == nil:
		return Claims{}, ErrInvalid
	}
	c := Claims{Issuer: b.Issuer, Subject: b.Subject, Role: b.Role, Team: b.Team, Issued: since(b.IssuedAt), Expires: since(b.ExpiresAt)}
	if b.MFA != nil {
		at := since(b.MFA)
		c.MFA = &at
	}
	return c, nil
}
