// Compiled by relay.test.js, never run: what a Relay client asks of the list of rooms.
import { graphql } from 'react-relay';

export const query = graphql`
  query RoomListQuery {
    ...RoomList_query
  }
`;

export const list = graphql`
  fragment RoomList_query on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, after: { type: "Cursor" })
  @refetchable(queryName: "RoomListPaginationQuery") {
    rooms(first: $count, after: $after) @connection(key: "RoomList_rooms") {
      edges {
        node {
          id
          name
          lastActivityAt
        }
      }
    }
  }
`;
