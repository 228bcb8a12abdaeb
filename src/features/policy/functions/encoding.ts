import { failure, shown } from '../expressions/fault.ts';
import { isArray, isObject, type Json } from '../json/json.ts';
import { decodeBase64, encodeBase64 } from '../text/base64.ts';
import { text } from './arguments.ts';
import { argument, type PlainFunction } from './function.ts';
import { parseJson } from './objects.ts';
import { jsonText } from './values.ts';

/** base64, URIs and data URIs. */
export const encodingFunctions: readonly PlainFunction[] = [
  { name: 'base64', arity: [1, 1], call: (args) => encodeBase64(text(args, 'base64')) },
  {
    name: 'base64ToString',
    arity: [1, 1],
    call: (args) => decoded(text(args, 'base64ToString'), 'base64ToString'),
  },
  { name: 'base64ToJson', arity: [1, 1], call: base64ToJson },
  { name: 'uriComponent', arity: [1, 1], call: (args) => escapeUri(text(args, 'uriComponent')) },
  {
    name: 'uriComponentToString',
    arity: [1, 1],
    call: (args) => unescapeUri(text(args, 'uriComponentToString')),
  },
  { name: 'uri', arity: [2, 2], call: combineUri },
  { name: 'dataUri', arity: [1, 1], call: toDataUri },
  { name: 'dataUriToString', arity: [1, 1], call: fromDataUri },
];

function decoded(encoded: string, name: string): string {
  const result = decodeBase64(encoded);
  if (result === null) throw failure(`${name}(): ${shown(encoded)} is not base64`);
  return result;
}

function base64ToJson(args: readonly Json[]): Json {
  return parseJson(decoded(text(args, 'base64ToJson'), 'base64ToJson'), 'base64ToJson');
}

/** RFC 3986 escaping, as .NET's Uri.EscapeDataString. */
function escapeUri(value: string): string {
  const escaped = encodeURIComponent(value.toWellFormed());
  return escaped.replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Percent and plus decoding; what is no valid UTF-8 becomes the replacement character. */
function unescapeUri(value: string): string {
  return new TextDecoder().decode(unescapeBytes(value));
}

function unescapeBytes(value: string): Uint8Array {
  const source = new TextEncoder().encode(value.replaceAll('+', ' '));
  const bytes: number[] = [];
  for (let i = 0; i < source.length; i++) {
    const hex = source[i] === 0x25 ? String.fromCharCode(source[i + 1] ?? 0, source[i + 2] ?? 0) : '';
    const escaped = /^[0-9a-f]{2}$/i.test(hex);
    bytes.push(escaped ? Number.parseInt(hex, 16) : (source[i] ?? 0));
    if (escaped) i += 2;
  }
  return Uint8Array.from(bytes);
}

function combineUri(args: readonly Json[]): Json {
  const base = text(args, 'uri');
  const relative = text(args, 'uri', 1);
  const combined = URL.canParse(base) ? URL.parse(relative, base) : null;
  if (combined === null) throw failure(`uri(): ${shown(base)} and ${shown(relative)} do not form a URI`);
  return combined.href;
}

function toDataUri(args: readonly Json[]): Json {
  const value = argument(args, 0);
  if (value === null || typeof value === 'string')
    return `data:text/plain;charset=utf8;base64,${encodeBase64(value ?? '')}`;
  const content = isArray(value) || isObject(value) ? jsonText(value) : String(value);
  return `data:application/json;charset=utf8;base64,${encodeBase64(content)}`;
}

const CHARSETS = new Set(['utf-8', 'utf8']);

function fromDataUri(args: readonly Json[]): Json {
  const uri = text(args, 'dataUriToString');
  const comma = uri.indexOf(',');
  if (!uri.toLowerCase().startsWith('data:') || comma < 0)
    throw failure(`dataUriToString(): ${shown(uri)} is not a data URI`);
  const tokens = uri.slice('data:'.length, comma).toLowerCase().split(';');
  const charset = tokens.find((token) => token.startsWith('charset='))?.slice('charset='.length);
  if (charset !== undefined && !CHARSETS.has(charset))
    throw failure(`dataUriToString(): unsupported charset ${charset}`);
  const data = uri.slice(comma + 1);
  return tokens.at(-1) === 'base64' ? decoded(data, 'dataUriToString') : unescapeUri(data);
}
