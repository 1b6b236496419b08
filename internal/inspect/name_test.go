package inspect_test

import (
	"mime"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"parley/internal/inspect"
)

func TestHostileNames(t *testing.T) {
	t.Parallel()
	a := strings.Repeat("a", 300)
	for raw, want := range map[string]string{
		"photo.jpg":                        "photo.jpg",
		"Žádost o vrácení (2).pdf":         "Žádost o vrácení (2).pdf",
		"../../etc/passwd":                 "passwd",
		`C:\Users\Ada\invoice.pdf`:         "invoice.pdf",
		`..\..\boot.ini`:                   "boot.ini",
		"a/b\\c/d.txt":                     "d.txt",
		"folder/":                          "document.pdf",
		"..":                               "document.pdf",
		"":                                 "document.pdf",
		" . . ":                            "document.pdf",
		"\x00\x01\x02":                     "document.pdf",
		"a\x00b.pdf":                       "ab.pdf",
		"a\r\nSet-Cookie: b=c.pdf":         "a Set-Cookie_ b=c.pdf",
		"\u202etxt.exe":                    "txt.exe",
		"a\u2066b\u2069\u200e\u200f.pdf":   "ab.pdf",
		"in\u200bvoi\u00adce\ufeff.pdf":    "invoice.pdf",
		"a\u3164b\u2800.pdf":               "ab.pdf",
		"a\u2028b\u2029.pdf":               "ab.pdf",
		"tag\U000e0041\U000e0042.pdf":      "tag.pdf",
		"  many \u00a0 \u3000 blanks  ":    "many blanks",
		"e\u0301te\u0301.pdf":              "été.pdf",
		`<a>:"b"|c?d*.pdf`:                 "_a___b__c_d_.pdf",
		"CON":                              "_CON",
		"nul.txt":                          "_nul.txt",
		"Com1 .tar.gz":                     "_Com1 .tar.gz",
		"lpt\u00b9.pdf":                    "_lpt\u00b9.pdf",
		"console.pdf":                      "console.pdf",
		".htaccess":                        "htaccess",
		"....hidden.pdf":                   "hidden.pdf",
		"run.exe. . .":                     "run.exe",
		"bad\xff\xfeutf8.pdf":              "badutf8.pdf",
		a + ".pdf":                         a[:251] + ".pdf",
		strings.Repeat("é", 200) + ".docx": strings.Repeat("é", 125) + ".docx",
		"a." + a:                           "a." + a[:253],
		a[:240] + " ." + a[:14]:            a[:240] + "." + a[:14],
		"private\ue000use.pdf":             "privateuse.pdf",
	} {
		got := inspect.Name(raw, inspect.Sniff([]byte("%PDF-1.7")))
		if got != want {
			t.Errorf("%.60q is %q, want %q", raw, got, want)
		}
		wantSafe(t, raw, got)
	}
}

const longest = 255

// wantSafe checks what is true of every name.
func wantSafe(t *testing.T, raw, name string) {
	t.Helper()
	hidden := func(r rune) bool { return unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) }
	switch {
	case name == "" || len(name) > longest || !utf8.ValidString(name):
	case strings.ContainsAny(name, `/\<>:"|?*`) || strings.ContainsFunc(name, hidden):
	case strings.Trim(name, " ") != name || strings.HasPrefix(name, ".") || strings.HasSuffix(name, "."):
	case inspect.Name(name, inspect.Type{}) != name:
	default:
		return
	}
	t.Errorf("%q is made %q", raw, name)
}

func TestDisposition(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		inline     bool
		name, want string
	}{
		{true, "photo.jpg", `inline; filename="photo.jpg"`},
		{false, "a b.pdf", `attachment; filename="a b.pdf"`},
		{false, "été.pdf", `attachment; filename="_t_.pdf"; filename*=UTF-8''%C3%A9t%C3%A9.pdf`},
		{false, "50%25.pdf", `attachment; filename="50_25.pdf"; filename*=UTF-8''50%2525.pdf`},
		{false, `a"b\.pdf`, `attachment; filename="a_b_.pdf"; filename*=UTF-8''a%22b%5C.pdf`},
		{false, "a;b='c'.pdf", `attachment; filename="a;b='c'.pdf"`},
		{false, "a\r\nb", `attachment; filename="a__b"; filename*=UTF-8''a%0D%0Ab`},
	} {
		got := inspect.Disposition(c.inline, c.name)
		if got != c.want {
			t.Errorf("%q is %s, want %s", c.name, got, c.want)
		}
		if _, parameters, err := mime.ParseMediaType(got); err != nil || parameters["filename"] != c.name && !strings.Contains(got, "*=") {
			t.Errorf("%s is read as %v (%v)", got, parameters, err)
		}
	}
}

func FuzzName(f *testing.F) {
	for _, seed := range []string{"a.pdf", "CON", "../x", "a\u202eb", "e\u0301", ". .", strings.Repeat("é", 200) + ".x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		name := inspect.Name(raw, inspect.Type{})
		wantSafe(t, raw, name)
		if _, _, err := mime.ParseMediaType(inspect.Disposition(false, name)); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	})
}
