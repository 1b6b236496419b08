package report

import (
	"fmt"
	"slices"
	"strings"
)

// The plot: a panel for each value, in it a group of bars for each number of subscribers, a bar for each system.
const (
	panelWidth  = 430
	plotHeight  = 300
	groundLine  = 240 // where bars stand
	tallest     = 180 // bar
	widest      = 38  // bar
	barMargin   = 4
	groupMargin = 30
)

// colour is that of a system's bars, with enough contrast on white and on black.
func colour(system string) string {
	switch system {
	case parley:
		return "#2f7ed8"
	case limit:
		return "#8c8c8c"
	case gorilla:
		return "#c98a1b"
	}
	return "#b5495b"
}

// plot is an SVG of how many deliveries a second there are, and of what one costs.
func (b *Book) plot() string {
	var groups []string
	for _, setting := range b.settings() {
		if _, window, ok := broadcastOf(setting); ok && window == alone {
			groups = append(groups, setting)
		}
	}
	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12" fill="#777">`+"\n",
		2*panelWidth, plotHeight)
	b.panel(&svg, 0, DeliveriesPerSecond, "Deliveries a second: more is better", groups)
	b.panel(&svg, panelWidth, CPUMicrosPerDelivery, "CPU per delivery, µs: less is better", groups)
	svg.WriteString("</svg>\n")
	return svg.String()
}

func (b *Book) panel(svg *strings.Builder, left int, name, title string, groups []string) {
	fmt.Fprintf(svg, `<text x="%d" y="24" font-size="15">%s</text>`+"\n", left+groupMargin, title)
	top := b.highest(name, groups)
	for i, setting := range groups {
		room := (panelWidth - groupMargin) / len(groups)
		x, systems := left+groupMargin+i*room, b.drawn(setting)
		width := min(widest, (room-groupMargin/2)/len(systems)-barMargin)
		for j, system := range systems {
			if v, ok := b.Median(setting, system, name); ok && top > 0 {
				bar(svg, x+j*(width+barMargin), width, int(v/top*tallest), system, number(v))
			}
		}
		n, _, _ := broadcastOf(setting)
		fmt.Fprintf(svg, `<text x="%d" y="%d">%s subscribers</text>`+"\n", x, groundLine+40, thousands(n))
	}
}

// drawn are the systems of a setting that have a bar: one for the limit is enough.
func (b *Book) drawn(setting string) []string {
	return slices.DeleteFunc(b.systems(setting), func(system string) bool { return system == paced })
}

func bar(svg *strings.Builder, x, width, height int, system, label string) {
	middle := x + width/2
	fmt.Fprintf(svg, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`, x, groundLine-height, width, height, colour(system))
	fmt.Fprintf(svg, `<text x="%d" y="%d" text-anchor="middle" font-size="10">%s</text>`, middle, groundLine-height-5, label)
	fmt.Fprintf(svg, `<text x="%d" y="%d" text-anchor="middle" font-size="10">%s</text>`+"\n", middle, groundLine+16, system)
}

// highest is the largest median.
func (b *Book) highest(name string, groups []string) float64 {
	var all []float64
	for _, setting := range groups {
		for _, system := range b.drawn(setting) {
			v, _ := b.Median(setting, system, name)
			all = append(all, v)
		}
	}
	if len(all) == 0 {
		return 0
	}
	return slices.Max(all)
}
