/** What the link holds by which one has come: the end of its address, a token or a code. */
export function secretOfLink() {
  return decodeURIComponent(location.pathname.split('/').pop()!);
}
