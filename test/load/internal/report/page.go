package report

import (
	"bytes"
	_ "embed" // page.md
	"fmt"
	"text/template"
)

//go:embed page.md
var pageText string

// page is the page of a report: what was measured, how, and what came of it.
func (b *Book) page(m Machine) (string, error) {
	t, err := template.New("page").Parse(pageText)
	if err != nil {
		return "", fmt.Errorf("read the page's template: %w", err)
	}
	var page bytes.Buffer
	if err := t.Execute(&page, map[string]any{"Machine": m, "Wanted": b.wantedTable(), "Medians": b.medians(), "Rounds": b.last()}); err != nil {
		return "", fmt.Errorf("write the page: %w", err)
	}
	return page.String(), nil
}

// last is the number of the last round.
func (b *Book) last() int {
	most := 0
	for _, r := range b.results {
		most = max(most, r.Round)
	}
	return most
}
