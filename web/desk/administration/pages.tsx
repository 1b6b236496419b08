const size = 25;

/** Which items of a connection: so many from the start or from the end, at a cursor. */
export interface Wanted {
  first?: number;
  after?: string | null;
  last?: number;
  before?: string | null;
}

export const firstPage: Wanted = { first: size };

interface PagesProps {
  of: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  onGo: (wanted: Wanted) => void;
}

/** Leads through the pages of a connection; nothing where there is one. */
export function Pages({ of, onGo }: PagesProps) {
  if (!of.hasNextPage && !of.hasPreviousPage) return null;
  return (
    <p class="pages">
      <button class="quiet" disabled={!of.hasPreviousPage} onClick={() => onGo({ last: size, before: of.startCursor })}>Previous</button>
      <button class="quiet" disabled={!of.hasNextPage} onClick={() => onGo({ first: size, after: of.endCursor })}>Next</button>
    </p>
  );
}
