package notify_test

import (
	"testing"

	"parley/internal/notify"
)

func TestHTML(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Tom & <Jerry>":                          "Tom &amp; &lt;Jerry&gt;",
		"one\ntwo":                               "one<br>\ntwo",
		"Go to https://a.example/r/x_-?a=1&b=2.": `Go to <a href="https://a.example/r/x_-?a=1&amp;b=2">https://a.example/r/x_-?a=1&amp;b=2</a>.`,
		`https://a.example/"onclick="x`:          `<a href="https://a.example/">https://a.example/</a>&#34;onclick=&#34;x`,
		"javascript:alert(1)":                    "javascript:alert(1)",
	} {
		if got := notify.HTML(text); got != want {
			t.Errorf("%q:\n got %q\nwant %q", text, got, want)
		}
	}
}
