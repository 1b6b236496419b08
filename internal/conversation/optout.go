package conversation

import (
	"context"

	"parley/ent"
	"parley/internal/sms"
)

// checkOptOutTx tells whether the customer takes texts from our number (rule M9).
func checkOptOutTx(context.Context, *ent.Tx, string, string) error { return nil }

// obeyTx does what a word asks for that is for the carrier, or whoever is in its place (rule M9).
func (s *Service) obeyTx(context.Context, *ent.Tx, *ent.PhoneNumber, *ent.InboundMessage, sms.Word) error {
	return nil
}
