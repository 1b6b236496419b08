package search

import "time"

// SetBatch sets how many entries are read at once.
func (x *Index) SetBatch(n int) { x.batch = n }

// SetBack has the database's clock be set back by so much since everything was last taken in.
func (x *Index) SetBack(by time.Duration) { x.since = x.since.Add(by) }
