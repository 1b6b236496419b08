package auth_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"parley/internal/auth"
	"parley/internal/typeid"
)

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"

func TestLinksComeBack(t *testing.T) {
	t.Parallel()
	links := auth.NewLinks([]byte("secret"), "https://parley.example/")
	id := typeid.New("link")
	token := links.Token(id)
	if url := links.URL("/r/", id); url != "https://parley.example/r/"+token {
		t.Errorf("URL is %s", url)
	}
	if strings.Trim(token, alphabet) != "" {
		t.Errorf("%s cannot stand in an address as it is", token)
	}
	if got, ok := links.ID("link", token); !ok || got != id {
		t.Errorf("ID(%s) = %s, %v, want %s", token, got, ok, id)
	}
}

func TestForgedLinksAreRefused(t *testing.T) {
	t.Parallel()
	links := auth.NewLinks([]byte("secret"), "https://parley.example")
	id := typeid.New("link")
	token := links.Token(id)
	for name, forged := range map[string]string{
		"nothing":          "",
		"the id":           id,
		"its suffix alone": token[:26],
		"shorter by one":   token[:len(token)-1],
		"longer by one":    token + "A",
		"other secret":     auth.NewLinks([]byte("Secret"), "").Token(id),
		"no secret":        auth.NewLinks(nil, "").Token(id),
		"another's hash":   token[:26] + links.Token(typeid.New("link"))[26:],
		"in capitals":      strings.ToUpper(token),
		"a line more":      token + "\n",
		"a line between":   token[:30] + "\r\n" + token[30:],
		"padded":           token + "==",
		"hash of zeros":    token[:26] + base64.RawURLEncoding.EncodeToString(make([]byte, 16)),
		"an empty hash":    token[:26] + "=",
	} {
		if got, ok := links.ID("link", forged); ok {
			t.Errorf("%s: %q was taken for %s", name, forged, got)
		}
	}
	if _, ok := links.ID("cinv", token); ok {
		t.Error("a link was taken for a thing of another type")
	}
	for i := range token {
		raw := []byte(token)
		raw[i] = alphabet[(strings.IndexByte(alphabet, raw[i])+1)%len(alphabet)]
		if _, ok := links.ID("link", string(raw)); ok {
			t.Errorf("%s was taken, changed at %d", raw, i)
		}
	}
}

func FuzzLinksID(f *testing.F) {
	links := auth.NewLinks([]byte("secret"), "https://parley.example")
	valid := links.Token("link_01h455vb4pex5vsknk084sn02q")
	f.Add("link", valid)
	f.Add("link", valid[:26])
	f.Add("", "")
	f.Add("lin_k", strings.Repeat("z", 48))
	f.Fuzz(func(t *testing.T, prefix, token string) {
		id, ok := links.ID(prefix, token)
		if ok && (!strings.HasPrefix(id, prefix+"_") || !bytes.Equal([]byte(links.Token(id)), []byte(token))) {
			t.Errorf("%q was taken for %q, whose token is %q", token, id, links.Token(id))
		}
	})
}
