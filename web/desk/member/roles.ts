/** What members are to their organisation, in words. */
export const roleLabels = {
  ADMINISTRATOR: 'Administrator',
  TEAM_LEADER: 'Team leader',
  AGENT: 'Agent',
  QUALITY_ASSESSOR: 'Quality assessor',
} as const;
