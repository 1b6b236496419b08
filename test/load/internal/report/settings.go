package report

import (
	"fmt"
	"strings"
)

// Broadcast is one room with so many subscribers, and so many messages under way.
func Broadcast(subscribers, window int) string {
	return fmt.Sprintf("one room, %s subscribers, at most %d messages under way", thousands(subscribers), window)
}

// broadcastOf reads the setting of Broadcast.
func broadcastOf(setting string) (subscribers, window int, ok bool) {
	n, err := fmt.Sscanf(strings.ReplaceAll(setting, ",", ""),
		"one room %d subscribers at most %d messages under way", &subscribers, &window)
	return subscribers, window, n == 2 && err == nil
}

// Memory is so many idle subscriptions, spread over rooms.
func Memory(held, rooms int) string {
	if rooms == 1 {
		return thousands(held) + " idle subscriptions in one room"
	}
	return fmt.Sprintf("%s idle subscriptions in %s rooms", thousands(held), thousands(rooms))
}

// isMemory tells whether a setting is one of Memory.
func isMemory(setting string) bool { return strings.Contains(setting, "idle subscriptions") }

// The settings that there are once.
const (
	Sending = "32 senders over HTTP, 32 rooms with 10 subscribers each"

	BusAlone  = Sending + ", one process"
	BusIdle   = Sending + ", a second process beside it"
	BusSpread = Sending + ", which are spread over two processes"

	CatchUp   = "a subscriber catches up"
	Reconnect = "50 subscribers a second come back"
)

// thousands writes a whole number with commas.
func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

// number writes a value as exactly as it is known.
func number(v float64) string {
	switch {
	case v == float64(int(v)) || v >= 100:
		return thousands(int(v + 0.5))
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
