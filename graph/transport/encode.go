package transport

import (
	"encoding/json"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// encode encodes an execution result. The data is JSON already, so it is copied and not encoded again; without
// data, which is so when nothing was executed, there is no entry for it.
func encode(r *graphql.Response) []byte {
	b := make([]byte, 0, len(r.Data)+16)
	b = append(b, '{')
	if len(r.Errors) > 0 {
		b = append(append(b, `"errors":`...), encodeErrors(r.Errors)...)
	}
	if r.Data != nil {
		b = append(append(comma(b), `"data":`...), r.Data...)
	}
	if len(r.Extensions) > 0 {
		if extensions, err := json.Marshal(r.Extensions); err == nil {
			b = append(append(comma(b), `"extensions":`...), extensions...)
		}
	}
	return append(b, '}')
}

func comma(b []byte) []byte {
	if len(b) > 1 {
		return append(b, ',')
	}
	return b
}

func encodeErrors(errs gqlerror.List) []byte {
	b, err := json.Marshal(errs)
	if err != nil || len(errs) == 0 { // an extension that is not JSON: say at least that there was an error
		return []byte(`[{"message":"Something went wrong."}]`)
	}
	return b
}
