const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** UTF-8 text as base64. */
export function encodeBase64(text: string): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Base64 as UTF-8 text; null when it is not base64. White space is ignored. */
export function decodeBase64(encoded: string): string | null {
  const compact = encoded.replaceAll(/\s/g, '');
  if (compact.length % 4 !== 0 || !BASE64.test(compact)) return null;
  return new TextDecoder().decode(Uint8Array.from(atob(compact), (char) => char.charCodeAt(0)));
}
