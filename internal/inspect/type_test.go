package inspect_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
	"unicode/utf16"

	"parley/internal/inspect"
)

func TestC5_TheTypeIsWhatTheBytesSay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		content []byte
		mime    string
		kind    inspect.Kind
	}{
		{asPNG(t, picture(4, 4)), "image/png", inspect.Image},
		{asJPEG(t, picture(4, 4)), "image/jpeg", inspect.Image},
		{asGIF(t, picture(4, 4)), "image/gif", inspect.Image},
		{asWebP(4, 4, func(_, _ int) bool { return true }), "image/webp", inspect.Image},
		{asPDF(1), "application/pdf", inspect.PDF},
		{[]byte("Dear customer\n2 < 3, and <john@example.com> says so.\n"), "text/plain", inspect.Other},
		{[]byte("<ada> hello\n<bob> hello\n"), "text/plain", inspect.Other},
		{[]byte("name,number\nAda,1\nBob,2\n"), "text/csv", inspect.Other},
		{[]byte(`{"a": 1}`), "application/json", inspect.Other},
		{office(t, "word/document.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", inspect.Other},
		{office(t, "xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", inspect.Other},
		{zipOf(t, "readme.txt", "photo.jpg"), "application/zip", inspect.Other},
		{[]byte("BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00"), "image/bmp", inspect.Other},
		{[]byte("II*\x00\x08\x00\x00\x00"), "image/tiff", inspect.Other},
		{[]byte("\x01\x02\x03\x04"), "application/octet-stream", inspect.Other},
	} {
		got := inspect.Sniff(c.content)
		if got.MIME != c.mime || got.Kind() != c.kind || got.Refused {
			t.Errorf("%.20q is %s, %s, refused: %t; want %s", c.content, got.MIME, got.Kind(), got.Refused, c.mime)
		}
		if inline := c.kind != inspect.Other; got.Inline() != inline {
			t.Errorf("%s inline: %t", c.mime, got.Inline())
		}
	}
}

func office(t testing.TB, part string) []byte {
	t.Helper()
	return zipOf(t, "[Content_Types].xml", "_rels/.rels", part)
}

func zipOf(t testing.TB, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		f, err := w.CreateRaw(&zip.FileHeader{Name: name, UncompressedSize64: 1, CompressedSize64: 1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestC5_WhatCouldRunIsRefused(t *testing.T) {
	t.Parallel()
	for what, content := range hostile(t) {
		if got := inspect.Sniff([]byte(content)); !got.Refused || got.Inline() {
			t.Errorf("%s is %s, refused: %t", what, got.MIME, got.Refused)
		}
	}
}

// hostile are documents that are refused for their bytes.
func hostile(t testing.TB) map[string]string {
	t.Helper()
	const html, svg = "<html><script>alert(1)</script></html>", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`
	return map[string]string{
		"HTML":                            html,
		"HTML with a document type":       "<!DocType html><p>hello",
		"HTML behind a mark and blanks":   "\xef\xbb\xbf \r\n\t\f" + html,
		"HTML behind zero bytes":          "\x00\x00" + html,
		"HTML behind a comment":           "<!-- " + strings.Repeat("x", 5000) + " -->" + html,
		"HTML in UTF-16, little end":      "\xff\xfe" + utf16le(html),
		"HTML in UTF-16 without a mark":   utf16le("\n" + html),
		"HTML in UTF-16, big end":         "\xfe\xff\x00" + utf16le(html),
		"HTML that begins with a script":  "<sCrIpT>alert(1)</script>",
		"HTML that begins with a picture": "<img src=x onerror=alert(1)>",
		"HTML for applications":           "<hta:application id=x><script>1</script>",
		"HTML that goes on as PDF":        html + "\n%PDF-1.7",
		"SVG":                             svg,
		"SVG behind a declaration":        `<?xml version="1.0"?><!-- x -->` + svg,
		"SVG under another name":          `<s:svg xmlns:s="http://www.w3.org/2000/svg" onload="alert(1)"/>`,
		"XHTML":                           `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>`,
		"XHTML under another name":        `<x:html xmlns:x="http://www.w3.org/1999/xhtml"><x:script>alert(1)</x:script></x:html>`,
		"XML with a style sheet":          `<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="data:,"?><a/>`,
		"XML in UTF-16":                   "\xff\xfe" + utf16le(`<?xml version="1.0" encoding="utf-16"?><a/>`),
		"RSS":                             `<?xml version="1.0"?><rss version="2.0"><channel/></rss>`,
		"a shell script":                  "#!/opt/own/shell\nrm -rf /",
		"a shell script that is a PDF":    "#!/bin/sh\n#%PDF-1.7\nrm -rf /",
		"Python":                          "#!/usr/bin/env python3\n",
		"PHP":                             "<?php system($_GET[0]); ?>",
		"a batch":                         "@ECHO OFF\r\nformat c:",
		"the registry, UTF-16":            "\xff\xfe" + utf16le("Windows Registry Editor Version 5.00"),
		"an internet shortcut":            "[InternetShortcut]\r\nURL=file://evil/x",
		"a launcher":                      "[Desktop Entry]\nExec=sh",
		"ELF":                             "\x7fELF\x02\x01\x01",
		"PE":                              "MZ\x90\x00\x03\x00\x00\x00",
		"PE that is a PDF":                "MZ\x90\x00%PDF-1.7",
		"Mach-O":                          "\xcf\xfa\xed\xfe\x07\x00\x00\x01",
		"Mach-O for two":                  "\xca\xfe\xba\xbe\x00\x00\x00\x02",
		"a Java class":                    "\xca\xfe\xba\xbe\x00\x00\x00\x34",
		"a JAR":                           string(zipOf(t, "META-INF/MANIFEST.MF", "Main.class")),
		"an APK":                          string(zipOf(t, "AndroidManifest.xml", "classes.dex")),
		"DEX":                             "dex\n035\x00",
		"WebAssembly":                     "\x00asm\x01\x00\x00\x00",
		"an installer":                    string(installer()),
		"a Debian package":                "!<arch>\ndebian-binary   ",
		"an RPM":                          "\xed\xab\xee\xdb\x03\x00",
		"a macOS package":                 "xar!\x00\x1c",
		"a link":                          "L\x00\x00\x00\x01\x14\x02\x00",
		"a cabinet":                       "MSCF\x00\x00\x00\x00",
		"compiled help":                   "ITSF\x03\x00\x00\x00",
		"an extension":                    "Cr24\x03\x00\x00\x00",
		"Flash":                           "FWS\x0a\x00\x00",
		"a disk":                          "vhdxfile",
	}
}

func utf16le(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

// installer is the beginning of an MSI: a compound file whose root is of the installer's class.
func installer() []byte {
	b := make([]byte, 1536)
	copy(b, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	copy(b[24:], "\x3e\x00\x03\x00\xfe\xff\x09\x00\x06\x00")
	copy(b[48:], "\x00\x00\x00\x00") // the directory is in sector 0
	copy(b[512:], utf16le("Root Entry"))
	b[512+64], b[512+66] = 22, 5
	copy(b[512+80:], "\x84\x10\x0c\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46")
	return b
}

func TestC6_APolyglotIsHarmlessAsWhatItIsServedAs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ what, content, mime string }{
		{"GIF and JavaScript", "GIF89a/*" + strings.Repeat("\x00", 8) + "*/=1;alert(1)", "image/gif"},
		{"GIF and HTML", "GIF89a<html><script>alert(1)</script>", "image/gif"},
		{"PDF and ZIP", string(asPDF(1)) + string(zipOf(t, "a")), "application/pdf"},
		{"ZIP and PDF", string(zipOf(t, "a")) + string(asPDF(1)), "application/zip"},
		{"PDF behind text", "alert(1) //\n" + string(asPDF(1)), "application/octet-stream"},
		{"PDF behind a GIF", "GIF89a\x01\x00\x01\x00" + string(asPDF(1)), "application/octet-stream"},
	} {
		got := inspect.Sniff([]byte(c.content))
		if got.MIME != c.mime || got.Refused {
			t.Errorf("%s is served as %s, refused: %t; want %s", c.what, got.MIME, got.Refused, c.mime)
		}
	}
}

func TestC5_ANameThatRunsIsRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"setup.exe", "SETUP.EXE", "a.bat", "a.cmd", "a.ps1", "a.vbs", "a.js", "a.hta", "a.sh", "a.command", "a.desktop", "a.scr",
		"a.lnk", "a.reg", "a.html", "a.svg", "a.xml", "invoice.pdf.js", "a.exe.", "a.exe . .", "a.e\u200bxe", "\u202etxt.exe", "x/y.jar",
	} {
		if cleaned := inspect.Name(name, inspect.Type{}); !inspect.NameRuns(cleaned) {
			t.Errorf("%q, which is %q, would be kept", name, cleaned)
		}
	}
	for _, name := range []string{"", "a", "a.pdf", "exe", "a.exe.pdf", "a.docx", "notes.txt", "js"} {
		if cleaned := inspect.Name(name, inspect.Type{}); inspect.NameRuns(cleaned) {
			t.Errorf("%q is refused", cleaned)
		}
	}
}
