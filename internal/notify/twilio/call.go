package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// answerBytes is the most that is read of an answer: a page of messages has less than a tenth of it.
const answerBytes = 8 << 20

// problem is an answer of Twilio's that is not a success. Its code is one of https://www.twilio.com/docs/api/errors, and 0
// where it gave none. Its words are not kept: numbers are in them.
type problem struct {
	status int
	code   int
	after  time.Duration
}

// Error implements error.
func (p problem) Error() string {
	switch {
	case p.status == http.StatusUnauthorized:
		return fmt.Sprintf("HTTP 401, Twilio's error %d: TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are not accepted", p.code)
	case p.code == 0:
		return fmt.Sprintf("HTTP %d", p.status)
	}
	return fmt.Sprintf("HTTP %d, Twilio's error %d", p.status, p.code)
}

// unsent says that nothing was written to Twilio: there was no connection.
type unsent struct{ error }

func (e unsent) Unwrap() error { return e.error }

// resource is the path of something of the account's.
func (a *Account) resource(name string) string {
	return "/2010-04-01/Accounts/" + a.settings.AccountSID + "/" + name
}

// get reads a resource.
func (a *Account) get(ctx context.Context, path string, query url.Values, into any) error {
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return a.call(ctx, http.MethodGet, path, nil, into)
}

// call makes a request, and decodes what a success holds, where somewhere is given for it. An error is a problem, or
// unsent, or any other where it is not known what Twilio has done.
func (a *Account) call(ctx context.Context, method, path string, form url.Values, into any) error {
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	response, err := a.request(httptrace.WithClientTrace(ctx, trace), method, path, form)
	if err != nil && !connected.Load() {
		return unsent{err}
	}
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, answerBytes))
	if response.StatusCode >= 300 {
		return problemOf(response, body)
	}
	if err != nil {
		return fmt.Errorf("read Twilio's answer: %w", err)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return errors.New("an answer that is not what Twilio's are")
	}
	return nil
}

func (a *Account) request(ctx context.Context, method, path string, form url.Values) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, a.settings.APIURL+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, errors.New("the address is not one")
	}
	if form == nil {
		r.Body, r.ContentLength = http.NoBody, 0
	} else {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Accept", "application/json")
	r.SetBasicAuth(a.settings.AccountSID, a.settings.AuthToken)
	response, err := a.client.Do(r)
	var withAddress *url.Error
	if errors.As(err, &withAddress) {
		return nil, withAddress.Err
	}
	return response, err
}

func problemOf(response *http.Response, body []byte) problem {
	var said struct{ Code int }
	_ = json.Unmarshal(body, &said) // what is not Twilio's has no code
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
	return problem{status: response.StatusCode, code: said.Code, after: time.Duration(max(seconds, 0)) * time.Second}
}
