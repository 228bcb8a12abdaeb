import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  evaluate,
  evaluateProfile,
  PROFILES,
  type PredictedResource,
} from '../../scripts/infra/snapshots.ts';
import { queues } from '../../src/declarations.ts';
import {
  at,
  bicepFiles,
  deployed,
  hasBicep,
  INFRA,
  markdownTable,
  ofType,
  only,
  roleIds,
} from './support.ts';

const ASSIGNMENT = 'Microsoft.Authorization/roleAssignments';
const WRITTEN = markdownTable('docs/deployment.md', ['Identity', 'Role', 'On', 'Why']).map(
  ({ Identity, Role, On }) => `${Identity?.replaceAll('`', '')} | ${Role} | ${On}`,
);
const ON_HUB = 'app | Azure Event Hubs Data Receiver | event hub of continuous export';
const roleNames = new Map([...roleIds()].map(([name, id]) => [id, name]));

function roleOf(assignment: PredictedResource): string {
  const id =
    String(at(assignment, 'properties', 'roleDefinitionId'))
      .split('/')
      .at(-1) ?? '';
  return roleNames.get(id) ?? `unknown role ${id}`;
}

function identityOf(assignment: PredictedResource): string {
  const principal = String(at(assignment, 'properties', 'principalId'));
  return /userAssignedIdentities\/id-policycortex-\w+-(\w+)'/.exec(principal)?.[1] ?? principal;
}

/** The scope of an assignment in the words of the table. */
function scopeOf(assignment: PredictedResource): string {
  const scope = assignment.id.split(`/providers/${ASSIGNMENT}/`)[0] ?? '';
  if (scope.endsWith('/containers/undelivered-events')) return 'container undelivered-events';
  if (/\/storageAccounts\/sthost\w+$/.test(scope)) return 'host storage';
  if (/\/storageAccounts\/stdata\w+$/.test(scope)) return 'data storage';
  if (scope.endsWith('/queues/resource-events') && identityOf(assignment) === 'events')
    return 'queue resource-events';
  if (/\/namespaces\/[\w-]+\/queues\/[\w-]+$/.test(scope)) return 'each queue';
  if (/\/vaults\/[\w-]+$/.test(scope)) return 'vault';
  if (/\/components\/[\w-]+$/.test(scope)) return 'Application Insights';
  return scope;
}

describe.each(PROFILES)('the roles of %s', (profile) => {
  const assignments = ofType(deployed(profile), ASSIGNMENT);

  test('are those of the written table and no others', () => {
    const made = assignments.map((each) => `${identityOf(each)} | ${roleOf(each)} | ${scopeOf(each)}`);

    expect([...new Set(made)].toSorted()).toEqual(
      WRITTEN.filter((row) => !row.includes('watched') && row !== ON_HUB).toSorted(),
    );
  });

  test('reach every queue', () => {
    const onQueues = assignments.filter((each) => scopeOf(each) === 'each queue');

    expect(onQueues).toHaveLength(queues.length * 2);
    expect(new Set(onQueues.map(({ id }) => /queues\/([\w-]+)\//.exec(id)?.[1]))).toEqual(
      new Set(queues.map(({ name }) => name)),
    );
  });

  test('are given to service principals, never to people', () => {
    expect(new Set(assignments.map((each) => at(each, 'properties', 'principalType')))).toEqual(
      new Set(['ServicePrincipal']),
    );
  });
});

describe.runIf(hasBicep)('the roles on the estate', () => {
  const rows = WRITTEN.filter((row) => row.includes('watched')).map((row) =>
    row.split(' | ').slice(0, 2).join(' | '),
  );

  test.each(['onboarding/estateAccess.bicep', 'onboarding/managementGroup.bicep'])('%s', (template) => {
    const parameters = `using '${template}'\nparam appPrincipalId = 'app'\nparam writerPrincipalId = 'writer'\n`;
    const scope = template.includes('Group') ? { managementGroupId: 'corp' } : {};

    const made = ofType(evaluate(parameters, scope), ASSIGNMENT);

    expect(made.map((each) => `${identityOf(each)} | ${roleOf(each)}`).toSorted()).toEqual(rows.toSorted());
  });
});

describe('role assignments', () => {
  test('stand where they are looked for, and nowhere else', () => {
    const files = bicepFiles().filter(
      (file) =>
        readFileSync(join(INFRA, file), 'utf8').includes(`resource `) &&
        /^resource \w+ 'Microsoft\.Authorization\/roleAssignments/m.test(
          readFileSync(join(INFRA, file), 'utf8'),
        ),
    );

    expect(files).toEqual([
      'modules/access.bicep',
      'modules/securityExport.bicep',
      'onboarding/estateAccess.bicep',
      'onboarding/managementGroup.bicep',
    ]);
  });

  test('name no role that owns, contributes or assigns', () => {
    expect(
      [...roleIds().keys()].filter((name) =>
        /^(Owner|Contributor|User Access Administrator|Role Based)/.test(name),
      ),
    ).toEqual([]);
  });

  test('the writing identity is not even made by default', () => {
    for (const profile of PROFILES)
      expect(
        ofType(deployed(profile), 'Microsoft.ManagedIdentity/userAssignedIdentities').map(({ name }) => name),
      ).toEqual([`id-policycortex-${profile}-app`, `id-policycortex-${profile}-events`]);
  });

  test.runIf(hasBicep)('where an event hub is named, the app may read it, and is told which it is', () => {
    const hub = `/subscriptions/${crypto.randomUUID()}/resourceGroups/rg-siem/providers/Microsoft.EventHub/namespaces/contoso/eventhubs/defender`;
    const exported = evaluateProfile('dev', { SECURITY_EXPORT_HUB_ID: hub });
    const [onHub] = ofType(exported, ASSIGNMENT).filter(({ id }) => id.startsWith(hub));
    const settings = at(only(exported, 'Microsoft.Web/sites/config'), 'properties');

    expect(onHub && `${identityOf(onHub)} | ${roleOf(onHub)} | event hub of continuous export`).toBe(ON_HUB);
    expect(WRITTEN).toContain(ON_HUB);
    expect(settings).toMatchObject({
      SECURITY_EXPORT_HUB: 'defender',
      SECURITY_EXPORT_CONSUMER_GROUP: '$Default',
      SecurityExport__credential: 'managedidentity',
      SecurityExport__fullyQualifiedNamespace: 'contoso.servicebus.windows.net',
    });
    expect(at(only(deployed('dev'), 'Microsoft.Web/sites/config'), 'properties')).not.toHaveProperty(
      'SECURITY_EXPORT_HUB',
    );
  });

  test.runIf(hasBicep)('an export that Defender is told of takes everything that is understood', () => {
    const hub = `/subscriptions/${crypto.randomUUID()}/resourceGroups/rg/providers/Microsoft.EventHub/namespaces/n/eventhubs/h`;
    const made = evaluate(
      `using 'onboarding/continuousExport.bicep'\nparam hubId = '${hub}'\nparam sendPolicyName = 'send'\nparam location = 'westeurope'\n`,
      { resourceGroup: 'rg' },
    );
    const automation = only(made, 'Microsoft.Security/automations');

    expect(at(automation, 'properties', 'sources')).toHaveLength(6);
    expect(at(automation, 'properties', 'actions')).toEqual([
      expect.objectContaining({ actionType: 'EventHub', eventHubResourceId: hub }),
    ]);
  });

  test.runIf(hasBicep)(
    'where writing is on, the app carries it beside its own, and is told which it is',
    () => {
      const writing = evaluateProfile('dev', { ENABLE_WRITING: 'true' });
      const app = only(writing, 'Microsoft.Web/sites');
      const setting = (resources: readonly PredictedResource[]) =>
        String(at(only(resources, 'Microsoft.Web/sites/config'), 'properties', 'AZURE_WRITER_CLIENT_ID'));

      expect(Object.keys(Object(at(app, 'identity', 'userAssignedIdentities')))).toEqual([
        expect.stringContaining('-dev-app'),
        expect.stringContaining('-dev-writer'),
      ]);
      expect(setting(writing)).toContain('id-policycortex-dev-writer');
      expect(setting(deployed('dev'))).toBe('');
      expect(ofType(writing, ASSIGNMENT).filter((each) => identityOf(each) === 'writer')).toEqual([]);
    },
  );
});
