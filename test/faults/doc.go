// Package faults breaks Parley on purpose and looks whether it keeps its promises. It is for tests only.
//
// Real processes of the server, on a real PostgreSQL that syncs, are written to and followed by real clients over HTTP,
// WebSocket and server-sent events, while something is killed, paused, cut off, slowed down or filled up. After each
// fault has healed, what the clients were told is compared with what is in the log:
//
//   - every message that was acknowledged is in the log, and one key is in it once;
//   - every subscriber that resumes got every event once, in order, without a gap;
//   - what was answered before something else began comes before it;
//   - a merge of rooms is there whole or not at all; what was accepted is in the room that stays once, and who follows where
//     RoomMerged says misses nothing and gets nothing twice;
//   - statuses only moved forward, one invitation is one message, and nothing arrived after a sign-out;
//   - the processes are as quiet as before: goroutines, descriptors, memory.
//
// A harness that finds nothing may be blind. So it is run against mutants as well, servers with a line changed (table
// mutants), each of which it has to convict of what that line was there for.
//
// The short run belongs to the tests of the repository; "make faults" is the long one, with all faults, buses and mutants.
//
// What it does not do: turn the clock, which needs privileges or a preloaded library, and leave a machine without power: a
// killed PostgreSQL loses what it had not yet written, not what it had not yet synced.
package faults
