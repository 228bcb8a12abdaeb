import type { Services } from '../../src/services.ts';

export type CallOptions = {
  readonly key?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};
export type Answered = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The answer as JSON; undefined where it is none. */
  readonly json: Readonly<Record<string, unknown>>;
};

/** A request to the API of an instance, without any host. */
export async function callApi(
  { api }: Pick<Services, 'api'>,
  target: string,
  options: CallOptions = {},
): Promise<Answered> {
  const [method = 'GET', path = '/'] = target.split(/ (.*)/s);
  const { key, body } = options;
  const request = new Request(`http://host${path}`, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...options.headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const response = await api.handle(request, () => undefined);
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  const isJson = text !== '' && ['/json', '+json'].some((end) => type.endsWith(end));
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}
