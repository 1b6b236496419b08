package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

const (
	argonThreads = 1
	argonKey     = 32
)

// Cost is what Argon2id takes for one hash, in one lane.
type Cost struct {
	Memory uint32 // in KiB
	Passes uint32
}

// RecommendedCost is that of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes. What is for tests alone may cost less.
func RecommendedCost() Cost { return Cost{Memory: 19 * 1024, Passes: 2} }

// Passwords hashes and checks passwords, as many at once as there are cores: hashing is costly on purpose.
type Passwords struct {
	cost   Cost
	places chan struct{}
	dummy  string
}

// NewPasswords returns a hasher whose hashes have this cost. Older hashes are checked at their own.
func NewPasswords(cost Cost) *Passwords {
	return &Passwords{
		cost:   cost,
		places: make(chan struct{}, runtime.GOMAXPROCS(0)),
		dummy:  phc([]byte("nobody has this"), make([]byte, argonKey), cost.Memory, cost.Passes, argonThreads),
	}
}

// Hash returns the password's hash in PHC form.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails: crypto/rand ends the process instead
	hash := ""
	err := p.InTurn(ctx, func() error {
		key := argon2.IDKey(typed(password), salt, p.cost.Passes, p.cost.Memory, argonThreads, argonKey)
		hash = phc(salt, key, p.cost.Memory, p.cost.Passes, argonThreads)
		return nil
	})
	return hash, err
}

// Check tells whether the password is that of the hash. For an unknown person pass an empty hash: it takes as long.
// It is to be called in turn.
func (p *Passwords) Check(hash, password string) (bool, error) {
	known := hash != ""
	if !known {
		hash = p.dummy
	}
	salt, want, memory, passes, threads, err := parsePHC(hash)
	if err != nil {
		return false, err
	}
	got := argon2.IDKey(typed(password), salt, passes, memory, threads, argonKey)
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}

// InTurn waits for a place for hashing, and holds it while the work is done. What has to be known of one check before
// the next begins belongs into the work.
func (p *Passwords) InTurn(ctx context.Context, work func() error) error {
	select {
	case p.places <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("wait for a place to hash a password: %w", ctx.Err())
	}
	defer func() { <-p.places }()
	return work()
}

// typed is a password in the one form of its characters, however a keyboard composes them (NIST SP 800-63B, NFKC).
func typed(password string) []byte { return norm.NFKC.Bytes([]byte(password)) }

func phc(salt, key []byte, memory, passes uint32, threads uint8) string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, threads, b64(salt), b64(key))
}

func parsePHC(hash string) (salt, key []byte, memory, passes uint32, threads uint8, err error) {
	var version int
	var saltText, keyText string
	_, err = fmt.Sscanf(splitDollars(hash), "argon2id v=%d m=%d,t=%d,p=%d %s %s", &version, &memory, &passes, &threads, &saltText, &keyText)
	if err == nil {
		salt, err = base64.RawStdEncoding.DecodeString(saltText)
	}
	if err == nil {
		key, err = base64.RawStdEncoding.DecodeString(keyText)
	}
	if err == nil && version != argon2.Version {
		err = fmt.Errorf("version %d", version)
	}
	if err != nil {
		return nil, nil, 0, 0, 0, fmt.Errorf("a password hash is not argon2id in PHC form: %w", err)
	}
	return salt, key, memory, passes, threads, nil
}

// splitDollars puts blanks between the parts, at which Sscanf ends a word.
func splitDollars(hash string) string {
	return strings.TrimSpace(strings.ReplaceAll(hash, "$", " "))
}
