/** How text is compared where case does not matter (RFC 7643 section 2.3.1): an index finds what a filter would. */
export function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
