package eventlog

import "context"

// Bus carries rings between processes. It is only a doorbell: it may lose, double or delay them.
type Bus interface {
	// Ring tells the other processes that streams have grown. It must not block.
	Ring(streamIDs ...int64)
	// Run calls rung with each stream that another process has rung, and rungAll when rings may have been lost,
	// until the context ends.
	Run(ctx context.Context, rung func(streamID int64), rungAll func()) error
}

// Alone is the bus of a server of one process: there is nobody to ring.
type Alone struct{}

// Ring does nothing.
func (Alone) Ring(...int64) {}

// Run waits for the context to end.
func (Alone) Run(ctx context.Context, _ func(int64), _ func()) error {
	<-ctx.Done()
	return nil
}
