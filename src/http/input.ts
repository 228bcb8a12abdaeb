import type * as z from 'zod';
import { Failure, type FieldProblem } from '#platform/failure.ts';

const MAX_DEPTH = 64;
const MAX_VALUES = 200_000;

/** Parses with a schema. @throws Failure `invalid` naming every field that is wrong */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown, what: 'body' | 'query'): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Failure('invalid', `the ${what} is not valid`, { problems: toFieldProblems(result.error, what) });
}

/** Every issue as field (JSON Pointer in a body, name in a query) and reason. */
export function toFieldProblems(error: z.ZodError, what: 'body' | 'query'): FieldProblem[] {
  return error.issues.flatMap((issue) => {
    const field = what === 'body' ? `/${issue.path.map(String).join('/')}` : issue.path.map(String).join('.');
    if (issue.code !== 'unrecognized_keys') return [{ field, reason: toReason(issue) }];
    return issue.keys.map((key) => ({
      field: what === 'body' ? `${field === '/' ? '' : field}/${key}` : key,
      reason: 'unknown field',
      fix: 'remove it, or see GET /api/v1/openapi.json for the fields that exist',
    }));
  });
}

function toReason({ code, message }: z.core.$ZodIssue): string {
  if (code !== 'invalid_type') return message;
  if (message.endsWith('received undefined')) return 'is required';
  return message
    .replace(/^Invalid input: expected (\w+), received NaN$/, 'must be a $1')
    .replace('Invalid input: ', '');
}

/** Query parameters as an object; a parameter given several times becomes a list. */
export function toQueryObject(parameters: URLSearchParams): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = Object.create(null);
  for (const name of new Set(parameters.keys())) {
    const values = parameters.getAll(name);
    query[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return { ...query };
}

/**
 * Text of a JSON body of at most `maxBytes`. Compressed ones are refused, so that no small request unpacks into a large one.
 * @throws Failure `tooLarge`, `unsupportedMediaType`, or `invalid` with the reason
 */
export async function readBody(request: Request, maxBytes: number): Promise<string> {
  const type = request.headers.get('content-type') ?? '';
  const coding = request.headers.get('content-encoding') ?? 'identity';
  if (!/^application\/([\w.+-]+\+)?json\b/i.test(type)) {
    throw new Failure(
      'unsupportedMediaType',
      `the body must be JSON, not ${type === '' ? 'without a content type' : type}`,
      {
        next: 'send it with Content-Type: application/json',
      },
    );
  }
  if (coding.trim().toLowerCase() !== 'identity') {
    throw new Failure('unsupportedMediaType', 'the body must not be compressed', {
      next: 'send it without Content-Encoding',
    });
  }
  return readText(request, maxBytes);
}

/** The value of a JSON text. @throws Failure `invalid`; `tooLarge` where it is nested too deep */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Failure('invalid', 'the body is not valid JSON', {
      problems: [{ field: '/', reason: String((error as Error).message) }],
    });
  }
  checkSize(value);
  return value;
}

async function readText(request: Request, maxBytes: number): Promise<string> {
  const tooLarge = () =>
    new Failure('tooLarge', `the body is larger than ${maxBytes} bytes`, { next: 'send less at a time' });
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new Failure('invalid', 'the body is not valid UTF-8', {
      problems: [{ field: '/', reason: 'malformed UTF-8' }],
    });
  }
}

/** Walks without recursion, so that no depth of nesting can exhaust the stack. */
function checkSize(root: unknown): void {
  let level: unknown[] = [root];
  let values = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    values += level.length;
    if (depth > MAX_DEPTH) throw tooComplex(`it is nested deeper than ${MAX_DEPTH} levels`);
    if (values > MAX_VALUES) throw tooComplex(`it holds more than ${MAX_VALUES} values`);
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
}

function tooComplex(reason: string): Failure {
  return new Failure('tooLarge', `the body is too complex: ${reason}`, {
    problems: [{ field: '/', reason }],
  });
}
