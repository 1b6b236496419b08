package apierr

// Payload is embedded in the payload of every mutation.
type Payload struct {
	UserErrors []UserError
}

// Refuse sets the refusals. It has a pointer receiver so that Answer can call it on any payload.
func (p *Payload) Refuse(errs []UserError) { p.UserErrors = errs }

// UserError is a refusal as the API shows it.
type UserError struct {
	Code    Code
	Message string
	Field   []string
	Limit   *int
	Count   *int
	RoomID  *string
}

// Shown is the refusal as the API shows it.
func (e *Error) Shown() *UserError {
	return &UserError{e.Code, e.Message, e.Field, e.Limit, e.Count, e.RoomID}
}

// Answer turns what a service method returned into what a resolver returns: refusals that a person can act on
// become the payload's userErrors, all other errors stay errors.
func Answer[P any, R interface {
	*P
	Refuse([]UserError)
}](payload R, err error) (R, error) {
	if err == nil {
		payload.Refuse([]UserError{})
		return payload, nil
	}
	refusals := As(err)
	if len(refusals) == 0 {
		return nil, err
	}
	shown := make([]UserError, 0, len(refusals))
	for _, e := range refusals {
		if !e.Code.ForUser() {
			return nil, e
		}
		shown = append(shown, *e.Shown())
	}
	refused := R(new(P))
	refused.Refuse(shown)
	return refused, nil
}
