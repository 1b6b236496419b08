package notify

import (
	"html"
	"regexp"
	"strings"
)

var address = regexp.MustCompile(`https?://[^\s<>"]+`)

// HTML returns a text as HTML: escaped, line by line, with web addresses that can be clicked.
func HTML(text string) string {
	var b strings.Builder
	at := 0
	for _, found := range address.FindAllStringIndex(text, -1) {
		url := strings.TrimRight(text[found[0]:found[1]], `.,;:!?)'`) // the sentence's, not the address's
		b.WriteString(html.EscapeString(text[at:found[0]]))
		escaped := html.EscapeString(url)
		b.WriteString(`<a href="` + escaped + `">` + escaped + `</a>`)
		at = found[0] + len(url)
	}
	b.WriteString(html.EscapeString(text[at:]))
	return strings.ReplaceAll(b.String(), "\n", "<br>\n")
}
