import { guidOf } from '../defender/render.ts';
import type { JsonObject } from '../estate/model.ts';
import { pickPerson } from '../estate/people.ts';
import { Random } from '../estate/random.ts';
import { claims, methods } from '../events/resourceEvent.ts';
import type { Actor, Change } from '../state/change.ts';
import type { ChangeLog, LoggedChange } from '../state/changeLog.ts';

/** An entry with what it is sorted and filtered by. */
export type SimulatedEntry = {
  readonly at: number;
  readonly key: string;
  readonly resourceId: string;
  readonly correlationId: string;
  readonly document: JsonObject;
};

type Status = 'Started' | 'Succeeded' | 'Failed';
type Options = { readonly log: ChangeLog; readonly seed: number; readonly tenantId: string };

const KEPT = 200_000;
/** .NET ticks of 1970-01-01. */
const EPOCH_TICKS = 621_355_968_000_000_000n;

/** What the activity log has of each change: that it began and that it ended; now and then, that another was refused. */
export class ActivityLog {
  readonly #options: Options;
  #changes: LoggedChange[];

  constructor(options: Options) {
    this.#options = options;
    this.#changes = [...options.log.list(Date.now())];
  }

  onChange({ after: _after, ...change }: Change): void {
    this.#changes.push(change);
    if (this.#changes.length > KEPT * 1.1) this.#changes = this.#changes.slice(-KEPT);
  }

  /** Entries of a subscription between two moments, newest first. */
  list(subscriptionId: string, { from, to }: { from: number; to: number }): SimulatedEntry[] {
    const prefix = `/subscriptions/${subscriptionId}/`.toLowerCase();
    return this.#changes
      .filter(({ target }) => target.toLowerCase().startsWith(prefix))
      .flatMap((change) => this.#entriesOf(change))
      .filter(({ at }) => at >= from && at <= to)
      .sort((one, other) => other.at - one.at || (one.key < other.key ? 1 : -1));
  }

  #entriesOf(change: LoggedChange): SimulatedEntry[] {
    const { seed, tenantId } = this.#options;
    const random = new Random(seed, 41, change.sequence);
    const began = Date.parse(change.at) - random.int(150, 900);
    const shown = (status: Status, at: number, of: LoggedChange = change) =>
      toEntry(of, { status, at, tenantId });
    const entries = [shown('Started', began), shown('Succeeded', Date.parse(change.at))];
    if (change.kind !== 'Update' || !random.chance(0.1)) return entries;
    const refused = { ...change, actor: actorOf(random), correlationId: random.uuid() };
    return [...entries, shown('Failed', began - random.int(2_000, 30_000), refused)];
  }
}

function actorOf(random: Random): Actor {
  const { upn, name, objectId } = pickPerson(random);
  const address = `198.51.100.${random.int(1, 254)}`;
  return { kind: 'User', id: upn, name, objectId, client: 'Azure Portal', address };
}

function toEntry(
  change: LoggedChange,
  { status, at, tenantId }: { status: Status; at: number; tenantId: string },
): SimulatedEntry {
  const { subject, operation, actor, correlationId } = change;
  const eventDataId = guidOf(`${change.id}|${correlationId}|${status}`);
  const [, , subscriptionId = '', , resourceGroupName = ''] = subject.split('/');
  const isFailed = status === 'Failed';
  const code = { Started: '', Succeeded: change.kind === 'Create' ? 'Created' : 'OK', Failed: 'Forbidden' };
  const time = new Date(at).toISOString();
  const document: JsonObject = {
    authorization: { action: operation, scope: subject },
    caller: actor.kind === 'User' ? actor.id : actor.objectId,
    channels: 'Operation',
    claims: claims(change, tenantId),
    correlationId,
    description: '',
    eventDataId,
    eventName:
      status === 'Started' ? words('BeginRequest', 'Begin request') : words('EndRequest', 'End request'),
    category: words('Administrative'),
    eventTimestamp: time.replace('Z', '0000Z'),
    httpRequest: {
      clientRequestId: guidOf(eventDataId),
      clientIpAddress: actor.address,
      method: methods[change.kind],
    },
    id: `${subject}/events/${eventDataId}/ticks/${EPOCH_TICKS + BigInt(at) * 10_000n}`,
    level: isFailed ? 'Error' : 'Informational',
    resourceGroupName,
    resourceProviderName: words(operation.split('/')[0] ?? ''),
    resourceId: subject,
    resourceType: words(operation.split('/').slice(0, -1).join('/')),
    operationId: correlationId,
    operationName: words(operation),
    properties: code[status] === '' ? {} : { statusCode: code[status] },
    status: words(status),
    subStatus: words(code[status]),
    submissionTimestamp: new Date(at + 15_000).toISOString(),
    subscriptionId,
    tenantId,
  };
  return { at, key: eventDataId, resourceId: subject, correlationId, document };
}

function words(value: string, localizedValue = value): JsonObject {
  return { value, localizedValue };
}
