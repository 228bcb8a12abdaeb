export type AppSettings = Readonly<NodeJS.ProcessEnv>;

/**
 * `text` with each `%NAME%` replaced by the setting of that name.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-expressions-patterns#binding-expressions---app-settings
 * @throws Error naming the setting that is missing.
 */
export function resolvePlaceholders(text: string, settings: AppSettings): string {
  return text.replace(/%([^%]+)%/g, (_, name: string) => {
    const value = settings[name];
    if (value === undefined) throw new Error(`the setting ${name} of %${name}% is missing`);
    return value;
  });
}

/**
 * True when `AzureWebJobs.NAME.Disabled` (or its Linux spelling with underscores) says so.
 * https://learn.microsoft.com/azure/azure-functions/disable-function
 */
export function isDisabled(functionName: string, settings: AppSettings): boolean {
  const value =
    settings[`AzureWebJobs.${functionName}.Disabled`] ?? settings[`AzureWebJobs_${functionName}_Disabled`];
  return value !== undefined && /^(true|1)$/i.test(value.trim());
}

export type Connection =
  | { readonly kind: 'connectionString'; readonly value: string }
  | { readonly kind: 'identity'; readonly section: Readonly<Record<string, string>> };

/**
 * What a binding's `connection` names: `NAME` or `AzureWebJobsNAME` as a connection string, else the
 * settings `NAME__property` for an identity; undefined when there is neither. Property names are in lower case.
 * https://learn.microsoft.com/azure/azure-functions/functions-reference#configure-an-identity-based-connection
 */
export function findConnection(name: string, settings: AppSettings): Connection | undefined {
  const names = [`AzureWebJobs${name}`, name];
  for (const candidate of names) {
    const value = settings[candidate];
    if (value) return { kind: 'connectionString', value };
  }
  for (const candidate of names) {
    const section = sectionOf(candidate, settings);
    if (Object.keys(section).length > 0) return { kind: 'identity', section };
  }
  return undefined;
}

function sectionOf(name: string, settings: AppSettings): Record<string, string> {
  const section: Record<string, string> = {};
  for (const [key, value] of Object.entries(settings)) {
    if (!value || !key.startsWith(`${name}__`)) continue;
    section[key.slice(name.length + 2).toLowerCase()] = value;
  }
  return section;
}
