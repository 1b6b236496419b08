/** Whether members with a role may do more than read: docs/roles.md. The server holds everyone to it; this is for what is shown. */
export function mayServe(role: 'ADMINISTRATOR' | 'TEAM_LEADER' | 'AGENT' | 'QUALITY_ASSESSOR') {
  return role !== 'QUALITY_ASSESSOR';
}
