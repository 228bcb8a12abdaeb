import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AzError } from '../../scripts/infra/az.ts';
import { add, OnboardingError, type OnboardingOptions, remove } from '../../scripts/infra/onboarding.ts';
import { ROOT } from './support.ts';

const A = 'aaaaaaaa-0000-4000-8000-000000000000';
const B = 'bbbbbbbb-0000-4000-8000-000000000000';
const OURS = { name: 'evgt-policycortex-prod', resourceGroup: 'rg-policycortex-prod-watch' };
const THEIRS = { name: 'theirs', resourceGroup: 'rg-other' };
const INSTALLATION = {
  environmentName: 'prod',
  tags: { owner: 'platform' },
  watchGroup: OURS.resourceGroup,
  topicName: OURS.name,
  eventSubscriptionName: 'policycortex-prod',
  location: 'westeurope',
  functionId: '/function',
  appPrincipalId: 'app-principal',
  writerPrincipalId: '',
  eventsIdentityId: '/identity',
  eventQueueId: '/queue',
  deadLetterStorageId: '/storage',
  deadLetterContainer: 'undelivered-events',
  actionGroupId: '/group',
  isPrivate: false,
};

type Azure = {
  installation?: unknown;
  topics?: Readonly<Record<string, readonly (typeof OURS)[]>>;
  assignments?: readonly { id: string; role: string }[];
  failing?: string;
};

/** An Azure CLI that answers from what it is told and notes what it was asked to change. */
function fakeAzure({ installation = INSTALLATION, topics = {}, assignments = [], failing }: Azure) {
  const changes: string[] = [];
  const said: string[] = [];
  function az(args: readonly string[]): unknown {
    const command = args.join(' ');
    const option = (name: string) => args[args.indexOf(name) + 1] ?? '';
    if (command.startsWith('deployment group show')) return installation;
    if (command.startsWith('eventgrid system-topic list')) return topics[option('--subscription')] ?? [];
    if (command.startsWith('eventgrid system-topic event-subscription list')) return ['policycortex-prod'];
    if (command.startsWith('account management-group subscription')) return [A.toUpperCase()];
    if (command.startsWith('account management-group entities')) return [A, B];
    if (command.startsWith('role assignment list')) return assignments;
    changes.push(command);
    return undefined;
  }
  function show(args: readonly string[]): void {
    const command = args.join(' ');
    if (failing && command.includes(failing)) throw new AzError('AuthorizationFailed');
    changes.push(command);
  }
  return { changes, said, ports: { az, show, say: (line: string) => said.push(line) } };
}

function options(given: Partial<OnboardingOptions> = {}): OnboardingOptions {
  return {
    target: { kind: 'subscription', id: A },
    home: { resourceGroup: 'rg-policycortex-prod', subscriptionId: 'home' },
    write: false,
    whatIf: false,
    ...given,
  };
}

const corp = { kind: 'managementGroup', id: 'corp' } as const;

function parametersOf(command = ''): Record<string, { value: unknown }> {
  return JSON.parse(command.slice(command.indexOf('--parameters ') + '--parameters '.length));
}

describe('add', () => {
  test('deploys topic and roles to a subscription', () => {
    const azure = fakeAzure({});

    add(options(), azure.ports);

    expect(azure.changes).toHaveLength(1);
    expect(azure.changes[0]).toMatch(
      new RegExp(`^deployment sub create --subscription ${A} .*subscription\\.bicep`),
    );
    expect(parametersOf(azure.changes[0])).toMatchObject({
      assignRoles: { value: true },
      functionId: { value: '/function' },
      writerPrincipalId: { value: '' },
    });
    expect(parametersOf(azure.changes[0])).not.toHaveProperty('existingTopic');
  });

  test('run again does the same again, since the topic is ours', () => {
    const azure = fakeAzure({ topics: { [A]: [OURS] } });

    add(options(), azure.ports);

    expect(parametersOf(azure.changes[0])).not.toHaveProperty('existingTopic');
  });

  test('joins a topic that is somebody else’s, and says so', () => {
    const azure = fakeAzure({ topics: { [A]: [THEIRS] } });

    add(options(), azure.ports);

    expect(parametersOf(azure.changes[0])).toMatchObject({
      existingTopic: { value: { name: 'theirs', group: 'rg-other' } },
    });
    expect(azure.said.join('\n')).toContain('joining topic theirs');
  });

  test('does not join where Event Grid cannot call the app, and says what finds the changes', () => {
    const azure = fakeAzure({
      topics: { [A]: [THEIRS] },
      installation: { ...INSTALLATION, isPrivate: true },
    });

    add(options(), azure.ports);

    expect(parametersOf(azure.changes[0])).toMatchObject({ isPrivate: { value: true } });
    expect(azure.said.join('\n')).toContain('changes are found by the change feed');
  });

  test('assigns on a management group once, and watches every subscription below it once', () => {
    const azure = fakeAzure({});

    add(options({ target: corp }), azure.ports);

    expect(azure.changes.map((change) => change.split(' ').slice(0, 5).join(' '))).toEqual([
      'deployment mg create --management-group-id corp',
      `deployment sub create --subscription ${A}`,
      `deployment sub create --subscription ${B}`,
    ]);
    expect(parametersOf(azure.changes[1])).toMatchObject({ assignRoles: { value: false } });
  });

  test('does the others where one subscription fails, and ends with its name', () => {
    const azure = fakeAzure({ failing: A });

    expect(() => add(options({ target: corp }), azure.ports)).toThrow(
      new OnboardingError(`1 of 2 failed (run it again): ${A}`),
    );
    expect(azure.changes.at(-1)).toContain(B);
    expect(azure.said).toContain(`${A}: AuthorizationFailed`);
  });

  test('with --what-if only asks', () => {
    const azure = fakeAzure({});

    add(options({ target: corp, whatIf: true }), azure.ports);

    expect(azure.changes.every((change) => /^deployment (sub|mg) what-if /.test(change))).toBe(true);
  });

  test('with --write gives the writing identity its roles, where there is one', () => {
    const azure = fakeAzure({ installation: { ...INSTALLATION, writerPrincipalId: 'writer-principal' } });

    add(options({ write: true }), azure.ports);

    expect(parametersOf(azure.changes[0])).toMatchObject({
      writerPrincipalId: { value: 'writer-principal' },
    });
    expect(() => add(options({ write: true }), fakeAzure({}).ports)).toThrow('writing is off');
  });

  test('says where there is no installation', () => {
    expect(() => add(options(), fakeAzure({ installation: null }).ports)).toThrow(
      'no installation in resource group rg-policycortex-prod',
    );
  });
});

describe('remove', () => {
  const assignments = [{ id: '/assignment', role: 'Reader' }];

  test('takes away the group of the topic and the roles', () => {
    const azure = fakeAzure({ topics: { [A]: [OURS] }, assignments });

    remove(options(), azure.ports);

    expect(azure.changes).toEqual([
      `group delete --name ${OURS.resourceGroup} --yes --subscription ${A}`,
      'role assignment delete --ids /assignment',
    ]);
  });

  test('leaves a topic that is somebody else’s, taking only our event subscription', () => {
    const azure = fakeAzure({ topics: { [A]: [THEIRS] } });

    remove(options(), azure.ports);

    expect(azure.changes).toHaveLength(1);
    expect(azure.changes[0]).toMatch(
      /^eventgrid system-topic event-subscription delete .*--name policycortex-prod .*--system-topic-name theirs/,
    );
  });

  test('of a management group takes the roles of the group too', () => {
    const azure = fakeAzure({ assignments });

    remove(options({ target: corp }), azure.ports);

    expect(azure.said).toContain(
      '/providers/Microsoft.Management/managementGroups/corp: taking Reader from app-principal',
    );
  });

  test('where nothing is left changes nothing', () => {
    const azure = fakeAzure({});

    remove(options(), azure.ports);

    expect(azure.changes).toEqual([]);
  });

  test('with --what-if changes nothing', () => {
    const azure = fakeAzure({ topics: { [A]: [OURS], [B]: [THEIRS] }, assignments });

    remove(options({ target: corp, whatIf: true }), azure.ports);

    expect(azure.changes).toEqual([]);
  });
});

describe('the command line', () => {
  function run(...args: string[]) {
    const script = join(ROOT, 'scripts/infra/onboard.ts');
    const env = { PATH: '/nowhere' };
    return spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', env });
  }

  test('explains itself', () => {
    const { status, stdout } = run('--help');

    expect(status).toBe(0);
    expect(stdout).toContain('--management-group NAME');
  });

  test.each([
    [[], 'say add or remove'],
    [['add'], 'name a --subscription or a --management-group'],
    [['add', '--subscription', 'x; rm -rf /'], 'name the installation'],
    [['add', '--subscription', 'x; rm', '--home', 'rg', '--home-subscription', 'id'], 'not an id: x; rm'],
    [['add', '--bogus'], "Unknown option '--bogus'"],
    [['add', '--subscription', A, '--home', 'rg', '--home-subscription', 'id'], 'the Azure CLI is needed'],
  ])('%j: one line', (args, line) => {
    const { status, stderr } = run(...args);

    expect(status).toBe(1);
    expect(stderr).toContain(line);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
