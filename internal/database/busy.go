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

// Refused tells whether PostgreSQL itself has answered that it did nothing of a statement, for what the statement was
// about. It is not told of waiting too long, which is nobody's doing; and of any other error, such as a lost connection,
// nobody knows what has been done.
func Refused(err error) bool {
	e := pq.As(err)
	return e != nil && e.Severity == "ERROR" && e.Code != pqerror.LockNotAvailable && e.Code != pqerror.QueryCanceled
}
