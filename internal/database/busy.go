package database

import (
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// Busy tells whether a statement failed because too many wanted the same at the same moment: a lock or a connection was
// waited for too long, a statement took too long, or two transactions waited for each other. It is worth trying again.
func Busy(err error) bool {
	return pq.As(err, pqerror.LockNotAvailable, pqerror.QueryCanceled, pqerror.TRDeadlockDetected, pqerror.TooManyConnections) != nil
}
