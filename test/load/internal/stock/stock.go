// Package stock is a server as people write one with gqlgen and ent: gqlgen's own handler and transports, a channel for
// each subscriber, and for sendMessage a transaction of ent. Parley is compared with it.
//
// It is to be a fair comparison: queries are cached, people who ask are known without a query, and what is handed to
// subscribers is complete, so that no delivery needs the database. What it does not do is what its way of working
// cannot: it keeps nothing for those who come back, knows nothing of other processes, and where two send into one room
// at the same moment, subscribers may see the messages in another order than the log.
package stock

//go:generate go tool gqlgen generate --config gqlgen.yml
