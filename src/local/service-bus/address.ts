export type Address = {
  /** Lower case, as names of entities are compared. */
  readonly queue: string;
  readonly deadLetters: boolean;
  readonly management: boolean;
};

/** Splits `orders/$DeadLetterQueue/$management`, also when it follows a host as in a claim's audience. */
export function parseAddress(address: string): Address {
  const path = address
    .replace(/^[a-z]+:\/\/[^/]*/i, '')
    .toLowerCase()
    .split('/')
    .filter((part) => part !== '');
  return {
    queue: path.filter((part) => !part.startsWith('$')).join('/'),
    deadLetters: path.includes('$deadletterqueue'),
    management: path.includes('$management'),
  };
}
