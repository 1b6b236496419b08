package transport

// result is an encoded execution result. It is shared by all who get it: it must not be changed.
type result struct {
	body []byte
	// Of a group's: the place of what it tells of or, where that is live only, of what came before.
	place int64
	live  bool
}

// over is how the results of a group have ended: with GraphQL errors, or with none.
type over struct{ errs []byte }

func (o *over) tell(out sink) {
	if o.errs != nil {
		out.fail(o.errs)
		return
	}
	out.complete()
}
