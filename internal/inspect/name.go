package inspect

import (
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// longestName is what file systems take, in bytes.
const longestName = 255

// longestExtension is how much behind the last dot is still an extension, which a name that is cut keeps; dot included.
const longestExtension = 20

// Name cleans a name that came with a document: without its folder and without what does not show, misleads or cannot be in the
// name of a file on some system. It is never empty: a document without a name is called after its type.
func Name(raw string, t Type) string {
	raw = raw[strings.LastIndexAny(raw, `/\`)+1:]
	name := strings.Map(cleaned, strings.ToValidUTF8(raw, ""))
	name = norm.NFC.String(name)
	name = strings.Join(strings.Fields(name), " ")
	name = trimmed(name)
	if name == "" {
		return "document" + t.extension
	}
	if isDevice(name) {
		name = "_" + name
	}
	return shortened(name)
}

// cleaned returns the character that stands for one in a name, or -1 where it is dropped.
func cleaned(r rune) rune {
	const fillers = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0" // they look like nothing
	switch {
	case unicode.Is(unicode.Zs, r) || r == '\t' || r == '\n' || r == '\r':
		return ' '
	case unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) || strings.ContainsRune(fillers, r):
		return -1
	case strings.ContainsRune(`<>:"|?*`, r): // Windows refuses them
		return '_'
	}
	return r
}

// trimmed drops leading dots, which hide a file, and trailing ones, which Windows drops: "run.exe. ." is "run.exe" there.
func trimmed(name string) string {
	return strings.TrimRight(strings.TrimLeft(name, ". "), ". ")
}

// isDevice tells whether Windows takes the name for a device, with any extension.
func isDevice(name string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	stem = strings.TrimRight(stem, " ")
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$":
		return true
	}
	port := strings.TrimPrefix(strings.TrimPrefix(stem, "COM"), "LPT")
	return port != stem && utf8.RuneCountInString(port) == 1 && strings.Contains("0123456789¹²³", port)
}

// shortened cuts the name to what file systems take, and keeps its extension.
func shortened(name string) string {
	if len(name) <= longestName {
		return name
	}
	extension := path.Ext(name)
	if len(extension) > longestExtension {
		extension = ""
	}
	stem := name[:longestName-len(extension)]
	for !utf8.ValidString(stem) {
		stem = stem[:len(stem)-1]
	}
	return trimmed(stem) + extension
}

// Disposition is the header Content-Disposition for a document by that name, which Name has cleaned (RFC 6266): shown in place
// or saved. The name goes twice where it is not plain ASCII: as it is for those who know RFC 8187, and as near as ASCII comes.
func Disposition(inline bool, name string) string {
	header := "attachment"
	if inline {
		header = "inline"
	}
	fallback := strings.Map(asciiOnly, name)
	header += fmt.Sprintf(`; filename="%s"`, fallback)
	if fallback != name {
		header += "; filename*=UTF-8''" + encoded(name)
	}
	return header
}

// asciiOnly leaves what may stand between quotes. A percent sign goes too: some browsers decode what follows it.
func asciiOnly(r rune) rune {
	if r < ' ' || r > '~' || strings.ContainsRune(`"\%`, r) {
		return '_'
	}
	return r
}

// encoded writes every byte that RFC 8187 does not let stand for itself as %XX.
func encoded(name string) string {
	var b strings.Builder
	for _, c := range []byte(name) {
		if isAttrChar(c) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func isAttrChar(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("!#$&+-.^_`|~", c) >= 0
}
