import type { Failure } from '#platform/failure.ts';
import type { Principal } from './principal.ts';
import type { Answer, Route } from './route.ts';

/** Says who is calling. @throws Failure `unauthenticated` */
export type Authenticate = (request: Request) => Promise<Principal>;

/** Where a request comes from. */
export type Origin = {
  readonly path: string;
  /** IP address of the client, as the platform in front of us says; undefined where nothing says so. */
  readonly address: string | undefined;
  readonly userAgent: string | undefined;
  readonly correlationId: string;
};

/** Whether a call may go on now. `headers` belong on the answer either way; `release` must be called at its end. */
export type Admission = {
  readonly headers: Readonly<Record<string, string>>;
  readonly refusal: Failure | undefined;
  readonly release: () => void;
};

/** Limits how often and how much at once a caller may call. */
export type Guard = {
  admit(principal: Principal): Promise<Admission>;
  /** @throws Failure `throttled` where the address has sent too many bad credentials */
  admitAddress(address: string | undefined): void;
  /** @throws Failure `throttled` where the address calls too often what asks for no credential */
  admitAnonymous(address: string | undefined): void;
  /** A credential of this address was refused. */
  noteRefused(address: string | undefined): void;
};

/** What is kept of an answer so that it can be given again. */
export type KeptAnswer = { readonly answer: Answer } | { readonly failure: Failure };

/** A key that is taken for a first call: it must end with `keep` or `drop`. */
export type Claim = {
  readonly replay: KeptAnswer | undefined;
  keep(kept: KeptAnswer): Promise<void>;
  /** Forgets the call: the next one with the key runs. */
  drop(): Promise<void>;
};

/** Remembers answers by idempotency key. */
export type IdempotencyStore = {
  /** @throws Failure `conflict` for another request with the same key, or one that is under way */
  claim(key: {
    readonly principal: Principal;
    readonly route: string;
    readonly key: string;
    /** Hash of all that the request asks for. */
    readonly fingerprint: string;
  }): Promise<Claim>;
};

/** A call as the audit log has it; `body`, `before` and `after` are redacted by the log. */
export type AuditedCall = {
  /** Undefined where no known credential was sent. */
  readonly caller: Pick<Principal, 'tenantId' | 'id' | 'kind' | 'name'> | undefined;
  readonly route: Pick<Route, 'name' | 'method'>;
  readonly origin: Origin;
  readonly status: number;
  /** Why it failed. */
  readonly reason?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly before?: unknown;
  readonly after?: unknown;
};

export type AuditSink = {
  /** Resolves once the entry is stored; never rejects. */
  record(call: AuditedCall): Promise<void>;
  /** A call that was refused (401, 403): kept in a bounded way, behind the answer. */
  noteRefused(call: AuditedCall): void;
};
