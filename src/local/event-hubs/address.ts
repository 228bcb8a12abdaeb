export type Address = {
  /** Lower case, as names of entities are compared. */
  readonly hub: string;
  readonly partition: string | undefined;
  /** Undefined for a sender. */
  readonly consumerGroup: string | undefined;
  readonly management: boolean;
};

/** Splits `HUB/ConsumerGroups/$Default/Partitions/0`, `HUB/Partitions/0`, `HUB/$management`; a host in front goes. */
export function parseAddress(address: string): Address {
  const path = address
    .replace(/^[a-z]+:\/\/[^/]*/i, '')
    .toLowerCase()
    .split('/')
    .filter((part) => part !== '');
  const after = (name: string) => {
    const at = path.indexOf(name, 1);
    return at < 0 ? undefined : path[at + 1];
  };
  return {
    hub: path[0] ?? '',
    partition: after('partitions'),
    consumerGroup: after('consumergroups'),
    management: path.at(-1) === '$management',
  };
}
