package inspect

import (
	"bytes"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
)

// mostPages is how many objects of a PDF are read, and every page is one.
const mostPages = 1_000_000

// pages counts the pages of a PDF, 0 where it cannot be read: damaged, or encrypted with a password that is needed for reading.
func pages(content []byte) (count int) {
	defer func() {
		if recover() != nil { // some that are merely damaged have pdfcpu panic
			count = 0
		}
	}()
	read, err := pdfcpu.Read(bytes.NewReader(content), pdfSettings(len(content)))
	if err != nil || read.EnsurePageCount() != nil {
		return 0
	}
	if claimed := read.PageCount; claimed > 0 && claimed <= len(read.Table) {
		return claimed
	}
	return 0
}

// pdfSettings are our own: asked for its default ones, pdfcpu makes a folder with them in the home of the account, unless a
// global variable forbids it.
func pdfSettings(size int) *model.Configuration {
	const inflated = 64 << 20 // a page tree is not in a stream that inflates to more
	limits := model.DefaultResourceLimits()
	limits.MaxStreamBytes, limits.MaxDecodeBytes = int64(size), inflated
	limits.MaxObjectCount, limits.MaxXRefEntries = mostPages, mostPages
	return &model.Configuration{
		Reader15:       true,
		ValidationMode: model.ValidationRelaxed,
		Offline:        true,
		Limits:         limits,
	}
}
