import { readFileSync, writeFileSync } from 'node:fs';
import { shortResourceTypes } from '#features/inventory/index.ts';
import { featureOf } from '#http/principal.ts';
import { grants, ROLES } from '#http/role.ts';
import { containers, queues, tables } from '../src/declarations.ts';
import { createServices } from '../src/services.ts';
import { describeSettings, readSettings } from '../src/settings.ts';
import { starterPackParts } from './starterPackPage.ts';

/** Every generated file: path to content. `node scripts/docs.ts` writes them, `--check` only compares. */
export function generated(): Map<string, string> {
  return new Map([
    ['docs/settings.md', settingsPage()],
    ['docs/storage.md', storagePage()],
    ['docs/routes.md', routesPage()],
    ['docs/starter-pack.md', starterPackPage()],
    ['local.settings.sample.json', localSettings()],
  ]);
}

function settingsPage(): string {
  const rows = describeSettings().map((setting) => {
    const fallback = setting.required ? '**required**' : (setting.default ?? '–');
    return [
      `\`${setting.name}\``,
      setting.description,
      setting.unit ?? '',
      fallback === '–' || setting.required ? fallback : `\`${fallback}\``,
    ];
  });
  return page(
    'Settings',
    'Environment variables, read once at the start (`src/settings.ts`). A wrong one stops it with one line per problem.',
    [table(['Setting', 'What it is', 'Unit', 'Default'], rows)],
  );
}

function storagePage(): string {
  const minutes = (seconds: number) => (seconds >= 86_400 ? `${seconds / 86_400} d` : `${seconds} s`);
  return page(
    'Tables, containers and queues',
    'Declared beside the feature that owns them, collected in `src/declarations.ts`. How the keys carry the load: [inventory-storage.md](inventory-storage.md).',
    [
      '## Tables\n',
      table(
        ['Table', 'Holds', 'Keys'],
        tables.map(({ name, description, keys }) => [
          `\`${name}\``,
          description,
          keys.replaceAll('|', '\\|'),
        ]),
      ),
      '## Blob containers\n',
      table(
        ['Container', 'Holds'],
        containers.map(({ name, description }) => [`\`${name}\``, description]),
      ),
      '## Service Bus queues\n',
      table(
        ['Queue', 'Carries', 'Lock', 'Deliveries', 'Time to live', 'Duplicate detection'],
        queues.map((queue) => [
          `\`${queue.name}\``,
          queue.description,
          minutes(queue.lockDurationSeconds),
          String(queue.maxDeliveryCount),
          minutes(queue.defaultMessageTimeToLiveSeconds),
          queue.duplicateDetectionWindowSeconds ? minutes(queue.duplicateDetectionWindowSeconds) : 'off',
        ]),
      ),
    ],
  );
}

function routesPage(): string {
  const sample = describeSettings().flatMap(({ name, sample: value }) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const { api } = createServices(readSettings(Object.fromEntries(sample)));
  const rows = api.routes.map((route) => [
    `\`${route.method} ${route.path}\``,
    `\`${route.role}\``,
    route.role === 'anonymous' ? '' : `\`${featureOf(route)}\``,
    route.bySubscription ? 'yes' : '',
    route.summary,
  ]);
  return page(
    'Routes',
    'Generated from the route declarations; the whole contract is at `GET /api/v1/openapi.json`. `{id+}` is the rest of the path. `Feature` is what `scopes.features` of a key names; a key that is limited to some subscriptions may call the routes marked so ([identity.md](identity.md)).',
    [
      table(['Route', 'Least role', 'Feature', 'By subscription', 'What it does'], rows),
      '## Roles\n',
      'What needs the role on the left may be done by those with a mark.\n',
      table(
        ['Needs', ...ROLES],
        ROLES.map((needed) => [needed, ...ROLES.map((held) => (grants(held, needed) ? '✓' : ''))]),
      ),
      '## Short names of resource types\n',
      'Where a resource type is asked for, these stand for the full one.\n',
      table(
        ['Short name', 'Type'],
        [...shortResourceTypes()].map(([name, type]) => [`\`${name}\``, `\`${type}\``]),
      ),
    ],
  );
}

function starterPackPage(): string {
  return page(
    'Starter pack',
    [
      "Policy definitions of our own, in the format of Azure Policy, with severity, control ids and remediation (`src/features/starter-pack`). *Built-in* is the name of the definition of Azure that asks for the same. Control ids are those of the mappings in Azure's own regulatory compliance initiatives where these have the matter, else the controls whose text asks for it.",
      'Checked on 26 November 2026 against what Azure publishes (github.com/Azure/azure-policy), by the name of the built-in: all that `CISv2_0_0.json` maps, and 29 policies of `NIST_SP_800-53_R5.json`. Not checked: the other NIST ids, ISO/IEC 27001, PCI DSS and the Microsoft cloud security benchmark.',
      'What to do about a violation: `POST /api/v1/remediations` plans it ([remediation.md](remediation.md)).',
    ].join('\n\n'),
    starterPackParts(table),
  );
}

function localSettings(): string {
  const entries = describeSettings().flatMap(({ name, sample }) =>
    sample === undefined ? [] : [[name, sample] as const],
  );
  const values = {
    FUNCTIONS_WORKER_RUNTIME: 'node',
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    ...Object.fromEntries(entries),
  };
  return `${JSON.stringify({ IsEncrypted: false, Values: values }, null, 2)}\n`;
}

function page(title: string, intro: string, parts: readonly string[]): string {
  return `<!-- Generated by npm run docs; do not edit. -->\n# ${title}\n${intro}\n\n${parts.join('\n')}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return `${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

if (import.meta.main) {
  const isCheck = process.argv.includes('--check');
  const stale = [...generated()].filter(([path, content]) => read(path) !== content);
  if (!isCheck) for (const [path, content] of stale) writeFileSync(path, content);
  for (const [path] of stale) console.log(`${isCheck ? 'stale (npm run docs)' : 'written'}: ${path}`);
  process.exitCode = isCheck && stale.length > 0 ? 1 : 0;
}
