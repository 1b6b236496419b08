// Package eventlog is the log of what happened: streams of events in PostgreSQL, and the means to follow them live.
//
// It guarantees, for each stream:
//
//   - Order. Sequence numbers are 1, 2, 3 … without gaps, and their order is the order of commits: appending locks the
//     stream's row until the transaction ends. Times never go backwards, but for entries that have come from another
//     stream: their places say when they came, their times when they were written (MoveTx).
//   - Durability. An event that was followed has been committed; what was rolled back is never seen and leaves no gap.
//   - Delivery. A follower that starts behind some event gets every later one, once, in order, whatever else happens
//     meanwhile: it reads the log, and the log is the truth. Being told that a stream has grown (a ring) is only a
//     doorbell; a lost, doubled or late ring costs a moment, never an event.
//   - Slow followers hold nothing up and are not held in memory: one that falls behind what its stream's tail
//     remembers reads the log again.
//   - Live only. What is told (Tell) reaches those who follow at that moment, between the events, and nobody later. It is
//     not stored, takes no place among the events, and may be lost: by the bus, or by a follower that is slow.
//   - The end. When a stream is sealed nothing is appended any more. One that goes on in another one says where, and its
//     cursors lead there for good (Place). What a stream says can be forgotten (ForgetTx): its places stay, and are empty.
//   - One history. A cursor of another database, or of this one before it was set back (a restore, a failover), is
//     refused, and who follows at that moment is told.
//
// It does not know what events mean, nor who may see them.
package eventlog
