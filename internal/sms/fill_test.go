package sms_test

import (
	"strings"
	"testing"

	"parley/internal/sms"
)

func TestM4_NamesAreFilledIn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, first, last, want string }{
		{"Hello %F %L, your parcel is here.", "Ada", "Lovelace", "Hello Ada Lovelace, your parcel is here."},
		{"%F%L%F", "Ada", "Lovelace", "AdaLovelaceAda"},
		{"Hello", "Ada", "Lovelace", "Hello"},
		{"%", "Ada", "Lovelace", "%"},
		{"100% %f %%F", "Ada", "Lovelace", "100% %f %Ada"},
		{"", "Ada", "Lovelace", ""},

		{"Hello %F %L", "%L", "%F", "Hello %L %F"}, // a name is never filled in
		{"Hello %%FL", "%", "Lovelace", "Hello %%L"},
		{"Hello %F%L", "%", "F", "Hello %F"},
		{"Hello %%FL!", "", "Lovelace", "Hello %L!"},

		{"Hello %F %L, your parcel is here.", "", "", "Hello, your parcel is here."},
		{"Hello %F %L, your parcel is here.", "Ada", "", "Hello Ada, your parcel is here."},
		{"Hello %F %L, your parcel is here.", " ", "Lovelace", "Hello Lovelace, your parcel is here."},
		{"%F %L, your parcel is here.", "", "", "your parcel is here."},
		{"%F %L, your parcel is here.", "", "Lovelace", "Lovelace, your parcel is here."},
		{"Hello %F", "", "", "Hello"},
		{"Hello %F!", "", "", "Hello!"},
		{"Hello %F\nand %L\r\nhere", "", "", "Hello\nand\r\nhere"},
		{"Hello.\n%F, we are here", "", "", "Hello.\nwe are here"},
		{"Hello %F(%L)", "", "", "Hello ()"},
		{"Hello%Fyou", "", "", "Helloyou"},
		{"Two  blanks that were there %F stay", "", "", "Two  blanks that were there stay"},
		{"%F", "", "", ""},
	} {
		if got := sms.Fill(c.text, c.first, c.last); got != c.want {
			t.Errorf("Fill(%q, %q, %q) = %q, want %q", c.text, c.first, c.last, got, c.want)
		}
	}
}

func FuzzFill(f *testing.F) {
	f.Add("Hello %F %L, %%FL", "Ada", "")
	f.Add("\xff%F\n%L", "%L", "%F")
	f.Fuzz(func(t *testing.T, text, first, last string) {
		if strings.TrimSpace(first) != "" && strings.TrimSpace(last) != "" {
			want := strings.NewReplacer("%F", strings.TrimSpace(first), "%L", strings.TrimSpace(last)).Replace(text)
			if got := sms.Fill(text, first, last); got != want {
				t.Errorf("Fill(%q, %q, %q) = %q, want %q", text, first, last, got, want)
			}
		}
		if got := sms.Fill(text, "", ""); len(got) > len(text) || !strings.Contains(text, "  ") && strings.Contains(got, "  ") {
			t.Errorf("Fill(%q) for nobody = %q", text, got)
		}
	})
}
