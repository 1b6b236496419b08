package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"parley/test/load/internal/report"
)

// with runs work with the system, which is started for it and stopped after it.
func (l *lab) with(ctx context.Context, system string, work func(s *server) error, settings ...string) error {
	s, err := l.start(ctx, system, settings...)
	if err != nil {
		return err
	}
	if err := work(s); err != nil {
		return s.failed(err)
	}
	if err := s.Stop(); err != nil {
		return fmt.Errorf("%s: %w", system, err)
	}
	if said := s.Said(); strings.Contains(said, "level=ERROR") {
		l.say("  %s has logged errors:\n%s", system, said)
	}
	return nil
}

// note writes a result down, and says it.
func (l *lab) note(round int, setting, system string, values report.Values) {
	r := report.Result{Setting: setting, System: system, Round: round, Values: values}
	l.book.Add(r)
	l.say("  %s", r)
}

// closeAll closes them, and adds what that gives to the error.
func closeAll[C interface{ close() error }](err error, all []C) error {
	for _, c := range all {
		err = errors.Join(err, c.close())
	}
	return err
}
