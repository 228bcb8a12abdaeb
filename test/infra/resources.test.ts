import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PLATFORM_SETTINGS } from '../../scripts/infra/platformSettings.ts';
import { PROFILES } from '../../scripts/infra/snapshots.ts';
import { containers, queues, tables } from '../../src/declarations.ts';
import { describeSettings, readSettings } from '../../src/settings.ts';
import { at, deployed, isRecord, ofType, only, properties, ROOT } from './support.ts';

/** Only emulators are reached with these, and the package has no compiler beside it. */
const NEVER_IN_AZURE = [
  'STORAGE_CONNECTION_STRING',
  'ServiceBus',
  'SecurityExport',
  'SECRETS_DIRECTORY',
  'BICEP_PATH',
];
/** Of continuous export, which none of these deployments has chosen. */
const ONLY_WHERE_CHOSEN = ['SecurityExport__fullyQualifiedNamespace', 'SECURITY_EXPORT_HUB'];
/** Refused or ignored by Flex Consumption ("Flex Consumption plan deprecations"). */
const NOT_ON_FLEX =
  /^(FUNCTIONS_EXTENSION_VERSION|FUNCTIONS_WORKER_RUNTIME|FUNCTIONS_WORKER_PROCESS_COUNT|WEBSITE_.*|SCM_DO_BUILD_DURING_DEPLOYMENT|ENABLE_ORYX_BUILD|AzureWebJobsStorage|AzureWebJobsDashboard)$/;

/** An expression that only Azure can evaluate, replaced by a value of the right form. */
function plausible(name: string, value: unknown): string {
  const text = String(value);
  if (!text.startsWith('[')) return text;
  if (name.endsWith('CLIENT_ID')) return '11111111-1111-4111-8111-111111111111';
  return name.startsWith('ServiceBus') ? 'sb.servicebus.windows.net' : 'https://name.core.windows.net';
}

describe.each(PROFILES)('%s', (profile) => {
  const isPrivate = profile === 'private';
  const all = deployed(profile);
  const settings = at(only(all, 'Microsoft.Web/sites/config'), 'properties');
  const data = ofType(all, 'Microsoft.Storage/storageAccounts').find(({ name }) => name.startsWith('stdata'));
  const under = (type: string) => ofType(all, type).filter(({ name }) => name.startsWith(`${data?.name}/`));
  const lastPart = ({ name }: { name: string }) => name.split('/').at(-1);

  test('has exactly the tables of the code', () => {
    const made = under('Microsoft.Storage/storageAccounts/tableServices/tables').map(lastPart);

    expect(made.toSorted()).toEqual(tables.map(({ name }) => name).toSorted());
  });

  test('has exactly the containers of the code, and beside them those of the platform', () => {
    const type = 'Microsoft.Storage/storageAccounts/blobServices/containers';
    const ours = under(type);
    const others = ofType(all, type).filter((container) => !ours.includes(container));

    expect(ours.map(lastPart).toSorted()).toEqual(containers.map(({ name }) => name).toSorted());
    expect(others.map(lastPart).toSorted()).toEqual(['packages', 'undelivered-events']);
    expect(
      ofType(all, type).every((container) => at(container, 'properties', 'publicAccess') === 'None'),
    ).toBe(true);
  });

  test('has exactly the queues of the code, with their declared properties (else: node scripts/infra/declarations.ts)', () => {
    const made = ofType(all, 'Microsoft.ServiceBus/namespaces/queues');

    expect(made.map(lastPart).toSorted()).toEqual(queues.map(({ name }) => name).toSorted());
    for (const queue of queues) {
      const window = queue.duplicateDetectionWindowSeconds;
      const found = at(
        made.find((each) => lastPart(each) === queue.name),
        'properties',
      );
      expect(seconds(at(found, 'lockDuration'))).toBe(queue.lockDurationSeconds);
      expect(seconds(at(found, 'defaultMessageTimeToLive'))).toBe(queue.defaultMessageTimeToLiveSeconds);
      expect(at(found, 'maxDeliveryCount')).toBe(queue.maxDeliveryCount);
      expect(at(found, 'deadLetteringOnMessageExpiration')).toBe(queue.deadLetteringOnMessageExpiration);
      expect(at(found, 'requiresDuplicateDetection')).toBe(window !== undefined);
      expect(seconds(at(found, 'duplicateDetectionHistoryTimeWindow'))).toBe(window);
      expect(at(found, 'requiresSession')).toBe(queue.requiresSession ?? false);
      expect(at(found, 'maxSizeInMegabytes')).toBe(queue.maxSizeInMegabytes);
    }
  });

  test('keeps to the limits of Service Bus', () => {
    for (const queue of ofType(all, 'Microsoft.ServiceBus/namespaces/queues')) {
      expect(seconds(at(queue, 'properties', 'lockDuration'))).toBeLessThanOrEqual(300);
      expect([1024, 2048, 3072, 4096, 5120]).toContain(at(queue, 'properties', 'maxSizeInMegabytes'));
      expect(at(queue, 'properties', 'maxDeliveryCount')).toBeLessThanOrEqual(2000);
    }
  });

  test('provides every setting that the code requires, and none that it does not know', () => {
    const names = Object.keys(isRecord(settings) ? settings : {});
    const known = describeSettings().map(({ name }) => name);
    const ours = names.filter((name) => !PLATFORM_SETTINGS.some((pattern) => pattern.test(name)));
    const values = Object.fromEntries(ours.map((name) => [name, plausible(name, at(settings, name))]));

    expect(ours.filter((name) => !known.includes(name))).toEqual([]);
    expect(names.filter((name) => NEVER_IN_AZURE.includes(name) || NOT_ON_FLEX.test(name))).toEqual([]);
    const needed = describeSettings().filter((setting) => setting.default === undefined);
    const given = [...names, ...NEVER_IN_AZURE, ...ONLY_WHERE_CHOSEN];
    const missing = needed.filter(({ name }) => !given.includes(name));
    expect(missing.map(({ name }) => name)).toEqual([]);
    expect(() => readSettings(values)).not.toThrow();
  });

  test('holds no secret in a setting', () => {
    for (const [name, value] of Object.entries(isRecord(settings) ? settings : {})) {
      if (name === 'APPLICATIONINSIGHTS_CONNECTION_STRING') continue; // an address; local authentication is off
      if (name === 'SIGN_IN_CLIENT_SECRET' && value === '') continue;
      expect(JSON.stringify({ [name]: value })).not.toMatch(
        /listKeys|SharedAccess|AccountKey|password|secret"?[=:]/i,
      );
    }
  });

  test('knows no shared keys and no passwords', () => {
    const settled = [...properties(all)];
    const valuesOf = (wanted: string) =>
      settled.filter(([name]) => name === wanted).map(([, value]) => value);

    expect(valuesOf('allowSharedKeyAccess')).toEqual([false, false]);
    expect(valuesOf('disableLocalAuth')).toEqual([true, true]); // Log Analytics, Service Bus
    expect(valuesOf('DisableLocalAuth')).toEqual([true]);
    expect(valuesOf('enableRbacAuthorization')).toEqual([true]);
    expect(valuesOf('allow')).toEqual([false, false]); // publishing passwords for scm and ftp
    expect(JSON.stringify(all)).not.toMatch(/listKeys|listAccountSas|connectionString\(|AccountKey=/i);
  });

  test('takes TLS 1.2 and encrypted transport alone', () => {
    const settled = [...properties(all)];
    const tls = settled.filter(([name]) => /^min(imum)?TlsVersion$/i.test(name)).map(([, value]) => value);

    expect(tls.toSorted()).toEqual(['1.2', '1.2', 'TLS1_2', 'TLS1_2']);
    expect(
      settled
        .filter(([name]) => name === 'httpsOnly' || name === 'supportsHttpsTrafficOnly')
        .map(([, value]) => value),
    ).toEqual([true, true, true]);
  });

  test('cannot lose its vault', () => {
    const vault = at(only(all, 'Microsoft.KeyVault/vaults'), 'properties');

    expect(at(vault, 'enablePurgeProtection')).toBe(true);
    expect(at(vault, 'enableSoftDelete')).toBe(true);
  });

  test('runs on Flex Consumption from a container that only its identity opens', () => {
    const app = only(all, 'Microsoft.Web/sites');
    const config = at(app, 'properties', 'functionAppConfig');

    expect(at(only(all, 'Microsoft.Web/serverfarms'), 'sku')).toEqual({
      name: 'FC1',
      tier: 'FlexConsumption',
    });
    expect(at(config, 'runtime')).toEqual({ name: 'node', version: '22' });
    expect(at(config, 'deployment', 'storage', 'authentication', 'type')).toBe('UserAssignedIdentity');
    expect(String(at(config, 'deployment', 'storage', 'value'))).toMatch(/\{0\}packages/);
    expect(at(app, 'tags', 'azd-service-name')).toBe('api');
  });

  test('closes every door to the public where it is private', () => {
    const access = all.flatMap((resource) => {
      const value = at(resource, 'properties', 'publicNetworkAccess');
      return typeof value === 'string' ? [`${resource.type} ${value.toLowerCase()}`] : [];
    });
    const site = at(only(all, 'Microsoft.Web/sites'), 'properties', 'siteConfig');

    if (!isPrivate) {
      expect(access.filter((line) => line.endsWith('disabled'))).toEqual([]);
      expect(ofType(all, 'Microsoft.Network/privateEndpoints')).toEqual([]);
      return;
    }
    expect(access.filter((line) => line.endsWith('enabled'))).toEqual([]);
    expect(access).toContain('Microsoft.Web/sites disabled');
    expect(at(site, 'ipSecurityRestrictionsDefaultAction')).toBe('Deny');
    expect(at(site, 'scmIpSecurityRestrictionsDefaultAction')).toBe('Deny');
    expect(at(only(all, 'Microsoft.ServiceBus/namespaces'), 'sku', 'name')).toBe('Premium');
    expect(
      ofType(all, 'Microsoft.Network/privateEndpoints')
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual([
      'pe-app',
      'pe-data-blob',
      'pe-data-table',
      'pe-host-blob',
      'pe-host-queue',
      'pe-host-table',
      'pe-queues',
      'pe-vault',
    ]);
  });

  test('sends what it does to the workspace', () => {
    const watched = ofType(all, 'Microsoft.Insights/diagnosticSettings').map(
      ({ id }) => id.split('/providers/Microsoft.Insights/')[0],
    );

    for (const type of [
      'Microsoft.ServiceBus/namespaces',
      'Microsoft.KeyVault/vaults',
      'Microsoft.Web/sites',
      'Microsoft.Storage/storageAccounts',
    ])
      for (const { id } of ofType(all, type)) expect(watched).toContain(id);
  });

  test('asks for API versions that are no previews, save the one that has none', () => {
    const previews = all.filter(({ apiVersion }) => apiVersion.includes('preview')).map(({ type }) => type);

    expect(new Set(previews)).toEqual(new Set(['Microsoft.Insights/diagnosticSettings']));
  });
});

describe('always-ready instances', () => {
  test('are of the groups that the functions make', () => {
    const declared = JSON.parse(readFileSync(join(ROOT, 'infra/declarations.json'), 'utf8'));
    const groups = [
      'http',
      ...[...declared.functions.queues, ...declared.functions.timers].map((name) => `function:${name}`),
    ];
    const ready = at(
      only(deployed('prod'), 'Microsoft.Web/sites'),
      'properties',
      'functionAppConfig',
      'scaleAndConcurrency',
      'alwaysReady',
    );

    expect(ready).toEqual([{ name: 'http', instanceCount: 2 }]);
    expect(groups).toContain('http');
  });
});

/** ISO 8601 duration in seconds. */
function seconds(duration: unknown): number | undefined {
  if (typeof duration !== 'string') return undefined;
  const [, days, hours, minutes, rest] =
    /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(duration) ?? [];
  return (
    Number(days ?? 0) * 86_400 + Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(rest ?? 0)
  );
}
