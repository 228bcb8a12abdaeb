import { failure, rejection, shown } from '../expressions/fault.ts';
import { isArray, isObject, type Json } from '../json/json.ts';
import { limits } from '../limits.ts';
import { formatNumber } from './formatNumber.ts';
import { argument, MANY, type PlainFunction } from './function.ts';
import { jsonText } from './values.ts';

/** `format(text, …)`: .NET composite formatting, `{index[,alignment][:format]}`. */
export const formatFunction: PlainFunction = { name: 'format', arity: [1, MANY], call: format };

const PLACEHOLDER = /^(\d{1,6}) *(?:,([^:]*))?(?::(.*))?$/s;
const ALIGNMENT = /^ *(-?\d{1,10}) *$/;

function format(args: readonly Json[]): Json {
  const template = argument(args, 0);
  if (typeof template !== 'string')
    throw failure(`format(): the format must be a string, but is ${shown(template)}`);
  let result = '';
  let at = 0;
  while (at < template.length) {
    const piece = nextPiece(template, at, args.slice(1));
    result += piece.text;
    at = piece.next;
    if (result.length > limits.stringLength)
      throw rejection(`format(): the result is longer than ${limits.stringLength} characters`);
  }
  return result;
}

interface Piece {
  readonly text: string;
  readonly next: number;
}

function nextPiece(template: string, at: number, values: readonly Json[]): Piece {
  const char = template.charAt(at);
  if (char !== '{' && char !== '}') return literalPiece(template, at);
  if (template.charAt(at + 1) === char) return { text: char, next: at + 2 };
  if (char === '}') throw rejection('format(): unmatched closing brace');
  const close = template.indexOf('}', at);
  if (close < 0) throw rejection('format(): unmatched opening brace');
  return { text: placeholder(template.slice(at + 1, close), values), next: close + 1 };
}

function literalPiece(template: string, at: number): Piece {
  let next = at;
  while (next < template.length && template[next] !== '{' && template[next] !== '}') next += 1;
  return { text: template.slice(at, next), next };
}

function placeholder(inner: string, values: readonly Json[]): string {
  const parts = PLACEHOLDER.exec(inner);
  if (parts === null) throw rejection(`format(): invalid placeholder {${inner}}`);
  const index = Number(parts[1]);
  const value = values[index];
  if (value === undefined)
    throw rejection(
      `format(): placeholder {${index}} references argument index ${index}, which is not given`,
    );
  return align(formatValue(value, parts[3] ?? ''), parts[2]);
}

function align(value: string, alignment: string | undefined): string {
  if (alignment === undefined) return value;
  const parsed = ALIGNMENT.exec(alignment);
  if (parsed === null)
    throw rejection(
      alignment.trim() === ''
        ? 'format(): empty alignment value'
        : `format(): invalid alignment ${alignment}`,
    );
  const width = Number(parsed[1]);
  if (Math.abs(width) > limits.stringLength)
    throw rejection(`format(): alignment ${width} exceeds maximum allowed`);
  const missing = Math.abs(width) - Array.from(value).length;
  if (missing <= 0) return value;
  return width < 0 ? value + ' '.repeat(missing) : ' '.repeat(missing) + value;
}

function formatValue(value: Json, specifier: string): string {
  if (typeof value === 'number') return formatNumber(value, specifier);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (isArray(value) || isObject(value)) return jsonText(value).replaceAll('"', "'");
  return value ?? '';
}
