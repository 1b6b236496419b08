package auth_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"parley/internal/auth"
)

const codeLetters = "34679CDFGHJKMNPQRTVWXY"

var codePattern = regexp.MustCompile(`^[` + codeLetters + `]{3}-[` + codeLetters + `]{3}-[` + codeLetters + `]{3}$`)

// Nobody takes a letter of a code for another one, on paper or by ear with a name for each letter, and no code is a word.
func TestCodesHaveNoLookAlikes(t *testing.T) {
	t.Parallel()
	for _, alike := range []string{"0O", "1IL", "2Z", "5S", "8B", "UV", "AEIOU"} {
		if n := countAny(codeLetters, alike); n > 1 || alike == "AEIOU" && n > 0 {
			t.Errorf("%d of %s are letters of codes", n, alike)
		}
	}
}

func countAny(text, letters string) (n int) {
	for _, l := range letters {
		n += strings.Count(text, string(l))
	}
	return n
}

// Each letter is as frequent in each place, so none of the 40 bits are lost; and no two codes of a thousand rows are the same.
func TestCodesAreSpreadEvenly(t *testing.T) {
	t.Parallel()
	links := auth.NewLinks([]byte("a secret"), "https://parley.example")
	const rows = 22 * 500
	var places [11]map[byte]int
	seen := map[string]bool{}
	for i := range rows {
		code := links.Code(fmt.Sprint("spi_", i))
		if !codePattern.MatchString(code) {
			t.Fatalf("a code is %s", code)
		}
		if seen[code] {
			t.Errorf("%s is of two rows", code)
		}
		seen[code] = true
		for p := range places {
			if places[p] == nil {
				places[p] = map[byte]int{}
			}
			places[p][code[p]]++
		}
	}
	for p, letters := range places {
		if p == 3 || p == 7 {
			continue
		}
		for _, l := range []byte(codeLetters) {
			if n := letters[l]; n < 380 || n > 620 { // 500, and five times the deviation
				t.Errorf("%c is %d times in place %d, want some 500", l, n, p)
			}
		}
	}
}

// The secret makes the code and its hash, and nothing that is kept leads from one to the other.
func TestCodesAreOfTheirRowAndSecret(t *testing.T) {
	t.Parallel()
	links, others := auth.NewLinks([]byte("a secret"), "https://parley.example"), auth.NewLinks([]byte("another"), "https://parley.example")
	code := links.Code("spi_1")
	switch {
	case links.Code("spi_1") != code:
		t.Error("a row has two codes")
	case others.Code("spi_1") == code:
		t.Error("the code is the same with another secret")
	case bytes.Equal(links.CodeHash(code), others.CodeHash(code)):
		t.Error("the hash is the same with another secret")
	case len(links.CodeHash(code)) != 32 || bytes.Contains(links.CodeHash(code), []byte(code[:3])):
		t.Errorf("the hash is %x", links.CodeHash(code))
	}
}

func TestCodesAreFoundHoweverTheyAreTyped(t *testing.T) {
	t.Parallel()
	links := auth.NewLinks([]byte("a secret"), "https://parley.example")
	hash := links.CodeHash("K7M-3PX-9QD")
	_, begins := links.CodeBeginning("K7M3")
	for _, typed := range []string{"k7m-3px-9qd", "K7M3PX9QD", "k7m3px9qd", " K7M 3PX 9QD ", "K 7 M 3 P X 9 Q D", "K7M–3PX–9QD", "K7M.3px.9QD\n", "\u00a0K7M\u20113PX\u20119QD"} {
		if !bytes.Equal(links.CodeHash(typed), hash) {
			t.Errorf("%q is another code", typed)
		}
		if b, h := links.CodeBeginning(typed); b != "K7M3" || !bytes.Equal(h, begins) {
			t.Errorf("%q begins with %q", typed, b)
		}
	}
	for _, other := range []string{"", "K7M", "K7M-3PX-9QDC", "K7M-3PX-9QC", "CK7M-3PX-9QD", "9QD-3PX-K7M"} {
		if bytes.Equal(links.CodeHash(other), hash) {
			t.Errorf("%q is the same code", other)
		}
	}
	for typed, want := range map[string]string{"": "", "---": "", "k": "K", "K7": "K7", "🦊": "", "0OIl1": ""} {
		if b, _ := links.CodeBeginning(typed); b != want {
			t.Errorf("%q begins with %q, want %q", typed, b, want)
		}
	}
}
