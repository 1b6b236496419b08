package conversation

import (
	"context"
	"fmt"

	"parley/ent/service"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/identifier"
	"parley/internal/sms"
)

// SmsPreviewInput is what smsPreview is asked about.
type SmsPreviewInput struct {
	Body                *string
	PredefinedMessageID *string
	ServiceID           *string
	To                  *string
}

// Preview is what a text would be.
type Preview struct {
	Text              string
	Count             int
	Limit             *int // nil where the limit is lifted
	Encoding          sms.Encoding
	Segments          int
	UnusualCharacters []string
}

// Preview tells what a text would be, and sends nothing (rule M3); for members. A text that is too long, and a number that cannot be
// texted, are no failure: whoever writes may not have finished.
func (s *Service) Preview(ctx context.Context, in SmsPreviewInput) (*Preview, error) {
	v, err := auth.Member(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.ofService(ctx, v, in.ServiceID); err != nil {
		return nil, err
	}
	text := value(in.Body)
	if in.PredefinedMessageID != nil {
		if in.Body != nil {
			return nil, apierr.New(apierr.BadUserInput, "Give body or predefinedMessageId, not both.")
		}
		number, err := s.previewed(ctx, v, in)
		if err != nil {
			return nil, err
		}
		if text, err = s.filled(ctx, s.ent, v, *in.PredefinedMessageID, number); err != nil {
			return nil, err
		}
	}
	measured := sms.Measure(text)
	p := &Preview{Text: text, Count: measured.Characters, Encoding: measured.Encoding, Segments: measured.Segments, UnusualCharacters: measured.Unusual}
	if longest := s.limits.SmsCharacters; longest > 0 {
		p.Limit = &longest
	}
	return p, nil
}

// previewed is the number that a text would go to: the one that is given, or that of whom the viewer speaks with (rule M2); "" for
// none.
func (s *Service) previewed(ctx context.Context, v auth.Viewer, in SmsPreviewInput) (string, error) {
	to := value(in.To)
	if in.ServiceID == nil && in.To == nil {
		switch c, err := served(ctx, s.ent, v, nil); {
		case err == nil:
			to = c.Number
		case len(apierr.As(err)) == 0:
			return "", err
		}
	}
	number, _ := identifier.ParsePhone(to)
	return number, nil
}

// ofService tells whether a service that is given is one of the organisation's.
func (s *Service) ofService(ctx context.Context, v auth.Viewer, id *string) error {
	if id == nil {
		return nil
	}
	found, err := s.ent.Service.Query().Where(service.ID(*id), service.OrganizationID(v.OrganizationID())).Exist(ctx)
	if err != nil {
		return fmt.Errorf("find service: %w", err)
	}
	if !found {
		return apierr.MissingThing("service")
	}
	return nil
}
