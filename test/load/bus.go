package main

import (
	"context"

	"parley/test/load/internal/report"
)

// bus is sending, with and without a second process on the same database, which the bus tells of every message. Messages
// are sent to the first process, whose work is the one that counts. Without the second, the first is the same in
// everything: a process rings the bus whether anyone listens or not.
//
// The wanted ratio is of the messages a second with a second process that has no subscribers: what it costs to be two.
// Where subscribers are spread over both, the second process also reads the log and delivers, on the same machine and at
// the expense of the first; that is shown, too.
func (l *lab) bus(ctx context.Context, round int) error {
	return l.with(ctx, parleyName, func(first *server) error {
		talk := func(setting string, all ...*server) error {
			values, err := l.manySend(ctx, first, all)
			if err == nil {
				l.note(round, setting, parleyName, values)
			}
			return err
		}
		if err := talk(report.BusAlone, first); err != nil {
			return err
		}
		return l.with(ctx, parleyName, func(second *server) error {
			if err := talk(report.BusIdle, first); err != nil {
				return err
			}
			return talk(report.BusSpread, first, second)
		})
	})
}
