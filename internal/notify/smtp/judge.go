package smtp

import (
	"errors"
	"fmt"

	"github.com/wneessen/go-mail"

	"parley/internal/notify"
)

// judge tells what the error of a conversation means for the message.
func judge(err error) error {
	var said *mail.SendError
	if !errors.As(err, &said) {
		return fmt.Errorf("send an email: %w", err)
	}
	code := said.ErrorCode()
	switch {
	case code == 530 || code == 535: // we are not signed in: the operator's to mend
		return notify.NotTaken{Code: answer(said), Err: err}
	case code >= 500:
		return notify.Refused{Reason: reason(said), Code: answer(said)}
	case code >= 400 || !begun(said):
		return notify.NotTaken{Code: answer(said), Err: err}
	}
	return fmt.Errorf("send an email: %w", err)
}

// begun tells whether the message was on its way when the conversation broke off.
func begun(said *mail.SendError) bool {
	switch said.Reason {
	case mail.ErrWriteContent, mail.ErrSMTPDataClose, mail.ErrSMTPReset, mail.ErrAmbiguous:
		return true
	}
	return false
}

func reason(said *mail.SendError) string {
	if said.Reason == mail.ErrSMTPRcptTo {
		return fmt.Sprintf("The mail server does not take mail for this address (%s).", answer(said))
	}
	return fmt.Sprintf("The mail server refused the message (%s).", answer(said))
}

// answer is the server's answer in numbers: its words may hold the address.
func answer(said *mail.SendError) string {
	switch {
	case said.ErrorCode() == 0:
		return "connection lost"
	case said.EnhancedStatusCode() == "":
		return fmt.Sprint(said.ErrorCode())
	}
	return fmt.Sprintf("%d %s", said.ErrorCode(), said.EnhancedStatusCode())
}
