// Package search finds messages by their words, with PostgreSQL's own text search.
//
// It guarantees that
//
//   - what was committed before a search began is found by it, whichever process has written it, unless so much was
//     written that it cannot be taken in within a second: then the newest is found, and the rest a little later;
//   - nothing is missed, whatever the order in which writers commit and however long that takes: each stream is read
//     by its sequence numbers, which are gap-free and in the order of commits, like every follower reads it;
//   - a search costs about the same for words that are everywhere and for words that are rare, and does not depend on
//     what the planner believes of them;
//   - writers do not pay: they neither make the words nor wait for who does.
//
// A word is a run of letters and digits. Languages that are written without spaces have long words: what is between two
// marks of punctuation is found by how it begins.
//
// It does not know what an entry of a log means, nor who may see it.
package search
