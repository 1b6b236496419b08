/** What has become of a room, in words. */
export const statusLabels = { DRAFT: 'Draft', ACTIVE: 'Active', TIMED_OUT: 'Timed out', CLOSED: 'Closed', MERGED: 'Merged' } as const;
