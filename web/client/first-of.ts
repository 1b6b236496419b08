const largestPage = 50;

interface Page<Node> {
  nodes: Node[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** The first `count` of a list, which is read in pages. What moves from one page to the next meanwhile is there once. */
export async function firstOf<Node extends { id: string }>(
  count: number,
  read: (first: number, after: string | null) => Promise<Page<Node>>,
) {
  const nodes = new Map<string, Node>();
  let after: string | null = null;
  let hasMore = true;
  for (let left = count; left > 0 && hasMore; left -= largestPage) {
    const page: Page<Node> = await read(Math.min(left, largestPage), after);
    page.nodes.forEach((node) => nodes.set(node.id, node));
    hasMore = page.pageInfo.hasNextPage;
    after = page.pageInfo.endCursor;
  }
  return { nodes: [...nodes.values()], hasMore };
}
