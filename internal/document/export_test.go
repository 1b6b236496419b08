package document

import "context"

// Work examines one document.
func (s *Service) Work(ctx context.Context) (bool, error) { return s.work(ctx) }

// MostAttempts is how often a document is tried.
const MostAttempts = mostAttempts
