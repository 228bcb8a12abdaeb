import * as z from 'zod';

/**
 * Every setting of the product: one place, one schema. `docs/settings.md` and
 * `local.settings.sample.json` are generated from it (`npm run docs`).
 * Each entry carries `description`, and where it is a quantity its `unit`; `sample` is what local mode uses.
 */
const shape = {
  TENANT_ID: z.guid().meta({
    description: 'Microsoft Entra tenant whose subscriptions this deployment watches.',
    sample: '11111111-1111-4111-8111-111111111111',
  }),
  AZURE_RESOURCE_MANAGER_ENDPOINT: z.url().default('https://management.azure.com').meta({
    description: 'Azure Resource Manager: public or sovereign cloud, or the simulator.',
    sample: 'http://127.0.0.1:7072',
  }),
  AZURE_SUBSCRIPTION_IDS: z
    .string()
    .optional()
    .transform((text) => (text ? text.split(',').map((id) => id.trim().toLowerCase()) : undefined))
    .pipe(z.array(z.guid()).optional())
    .meta({
      description:
        'Watch only these subscriptions (comma separated). Unset: every subscription the identity can read.',
    }),
  AZURE_CLIENT_ID: z.guid().optional().meta({
    description: 'Client id of the user-assigned managed identity. Unset: DefaultAzureCredential decides.',
  }),
  AZURE_WRITER_CLIENT_ID: z.guid().optional().meta({
    description:
      'Client id of the managed identity that may write to the estate; the one that reads never does. Unset: nothing is written.',
  }),
  BICEP_PATH: z.string().optional().meta({
    description: 'Bicep compiler that templates in Bicep are compiled with. Unset: only ARM JSON is taken.',
  }),
  STORAGE_TABLE_ENDPOINT: z.url().optional().meta({
    description: 'Table Storage endpoint, reached with managed identity.',
  }),
  STORAGE_BLOB_ENDPOINT: z.url().optional().meta({
    description: 'Blob Storage endpoint, reached with managed identity.',
  }),
  STORAGE_CONNECTION_STRING: z.string().optional().meta({
    description:
      'Connection string of the storage emulator. Used instead of the two endpoints; never in Azure.',
    sample: 'UseDevelopmentStorage=true',
  }),
  ServiceBus__fullyQualifiedNamespace: z.string().optional().meta({
    description:
      'Service Bus namespace host name, reached with managed identity; the queue triggers read it too.',
  }),
  ServiceBus: z.string().optional().meta({
    description:
      'Connection string of the Service Bus emulator. Used instead of the namespace; never in Azure.',
    sample:
      'Endpoint=sb://127.0.0.1:5672;SharedAccessKeyName=local;SharedAccessKey=local;UseDevelopmentEmulator=true;',
  }),
  SecurityExport__fullyQualifiedNamespace: z.string().optional().meta({
    description:
      'Event Hubs namespace host name that Defender for Cloud’s continuous export goes to, reached with managed identity; the trigger reads it.',
  }),
  SecurityExport: z.string().optional().meta({
    description:
      'Connection string of the Event Hubs emulator. Used instead of the namespace; never in Azure.',
  }),
  SECURITY_EXPORT_HUB: z.string().optional().meta({
    description: 'Event hub of continuous export (docs/security.md). Unset: Defender for Cloud is only read.',
  }),
  SECURITY_EXPORT_CONSUMER_GROUP: z.string().default('$Default').meta({
    description: 'Consumer group of that event hub; one of our own where others read the hub too.',
  }),
  SYNC_SCHEDULE: z.string().default('0 */15 * * * *').meta({
    description: 'When every subscription is read again from Azure.',
    unit: 'NCRONTAB, six fields, UTC',
  }),
  POLICY_SYNC_SCHEDULE: z.string().default('0 7 * * * *').meta({
    description: "When Azure's policies, assignments, exemptions and aliases are read again.",
    unit: 'NCRONTAB, six fields, UTC',
  }),
  SWEEP_SCHEDULE: z.string().default('30 * * * * *').meta({
    description: 'When events left in the outbox by a process that died are published.',
    unit: 'NCRONTAB, six fields, UTC',
  }),
  FEED_SCHEDULE: z.string().default('0 */5 * * * *').meta({
    description: 'When the change feed of Resource Graph is asked for what events missed.',
    unit: 'NCRONTAB, six fields, UTC',
  }),
  RECONCILIATION_SCHEDULE: z.string().default('0 37 * * * *').meta({
    description:
      'When compliance makes up for missed events, expired exemptions and policies that depend on the time.',
    unit: 'NCRONTAB, six fields, UTC',
  }),
  METRICS_SCHEDULE: z.string().default('0 */15 * * * *').meta({
    description: 'When the numbers of the hour and the day are taken.',
    unit: 'NCRONTAB, six fields, UTC',
    sample: '*/30 * * * * *',
  }),
  CONNECTOR_SCHEDULE: z.string().default('0 * * * * *').meta({
    description:
      'How often it is looked which sources (Defender for Cloud …) are due in which subscription; each has an interval of its own.',
    unit: 'NCRONTAB, six fields, UTC',
  }),
  COST_METRIC: z.enum(['ActualCost', 'AmortizedCost']).default('ActualCost').meta({
    description:
      'Costs as billed, or with purchases of reservations and savings plans spread over their term.',
  }),
  COST_EXPORT_CONTAINER: z.string().default('').meta({
    description:
      'Container that Cost Management exports to, read in the place of queries, for large estates: its URL (role Storage Blob Data Reader), or its name in the emulator. Empty: queries.',
  }),
  COST_HISTORY_MONTHS: z.coerce.number().int().min(1).max(12).default(6).meta({
    description: 'How many months before the current one are read at first.',
    unit: 'months',
  }),
  RETENTION_SCHEDULE: z.string().default('0 17 3 * * *').meta({
    description: 'When history that is older than the retention is removed.',
    unit: 'NCRONTAB, six fields, UTC',
  }),
  HISTORY_RETENTION_DAYS: z.coerce.number().int().min(1).max(3650).default(90).meta({
    description: 'How long changes are kept: `/history`, `/changes`, and how far back `?at=` can look.',
    unit: 'days',
  }),
  ACTIVITY_RETENTION_DAYS: z.coerce.number().int().min(1).max(3650).default(90).meta({
    description:
      'How long entries of the activity log are kept. The first read goes back as far, as Azure does: 89 days.',
    unit: 'days',
  }),
  RESOURCE_METRIC_TYPES: z.string().default('').meta({
    description:
      'Resource types whose metrics are read from Azure Monitor (comma separated, as in docs/monitor.md; `none`). Empty: all of them.',
  }),
  RESOURCE_METRICS_RETENTION_DAYS: z.coerce.number().int().min(1).max(400).default(93).meta({
    description: 'How long the metrics of single resources are kept. Azure Monitor keeps 93 days.',
    unit: 'days',
  }),
  GRAPH_LAG_SECONDS: z.coerce.number().int().min(0).max(3600).default(300).meta({
    description:
      'How long Resource Graph may lag behind Resource Manager: within it, a row of ours that is newer is checked with Resource Manager before Resource Graph may change or delete it.',
    unit: 'seconds',
  }),
  INDEX_FRESHNESS_MS: z.coerce.number().int().min(0).max(60_000).default(250).meta({
    description: "How old an instance's list index may be before a listing looks for changes first.",
    unit: 'milliseconds',
  }),
  MAX_BODY_KB: z.coerce.number().int().min(1).max(100_000).default(4096).meta({
    description: 'Largest request body that the API accepts.',
    unit: 'KiB',
  }),
  STARTER_PACK_ASSIGNED: z.stringbool().default(false).meta({
    description:
      'Whether the starter pack is assigned to the whole tenant. Otherwise it is there to be assigned where it is wanted.',
    sample: 'true',
  }),
  REQUEST_TIMEOUT_SECONDS: z.coerce.number().min(1).max(220).default(100).meta({
    description: 'After this a call is answered 503. Azure’s own load balancer gives up after 230.',
    unit: 'seconds',
  }),
  RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(1).default(6000).meta({
    description: 'Calls of one key or user, on all instances together.',
    unit: 'calls a minute',
  }),
  TENANT_RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(1).default(30_000).meta({
    description: 'Calls of all keys and users of a tenant, on all instances together.',
    unit: 'calls a minute',
  }),
  CONCURRENT_CALLS: z.coerce.number().int().min(1).default(100).meta({
    description: 'Calls of one key or user at a time, on one instance.',
    unit: 'calls',
  }),
  ENTRA_AUTHORITY: z.url().default('https://login.microsoftonline.com').meta({
    description: 'Microsoft Entra, of the public or a sovereign cloud.',
  }),
  ENTRA_TENANT_IDS: z
    .string()
    .optional()
    .transform((text) => text?.split(',').map((id) => id.trim()))
    .pipe(z.array(z.guid()).min(1).optional())
    .meta({
      description:
        'Entra tenants whose users and workloads may call (comma separated). Unset: `TENANT_ID` alone.',
    }),
  ENTRA_AUDIENCES: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((audience) => audience !== ''))
    .meta({
      description:
        'What `aud` of an access token may be: client id and application id URI of our app registration (comma separated). Empty: no access token is taken.',
    }),
  GITHUB_ISSUER: z.url().default('https://token.actions.githubusercontent.com').meta({
    description: 'Issuer of the tokens of GitHub Actions.',
  }),
  GITHUB_AUDIENCE: z.string().optional().meta({
    description: 'What `aud` of a token of GitHub Actions must be. Unset: none is taken.',
  }),
  PUBLIC_URL: z
    .url()
    .optional()
    .transform((url) => url?.replace(/\/$/, ''))
    .meta({
      description:
        'Address at which browsers reach the API. With SIGN_IN_CLIENT_ID, `PUBLIC_URL/auth/callback` is the redirect URI of the app registration.',
    }),
  SIGN_IN_CLIENT_ID: z.string().optional().meta({
    description: 'Client id of the app registration that browsers sign in with. Unset: there is no sign-in.',
  }),
  SIGN_IN_CLIENT_SECRET: z.string().optional().meta({
    description: 'Its secret, as a Key Vault reference. Unset: a public client (PKCE alone).',
  }),
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((origin) => origin !== ''))
    .pipe(
      z.array(z.string().regex(/^https?:\/\/[^/*]+$/, 'must be origins such as https://portal.contoso.com')),
    )
    .meta({
      description: 'Origins whose pages may call the API from a browser (comma separated). Empty: none.',
    }),
  KEY_VAULT_URL: z.url().optional().meta({
    description: 'Key Vault that keeps the secrets of webhooks, reached with managed identity.',
  }),
  SECRETS_DIRECTORY: z.string().default('.policycortex/secrets').meta({
    description:
      'Where local mode keeps secrets, encrypted. Used only with the storage emulator and no Key Vault.',
  }),
  WEBHOOK_PORTS: z
    .string()
    .default('443,8443')
    .transform((text) => text.split(',').map(Number))
    .pipe(z.array(z.number().int().min(1).max(65_535)).min(1))
    .meta({ description: 'Ports that webhooks may be sent to (comma separated).' }),
  WEBHOOK_ALLOW_HTTP: z.stringbool().default(false).meta({
    description: 'Webhooks may be sent over http. Only with the storage emulator; never in Azure.',
  }),
  WEBHOOK_ALLOW_LOOPBACK: z.stringbool().default(false).meta({
    description:
      'Webhooks may be sent to this machine, on any port. Only with the storage emulator; never in Azure.',
  }),
  WEBHOOK_DISABLE_AFTER_DAYS: z.coerce.number().min(0.001).max(365).default(5).meta({
    description: 'A webhook that has failed every delivery for this long is disabled.',
    unit: 'days',
  }),
  WEBHOOK_RETENTION_DAYS: z.coerce.number().int().min(1).max(3650).default(30).meta({
    description: 'How long deliveries, with the answers of receivers, are kept.',
    unit: 'days',
  }),
  WEBHOOK_SECRET_OVERLAP_HOURS: z.coerce.number().min(0).max(720).default(24).meta({
    description: 'How long the old secret of a webhook signs beside a new one.',
    unit: 'hours',
  }),
  APPLICATIONINSIGHTS_CONNECTION_STRING: z.string().optional().meta({
    description: 'Application Insights that traces and metrics go to, with managed identity. Unset: nowhere.',
  }),
  LOG_LEVEL: z.enum(['debug', 'information', 'warning', 'error']).default('information').meta({
    description: 'Least severe log entry that is written.',
  }),
};

const Shape = z.object(shape).superRefine((value, context) => {
  if (!value.STORAGE_CONNECTION_STRING && !(value.STORAGE_TABLE_ENDPOINT && value.STORAGE_BLOB_ENDPOINT)) {
    context.addIssue({
      code: 'custom',
      path: ['STORAGE_TABLE_ENDPOINT'],
      message:
        'set STORAGE_TABLE_ENDPOINT and STORAGE_BLOB_ENDPOINT (or, locally, STORAGE_CONNECTION_STRING)',
    });
  }
  if (!value.ServiceBus && !value.ServiceBus__fullyQualifiedNamespace) {
    context.addIssue({
      code: 'custom',
      path: ['ServiceBus__fullyQualifiedNamespace'],
      message: 'set ServiceBus__fullyQualifiedNamespace (or, locally, ServiceBus)',
    });
  }
});

export type Settings = Readonly<z.infer<typeof Shape>>;

export type SettingInfo = {
  readonly name: string;
  readonly description: string;
  readonly unit: string | undefined;
  readonly default: string | undefined;
  readonly required: boolean;
  readonly sample: string | undefined;
};

/** Every setting as documentation needs it, in the order of declaration. */
export function describeSettings(): SettingInfo[] {
  return Object.entries(shape).map(([name, schema]) => {
    const meta = schema.meta() ?? {};
    const fallback = schema.safeParse(undefined);
    return {
      name,
      description: String(meta.description),
      unit: typeof meta.unit === 'string' ? meta.unit : undefined,
      default: fallback.success && fallback.data !== undefined ? String(fallback.data) : undefined,
      required: !fallback.success,
      sample: typeof meta.sample === 'string' ? meta.sample : undefined,
    };
  });
}

/** Thrown at start when settings are wrong; the message has one readable line per problem. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/**
 * Reads the environment once into a frozen object. An empty variable counts as unset.
 * Values never appear in the error, since a setting may hold a secret.
 * @throws SettingsError
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = Shape.safeParse(given);
  if (result.success) return Object.freeze(result.data);
  const lines = result.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const missing = given[name] === undefined && issue.code !== 'custom';
    return `setting ${name}: ${missing ? 'is required' : issue.message} (docs/settings.md)`;
  });
  throw new SettingsError([...new Set(lines)].join('\n'));
}
