import type { Operator } from './operator.ts';

/** Whether there is a value: "" and 0, false, [] and {} are values, null is none. */
export const exists: Operator = {
  name: 'exists',
  phrase: 'exists:',
  negatedPhrase: 'exists, not:',
  prepare(right) {
    const word = typeof right === 'string' ? right.trim().toLowerCase() : right;
    if (word === true || word === 'true') return (left) => left !== undefined && left !== null;
    if (word === false || word === 'false') return (left) => left === undefined || left === null;
    return 'expected true or false';
  },
};
