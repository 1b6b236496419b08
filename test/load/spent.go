package main

import (
	"errors"
	"os"
	"time"

	"parley/test/load/internal/kernel"
)

// spending is the CPU time that was spent so far.
type spending struct{ server, clients time.Duration }

// spent is what the server has spent, and this process, which is all of the clients.
func spent(s *server) (spending, error) {
	server, err := s.CPU()
	clients, failed := kernel.CPU(os.Getpid())
	return spending{server, clients}, errors.Join(err, failed)
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
