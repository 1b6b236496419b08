package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

// source is what a Put reads from. It remembers the reader's error and gives out errSource for it, because clients of S3
// take some errors, io.ErrUnexpectedEOF among them, for the end. The last bytes of a known size are given out once
// nothing more is known to come, because an S3 server keeps a blob as soon as it has that many.
type source struct {
	ctx  context.Context
	size int64 // -1 where it is not known

	mu  sync.Mutex // an HTTP client may still read when its call has returned
	r   io.Reader  // nil at the end
	n   int64
	err error
}

var errSource = errors.New("what was to be kept could not be read")

func (s *source) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.r == nil || s.err != nil {
		return 0, errSource
	}
	n, err := s.read(p)
	if err != nil && err != io.EOF {
		s.err = err
		return 0, errSource
	}
	return n, err
}

func (s *source) read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.r.Read(p)
	s.n += int64(n)
	if s.n == s.size && err == nil {
		err = s.nothingMore()
	}
	if err != nil && err != io.EOF {
		return 0, err
	}
	if s.size >= 0 && (s.n > s.size || s.n < s.size && err == io.EOF) {
		return 0, fmt.Errorf("it is not of %d bytes, as was said", s.size)
	}
	return n, err
}

// nothingMore reads on, and returns io.EOF where that is the end.
func (s *source) nothingMore() error {
	n, err := io.ReadFull(s.r, make([]byte, 1))
	s.n += int64(n)
	return err
}

// end returns how much was read, and why it was not all. The reader is not touched from now on.
func (s *source) end() (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.r = nil
	return s.n, s.err
}
