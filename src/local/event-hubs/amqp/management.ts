import type { Handler } from '#local/service-bus/amqp/requests.ts';
import type { Hub } from '../hub.ts';

/** Answers READ of a hub and of its partitions ("AMQP 1.0 in Event Hubs, request-response operations"). */
export function createManagement(hubs: ReadonlyMap<string, Hub>): Handler {
  return function manage({ properties }, reply) {
    const hub = hubs.get(String(properties.name).toLowerCase());
    const partition = Number(properties.partition);
    if (properties.operation !== 'READ')
      return reply(failure(501, 'The emulator does not know this operation.'));
    if (hub && properties.type === 'com.microsoft:eventhub') return reply(success(describeHub(hub)));
    if (properties.type !== 'com.microsoft:partition' || hub?.partitionIds[partition] === undefined)
      return reply(failure(404, `The messaging entity '${String(properties.name)}' could not be found.`));
    reply(success(describePartition(hub, partition)));
  };
}

function describeHub(hub: Hub) {
  return {
    name: hub.name,
    type: 'com.microsoft:eventhub',
    created_at: hub.createdAt,
    partition_count: hub.partitionIds.length,
    partition_ids: [...hub.partitionIds],
  };
}

function describePartition(hub: Hub, partition: number) {
  const { first, last, lastEnqueuedAt } = hub.state(partition);
  return {
    name: hub.name,
    type: 'com.microsoft:partition',
    partition: String(partition),
    begin_sequence_number: first,
    last_enqueued_sequence_number: last,
    last_enqueued_offset: String(last),
    last_enqueued_time_utc: new Date(lastEnqueuedAt),
    is_partition_empty: last < first,
  };
}

function success(body: unknown) {
  return { properties: { 'status-code': 200, 'status-description': 'OK' }, body };
}

function failure(status: number, description: string) {
  return { properties: { 'status-code': status, 'status-description': description } };
}
