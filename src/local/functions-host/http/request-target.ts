export type RequestTarget = {
  /** Path and query as sent. */
  readonly raw: string;
  readonly path: string;
  /** Segments of the path, still percent-encoded, without a leading or trailing empty one. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
};

/** Parses the target of a request line, or undefined when it is malformed (percent-encoding included). */
export function parseTarget(target: string): RequestTarget | undefined {
  const raw = target.startsWith('/') ? target : originForm(target);
  if (raw === undefined) return undefined;
  const [, path = '', search = ''] = /^([^?#]*)\??([^#]*)/.exec(raw) ?? [];
  const segments = path.split('/').slice(1);
  if (segments.at(-1) === '') segments.pop();
  if (!segments.every(isDecodable)) return undefined;
  return { raw, path, segments, query: new URLSearchParams(search) };
}

function originForm(target: string): string | undefined {
  if (!URL.canParse(target)) return undefined;
  const url = new URL(target);
  return `${url.pathname}${url.search}`;
}

function isDecodable(segment: string): boolean {
  try {
    decodeURIComponent(segment);
    return true;
  } catch {
    return false;
  }
}
