/** A refusal in Resource Manager's error shape: `{"error": {"code", "message"}}`. */
export class ArmFailure extends Error {
  override readonly name = 'ArmFailure';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly details: readonly unknown[] | undefined;

  constructor(status: number, code: string, options: FailureOptions) {
    super(options.message);
    this.status = status;
    this.code = code;
    this.headers = options.headers ?? {};
    this.details = options.details;
  }
}

type FailureOptions = {
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly details?: readonly unknown[];
};

export function badRequest(code: string, message: string): ArmFailure {
  return new ArmFailure(400, code, { message });
}

export function notFound(code: string, message: string): ArmFailure {
  return new ArmFailure(404, code, { message });
}

export function subscriptionNotFound(id: string): ArmFailure {
  return notFound('SubscriptionNotFound', `The subscription '${id}' could not be found.`);
}

export function groupNotFound(name: string): ArmFailure {
  return notFound('ResourceGroupNotFound', `Resource group '${name}' could not be found.`);
}
