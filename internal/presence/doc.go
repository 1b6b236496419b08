// Package presence knows who is where at this moment, in all processes of a deployment together.
//
// A person is at a place while they have entered it, once or more often, in any process. Each process counts its own,
// announces over the bus who is there, and believes the announcements of the others.
//
// It guarantees that
//   - in this process a person is there from the moment they enter, and in the others as soon as they hear of it;
//   - absence is told only after a grace, so that a connection that is lost and comes back, to whatever process, is no news;
//   - what is told of a person at a place alternates: there, gone, there;
//   - announcements may be lost, doubled or late: when they come through again, everyone agrees within a while
//     (believed). A process that says no more is forgotten then, with all that it has announced; one that ends says goodbye;
//   - announcements are bounded in size, changes that come together go out together, and all is repeated no more than
//     once a second, whoever asks.
//
// Nothing is stored. It does not know what a place is, nor who may know of it.
package presence
