package inspect

import (
	"bytes"
	"path"
	"strings"

	"github.com/gabriel-vasile/mimetype"
	"golang.org/x/net/html/atom"
)

// runs tells whether the bytes begin as something that a browser or a machine would run.
func runs(head []byte) bool {
	for _, magic := range programs() {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	text := plain(head)
	for _, beginning := range scripts() {
		if bytes.HasPrefix(text, []byte(beginning)) {
			return true
		}
	}
	return isMarkup(text)
}

// programs are the beginnings of what machines run, install or mount.
func programs() []string {
	return []string{
		"MZ", "ZM", // Windows and DOS: EXE, DLL, SCR, drivers
		"\x7fELF",                              // Linux, Android, BSD
		"\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", // macOS: Mach-O, 32 and 64 bits
		"\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe", // the same, the other way round
		"\xca\xfe\xba\xbe", "\xca\xfe\xba\xbf", // Mach-O for several processors; Java class
		"\xbe\xba\xfe\xca", "\xbf\xba\xfe\xca",
		"\xca\xfe\xd0\x0d",       // Java, packed
		"dex\n", "dey\n", "cdex", // Android
		"\x00asm",                        // WebAssembly
		"BC\xc0\xde", "\xde\xc0\x17\x0b", // LLVM bitcode
		"\x1bLua", "\x1bLJ", // Lua, compiled
		"!<arch>\n", "!<thin>\n", // Debian packages, libraries
		"\xed\xab\xee\xdb", // RPM packages
		"xar!",             // macOS packages
		"MSCF", "ISc(",     // Windows cabinets, which install themselves
		"Cr24",                      // Chrome extensions
		"ITSF",                      // compiled HTML help
		"L\x00\x00\x00\x01\x14\x02", // Windows links
		"FWS", "CWS", "ZWS",         // Flash
		"vhdxfile", "conectix", // disks that Windows mounts
	}
}

// scripts are the beginnings of text that machines run, in lower case.
func scripts() []string {
	return []string{
		"#!",       // whatever interpreter
		"<?", "<%", // PHP, ASP, JSP; the declaration of XML too
		"@echo off",                           // Windows batch
		"windows registry editor", "regedit4", // Windows registry
		"[internetshortcut]", "[desktop entry]", "[shell]", // links and launchers
	}
}

// plain is the text that the bytes begin with, in lower case: without byte order marks and leading blanks, and without the
// zero bytes that UTF-16 and UTF-32 have between the letters of ASCII.
func plain(head []byte) []byte {
	head = bytes.ReplaceAll(head, []byte{0}, nil)
	for _, mark := range []string{"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"} {
		head = bytes.TrimPrefix(head, []byte(mark))
	}
	return bytes.ToLower(bytes.TrimLeftFunc(head, func(r rune) bool { return r <= ' ' || r == '\u00a0' || r == '\ufeff' }))
}

// isMarkup tells whether the text begins as HTML, SVG or other XML. All XML is refused: a browser that opens it renders the HTML,
// SVG and XSLT in it, however deep they are and whatever the outermost element is.
func isMarkup(text []byte) bool {
	tag, found := bytes.CutPrefix(text, []byte("<"))
	if !found || len(tag) == 0 {
		return false
	}
	if tag[0] == '!' { // a comment, a document type
		return true
	}
	end := bytes.IndexFunc(tag, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != ':' })
	if end < 0 {
		end = len(tag)
	}
	name := string(tag[:end])
	return atom.Lookup(tag[:end]) != 0 || name == "svg" || name == "hta:application" || bytes.Contains(tag, []byte("xmlns"))
}

// isRunnable tells whether the type that was found, or one that it is a case of, is one to refuse.
func isRunnable(found *mimetype.MIME) bool {
	for m := found; m != nil; m = m.Parent() {
		for _, refused := range runnable() {
			if m.Is(refused) {
				return true
			}
		}
	}
	return false
}

// runnable are the types that are refused, beside those that programs, scripts and isMarkup know by how they begin.
func runnable() []string {
	return []string{
		"text/html", "image/svg+xml", "text/xml", "application/xhtml+xml", // what is a case of XML is found by it
		"text/javascript", "text/x-php", "text/x-lua", "text/x-perl", "text/x-python", "text/x-ruby", "text/x-tcl", "text/x-shellscript",
		"application/x-bytecode.python", "application/wasm", "application/x-java-applet",
		"application/java-archive", "application/vnd.android.package-archive", "application/x-ms-installer",
		"application/vnd.microsoft.portable-executable", "application/x-elf", "application/x-mach-binary",
		"application/x-archive", "application/x-rpm", "application/x-xar", "application/vnd.ms-cab-compressed", "application/x-installshield",
		"application/x-chrome-extension", "application/vnd.ms-htmlhelp", "application/x-ms-shortcut", "application/x-shockwave-flash",
	}
}

// NameRuns tells whether a machine would run a document for its name, whatever its bytes: "setup.bat" may be any text. The name
// is one that Name has cleaned.
func NameRuns(name string) bool {
	extension := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	for _, refused := range extensions() {
		if extension == refused {
			return true
		}
	}
	return false
}

func extensions() []string {
	return strings.Fields(`
		htm html xht xhtml shtml xml xsl xslt svg svgz mht mhtml htc
		js mjs cjs jse ts jar jnlp class wasm swf crx xpi
		exe com scr pif dll sys drv cpl ocx xll msi msp mst msix msixbundle appx appxbundle appinstaller application gadget
		bat cmd ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psm1 vb vbe vbs ws wsc wsf wsh sct shb shs hta msc msh reg inf ins isp
		lnk url scf library-ms search-ms settingcontent-ms theme themepack diagcab diagcfg diagpkg chm hlp cab
		ade adp mde accde iqy rdp
		iso img vhd vhdx dmg pkg mpkg app command terminal tool workflow scpt scptd applescript action webloc inetloc fileloc
		sh bash csh ksh zsh fish run bin out elf so o ko desktop deb rpm snap flatpak flatpakref appimage
		apk aab xapk ipa dex
		py pyc pyo pyw pyz pl rb php phar phtml asp aspx jsp jspx cgi lua tcl`)
}
