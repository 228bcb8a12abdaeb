const LETTER = /^\p{L}$/u;
const DIGIT = /^\p{Nd}$/u;

/**
 * Azure's `match`: `#` one digit, `?` one letter, `.` any one character, all else itself; the whole text.
 * One pass over both strings.
 */
export function matchesMask(text: string, mask: string): boolean {
  if (text.length !== mask.length) return false;
  for (let i = 0; i < mask.length; i++) {
    const wanted = mask.charAt(i);
    const given = text.charAt(i);
    if (wanted === '.') continue;
    if (wanted === '#' ? !DIGIT.test(given) : wanted === '?' ? !LETTER.test(given) : wanted !== given)
      return false;
  }
  return true;
}
