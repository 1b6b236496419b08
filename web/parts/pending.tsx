/** What stands where something is not known yet: that it is on its way, or why it does not come. */
export function Pending({ refusal = '' }: { refusal?: string }) {
  if (refusal) return <p class="refusal" role="alert">{refusal}</p>;
  return <p class="quiet" role="status">Loading…</p>;
}
