package auth

import (
	"math/big"
	"strings"
)

// codeLetters are what codes consist of: digits and letters that nobody takes for each other, and no vowels, so that they
// spell nothing.
const codeLetters = "34679CDFGHJKMNPQRTVWXY"

// A code has some 40 bits: what can be spoken aloud, and cannot be guessed where guesses are limited. Guesses at one code are
// those that begin like it: which leaves 22 bits of it to be guessed, and makes it a few hundred thousand that begin otherwise.
const (
	codeLength    = 9
	codeGroup     = 3
	codeBeginning = 4
)

// Code returns the short code for the row, in groups such as K7M-3PX-9QD.
func (l *Links) Code(id string) string {
	n := new(big.Int).SetBytes(l.keyed("parley code ", id))
	base, digit := big.NewInt(int64(len(codeLetters))), new(big.Int)
	var code strings.Builder
	for i := range codeLength {
		if i > 0 && i%codeGroup == 0 {
			code.WriteByte('-')
		}
		n.DivMod(n, base, digit)
		code.WriteByte(codeLetters[digit.Int64()])
	}
	return code.String()
}

// CodeHash returns what a code is found by, in whatever case and groups it was typed.
func (l *Links) CodeHash(code string) []byte { return l.keyed("parley code hash ", plainCode(code)) }

// CodeBeginning returns what was typed as a code begins with, and what codes that begin so are found by.
func (l *Links) CodeBeginning(code string) (beginning string, hash []byte) {
	code = plainCode(code)
	beginning = code[:min(codeBeginning, len(code))]
	return beginning, l.keyed("parley code beginning ", beginning)
}

// plainCode leaves out of a code what only makes it easier to read.
func plainCode(code string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(codeLetters, r) {
			return r
		}
		return -1
	}, strings.ToUpper(code))
}
