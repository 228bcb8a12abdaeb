export type TemplateToken =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly text: string };

/**
 * Splits a template at its slashes into segments, and each segment into literals and `{…}` parameters. Doubled
 * braces stand for one brace, and slashes inside a parameter (in a regex) do not split.
 * @throws Error for braces that do not pair.
 */
export function splitTemplate(template: string): TemplateToken[][] {
  const text = template.replace(/^~?\/+|\/+$/g, '');
  if (text === '') return [];
  const segments: TemplateToken[][] = [[]];
  let position = 0;
  while (position < text.length) {
    if (text[position] === '/') {
      segments.push([]);
      position += 1;
      continue;
    }
    const { token, end } = readToken(text, position);
    segments.at(-1)?.push(token);
    position = end;
  }
  if (segments.some((segment) => segment.length === 0)) {
    throw new Error(`the route '${template}' has an empty segment`);
  }
  return segments;
}

function readToken(text: string, start: number): { token: TemplateToken; end: number } {
  const isParameter = text[start] === '{' && text[start + 1] !== '{';
  return isParameter ? readParameter(text, start) : readLiteral(text, start);
}

function readParameter(text: string, start: number): { token: TemplateToken; end: number } {
  let value = '';
  for (let position = start + 1; position < text.length; position += 1) {
    const character = text[position] ?? '';
    if (character === '}' && text[position + 1] !== '}') {
      return { token: { kind: 'parameter', text: value }, end: position + 1 };
    }
    if (character === '}' || (character === '{' && text[position + 1] === '{')) position += 1;
    value += character;
  }
  throw new Error(`the route '${text}' has an unclosed '{'`);
}

function readLiteral(text: string, start: number): { token: TemplateToken; end: number } {
  let value = '';
  let position = start;
  while (position < text.length) {
    const character = text[position] ?? '';
    const isDoubled = text[position + 1] === character;
    if (character === '/' || (character === '{' && !isDoubled)) break;
    if (character === '}' && !isDoubled) throw new Error(`the route '${text}' has a '}' without a '{'`);
    value += character;
    position += character === '{' || character === '}' ? 2 : 1;
  }
  return { token: { kind: 'literal', text: value }, end: position };
}
