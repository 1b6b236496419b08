package database

import (
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// Busy tells whether a statement failed because too many wanted the same at the same moment: a lock or a connection was
// waited for too long, a statement took too long, or two transactions waited for each other. It is worth trying again.
func Busy(err error) bool {
	return pq.As(err, pqerror.LockNotAvailable, pqerror.QueryCanceled, pqerror.TRDeadlockDetected, pqerror.TooManyConnections) != nil
}

// Refused tells whether PostgreSQL itself has answered that it did nothing of a statement, because of what the statement
// says. Waiting for too long is nobody's doing, and does not count. After any other error, such as a lost connection, it
// is not known what has been done.
func Refused(err error) bool {
	e := pq.As(err)
	return e != nil && e.Severity == "ERROR" && e.Code != pqerror.LockNotAvailable && e.Code != pqerror.QueryCanceled
}

// Lost tells whether the connection was lost, by the network or because PostgreSQL has ended it.
func Lost(err error) bool {
	if e := pq.As(err); e != nil {
		return e.Code.Class() == "08" || pq.As(err, pqerror.AdminShutdown, pqerror.CrashShutdown, pqerror.CannotConnectNow) != nil
	}
	var inTheNetwork net.Error
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.As(err, &inTheNetwork)
}

// Violates tells whether a statement was refused because what it adds is there already, by the constraint.
func Violates(err error, constraint string) bool {
	e := pq.As(err, pqerror.UniqueViolation)
	return e != nil && e.Constraint == constraint
}
