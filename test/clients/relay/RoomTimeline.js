// Compiled by relay.test.js, never run: what a Relay client asks of a timeline.
import { graphql } from 'react-relay';

export const query = graphql`
  query RoomTimelineQuery($id: ID!) {
    node(id: $id) {
      ...RoomTimeline_room @alias
      ...RoomTimelineHeading_room @alias
    }
  }
`;

export const timeline = graphql`
  fragment RoomTimeline_room on Room
  @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, before: { type: "Cursor" })
  @refetchable(queryName: "RoomTimelinePaginationQuery") {
    messages(last: $count, before: $before) @connection(key: "RoomTimeline_messages") {
      edges {
        node {
          body
          side
          sentAt
          author {
            ... on Member {
              name
            }
            ... on Customer {
              name
            }
          }
        }
      }
    }
  }
`;

export const heading = graphql`
  fragment RoomTimelineHeading_room on Room @refetchable(queryName: "RoomTimelineHeadingRefetchQuery") {
    name
    status
    customer {
      name
    }
  }
`;
