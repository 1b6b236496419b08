package conversation

import "context"

// OfferAll brings all requests further that can be.
func (s *Service) OfferAll(ctx context.Context) error {
	_, err := s.offerAll(ctx)
	return err
}
