import type { JsonObject } from '#features/policy/index.ts';
import { secureParameters } from '#features/templates/index.ts';
import type { Secrets } from '#platform/secrets.ts';

/** Parameters parted: what a blob may hold, and what only the place for secrets may. */
export function partParameters(
  template: JsonObject,
  parameters: JsonObject,
): { plain: JsonObject; secure: JsonObject } {
  const names = secureParameters(template);
  const isSecure = ([name]: readonly [string, unknown]) => names.has(name.toLowerCase());
  const entries = Object.entries(parameters);
  return {
    plain: Object.fromEntries(entries.filter((entry) => !isSecure(entry))),
    secure: Object.fromEntries(entries.filter(isSecure)),
  };
}

/** The secure values of deployments, kept until these end. */
export class SecureValues {
  readonly #secrets: Secrets;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  async keep(deploymentName: string, values: JsonObject): Promise<void> {
    if (Object.keys(values).length > 0) await this.#secrets.set(deploymentName, JSON.stringify(values));
  }

  /** The parameters with the secure ones among them. */
  async join(deploymentName: string, template: JsonObject, plain: JsonObject): Promise<JsonObject> {
    if (secureParameters(template).size === 0) return plain;
    const kept = await this.#secrets.get(deploymentName);
    return kept === undefined ? plain : { ...plain, ...JSON.parse(kept) };
  }

  async forget(deploymentName: string, template: JsonObject): Promise<void> {
    if (secureParameters(template).size > 0) await this.#secrets.delete(deploymentName);
  }
}
