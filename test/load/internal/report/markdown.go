package report

import (
	"fmt"
	"strings"
)

// Markdown is the tables.
func (b *Book) Markdown() string { return b.wantedTable() + "\n" + b.medians() }

func (b *Book) wantedTable() string {
	var t strings.Builder
	t.WriteString("| what | measured | wanted | |\n|---|---|---|---|\n")
	for _, r := range b.Ratios() {
		bound, met := "≤", "yes"
		if r.Least {
			bound = "≥"
		}
		if !r.Met() {
			met = "**no**"
		}
		fmt.Fprintf(&t, "| %s | %s | %s %s | %s |\n", r.What, number(r.Value), bound, number(r.Wanted), met)
	}
	return t.String()
}

// medians are those of all values, a table for each setting.
func (b *Book) medians() string {
	var t strings.Builder
	for _, setting := range b.settings() {
		fmt.Fprintf(&t, "%s:\n\n", upperFirst(setting))
		b.table(&t, setting)
		t.WriteString("\n")
	}
	return t.String()
}

func (b *Book) table(t *strings.Builder, setting string) {
	var names []string
	for _, name := range columns() {
		for _, system := range b.systems(setting) {
			if _, ok := b.Median(setting, system, name); ok {
				names = append(names, name)
				break
			}
		}
	}
	fmt.Fprintf(t, "| system | %s |\n|---%s|\n", strings.Join(names, " | "), strings.Repeat("|---", len(names)))
	for _, system := range b.systems(setting) {
		fmt.Fprintf(t, "| %s |", system)
		for _, name := range names {
			fmt.Fprintf(t, " %s |", b.cell(setting, system, name))
		}
		t.WriteString("\n")
	}
}

func (b *Book) cell(setting, system, name string) string {
	if v, ok := b.Median(setting, system, name); ok {
		return number(v)
	}
	return "–"
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
