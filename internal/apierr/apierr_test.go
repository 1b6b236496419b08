package apierr_test

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"testing"
	"time"

	"parley/internal/apierr"
)

func TestRefusalsAreFoundInWrappedErrors(t *testing.T) {
	t.Parallel()
	one := apierr.New(apierr.TooLong, "%d of %d", 3, 2).On("input", "body").Over(2, 3).After(time.Second)
	if one.Message != "3 of 2" || !reflect.DeepEqual(one.Field, []string{"input", "body"}) || *one.Limit != 2 || *one.Count != 3 || one.RetryAfter != time.Second {
		t.Errorf("made %+v", one)
	}
	many := apierr.Join(nil, one, nil, apierr.Blank("to"))
	for _, c := range []struct {
		err  error
		want []apierr.Code
	}{
		{nil, nil},
		{errors.New("the inside"), nil},
		{one, []apierr.Code{apierr.TooLong}},
		{fmt.Errorf("send: %w", one), []apierr.Code{apierr.TooLong}},
		{errors.Join(errors.New("the inside"), one), []apierr.Code{apierr.TooLong}},
		{many, []apierr.Code{apierr.TooLong, apierr.Required}},
		{fmt.Errorf("in a transaction: %w", many), []apierr.Code{apierr.TooLong, apierr.Required}},
		{apierr.Join(), nil},
		{apierr.Join(nil, nil), nil},
	} {
		var got []apierr.Code
		for _, e := range apierr.As(c.err) {
			got = append(got, e.Code)
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v holds %v, want %v", c.err, got, c.want)
		}
		for _, code := range c.want {
			if !apierr.Is(c.err, code) {
				t.Errorf("%v is not %s", c.err, code)
			}
		}
		if apierr.Is(c.err, apierr.Forbidden) {
			t.Errorf("%v is FORBIDDEN", c.err)
		}
	}
	if err := apierr.Join(nil); err != nil {
		t.Error("no refusals are an error")
	}
	if many.Error() != one.Error() || (apierr.Many{}).Error() == "" {
		t.Errorf("several refusals read %q", many.Error())
	}
	if e := apierr.MissingThing("room"); e.Code != apierr.NotFound {
		t.Errorf("missing is %s", e.Code)
	}
}

// payload is as those of mutations are.
type payload struct {
	apierr.Payload
	Thing string
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	p, err := apierr.Answer(&payload{Thing: "made"}, nil)
	if err != nil || p.Thing != "made" || p.UserErrors == nil || len(p.UserErrors) != 0 {
		t.Errorf("success gives %+v, %v; userErrors is a list that is empty", p, err)
	}
	refused := apierr.Join(apierr.New(apierr.TooLong, "long").On("body").Over(2, 3), apierr.Blank("to"))
	p, err = apierr.Answer((*payload)(nil), fmt.Errorf("send: %w", refused))
	if err != nil || len(p.UserErrors) != 2 || p.Thing != "" {
		t.Fatalf("user errors give %+v, %v", p, err)
	}
	if e := p.UserErrors[0]; e.Code != apierr.TooLong || e.Message != "long" || e.Field[0] != "body" || *e.Limit != 2 || *e.Count != 3 {
		t.Errorf("the user error is %+v", e)
	}
	inside := errors.New("the inside")
	for _, in := range []error{inside, apierr.New(apierr.Forbidden, "no"), apierr.Join(apierr.Blank("to"), apierr.MissingThing("room"))} {
		if p, err := apierr.Answer(&payload{}, in); p != nil || err == nil {
			t.Errorf("%v gives %+v, %v, want an error alone", in, p, err)
		}
	}
}

// The schema's ErrorCode has exactly the codes of user errors.
func TestCodesAreThoseOfTheSchema(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("code.go")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	enum := regexp.MustCompile(`(?s)\nenum ErrorCode \{(.*?)\n\}`).FindSubmatch(schema)
	if enum == nil {
		t.Fatal("the schema has no ErrorCode")
	}
	published := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\s+([A-Z_]+)\s*(#.*|@.*)?$`).FindAllSubmatch(enum[1], -1) {
		published[string(m[1])] = true
	}
	for _, m := range regexp.MustCompile(`Code = "([A-Z_]+)"`).FindAllSubmatch(source, -1) {
		code := string(m[1])
		if forUser := apierr.Code(code).ForUser(); forUser != published[code] {
			t.Errorf("%s: for users %v, in the schema %v", code, forUser, published[code])
		}
		delete(published, code)
	}
	if len(published) > 0 {
		t.Errorf("the schema has codes that nothing has: %v", published)
	}
}

func TestWhatIsMissingIsSaidInWords(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]string{
		"firstName": "Give the first name.", "to": "Give the number or address.", "body": "Give the text.", "idempotencyKey": "Give the idempotency key.",
	} {
		if got := apierr.Blank(field).Message; got != want {
			t.Errorf("of %s it says %q, want %q", field, got, want)
		}
	}
}
